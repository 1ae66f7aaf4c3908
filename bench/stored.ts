import { type Kysely, sql } from 'kysely'
import { openDatabase } from '../src/storage/database.ts'
import type { Schema } from '../src/storage/schema.ts'
import { canonical, sha256 } from '../src/timeline/canonical.ts'
import { GENESIS, type Sealed, seal } from '../src/timeline/chain.ts'
import type { NewEntry } from '../src/timeline/entries.ts'
import { verifyChain } from '../src/timeline/verify-chain.ts'
import { ALICE, change } from '../test/support/examples.ts'
import { quiet } from '../test/support/log.ts'
import { examples } from '../test/timeline/evening.ts'
import { createCourse } from './long-incident.ts'

const EACH = 1_000
/** So many of the incidents are still open. */
const OPEN = 10
const ROOM = 'C0INCIDENTS'
/** The first of them was a year ago. */
const BEGAN = Date.now() - 365 * 86_400_000

/**
 * Stores incidents of a thousand entries each, their changes and what Slack shows of them: in bulk, sealed as the ledger
 * seals them. The last of them is verified.
 */
export async function fill({ migrateUrl }: { migrateUrl: string }, entries: number) {
  const { db, close } = openDatabase(migrateUrl, { log: quiet })
  const count = Math.ceil(entries / EACH)
  let changes = 0
  let writing: Promise<unknown> = Promise.resolve()
  for (let id = 1; id <= count; id++) {
    const made = chainOf(id, changes)
    changes = made.changes
    await writing
    writing = insertChain(db, made.sealed)
  }
  await writing
  await sql`
    insert into incidents (title, severity, status, service, channel, commander, opened_by, declared_at, acknowledged_at)
    select 'Checkout times out', 'P1', case when n > ${count - OPEN} then 'mitigated' else 'closed' end, 'checkout',
           ${ROOM}, ${ALICE}, ${ALICE}, ${new Date(BEGAN)}, ${new Date(BEGAN)}
    from generate_series(1, ${count}) as n`.execute(db)
  await insertChanges(db)
  await insertMessages(db)
  const verdict = await verifyChain(db, `INC-${count}`)
  if (!verdict?.ok || verdict.entries !== EACH) throw new Error('what was stored does not verify')
  await sql`vacuum analyze`.execute(db)
  await sql`checkpoint`.execute(db).catch(() => {}) // Postgres's own role may
  await close()
}

/** An incident's entries, one a minute. */
function chainOf(id: number, changes: number) {
  const chain = `INC-${id}`
  const course = createCourse(chain, { seed: id, changes })
  const link: NewEntry = { ...course.first, body: examples['link.added'] }
  const entries = [course.first, link, link]
  while (entries.length < EACH) entries.push(...course.next(entries.length))
  let prev: Buffer = GENESIS
  const sealed = entries.slice(0, EACH).map((entry, n): Sealed => {
    const now = new Date(BEGAN + id * 8 * 3_600_000 + n * 60_000)
    const one = seal(entry, { chain, seq: n + 1, prev, now, cause: `command:${id}.${n}` })
    prev = one.hash
    return one
  })
  return { sealed, changes: course.changes() }
}

async function insertChain(db: Kysely<Schema>, sealed: Sealed[]) {
  const column = <T>(of: (one: Sealed) => T) => sql`${sealed.map(of)}`
  const { facts, hash } = sealed.at(-1) as Sealed
  await sql`insert into chains values (${facts.chain}, ${facts.seq}, ${hash}, ${facts.seq})`.execute(db)
  await sql`
    with entries as (
      insert into timeline (chain, seq, type, subject, actor, occurred_at, recorded_at, cause, bytes, hash)
      select * from unnest(
        ${column(({ facts }) => facts.chain)}::text[], ${column(({ facts }) => facts.seq)}::bigint[],
        ${column(({ facts }) => facts.type)}::text[], ${column(({ facts }) => facts.subject)}::text[],
        ${column(({ facts }) => facts.actor)}::text[], ${column(({ facts }) => facts.occurred_at)}::timestamptz[],
        ${column(({ facts }) => facts.recorded_at)}::timestamptz[], ${column(({ facts }) => facts.cause)}::text[],
        ${column(({ bytes }) => bytes)}::bytea[], ${column(({ hash }) => hash)}::bytea[])
    )
    insert into payloads (chain, seq, salt, body)
    select * from unnest(
      ${column(({ facts }) => facts.chain)}::text[], ${column(({ facts }) => facts.seq)}::bigint[],
      ${column(({ salt }) => salt)}::bytea[], ${column(({ payload }) => payload)}::text[])`.execute(db)
}

/** In the order of their names, which their numbers follow. */
async function insertChanges(db: Kysely<Schema>) {
  const { plan, operation, version, args, service, target, environment, requester, line } = change('succeeded')
  const document = canonical(plan)
  await sql`
    insert into changes (chain, incident, channel, requester, operation, version, line, args, service, target,
                         environment, state, plan, requested_at, finished_at, detail)
    select chain, substr(chain, 5)::int, ${ROOM}, ${requester}, ${operation}, ${version}, ${line}, ${JSON.stringify(args)},
           ${service}, ${target}, ${environment}, 'succeeded', 1, recorded_at, recorded_at, '5/5 ready'
    from timeline where type = 'change.planned' order by substr(subject, 4)::int`.execute(db)
  await sql`
    insert into plans (change, n, hash, document, tier, approve_by, execute_by, planned_at)
    select id, 1, ${sha256(document)}, ${document}, 'guarded', requested_at, requested_at, requested_at
    from changes`.execute(db)
}

/** A root for each incident, a card for each change, a reply for each reading. */
async function insertMessages(db: Kysely<Schema>) {
  await sql`
    insert into slack_messages (subject, slot, chain, channel, thread_of, ts, state, hash, posted_at)
    select case type when 'operation.read' then chain || '#' || seq else subject end,
           case type when 'operation.read' then 'reply' else 'card' end, chain, ${ROOM},
           case type when 'incident.opened' then null else chain end,
           extract(epoch from recorded_at)::bigint || '.' || substr(chain, 5), 'posted', '', recorded_at
    from timeline where type in ('incident.opened', 'operation.read', 'change.planned')`.execute(db)
}
