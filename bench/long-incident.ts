import { type Kysely, sql } from 'kysely'
import { insertIncident } from '../src/incidents/store.ts'
import { insertChange, insertPlan, type NewChange } from '../src/operations/store.ts'
import type { Schema } from '../src/storage/schema.ts'
import { canonical, sha256 } from '../src/timeline/canonical.ts'
import { type Actor, type EntryBody, FIREBREAK, type NewEntry } from '../src/timeline/entries.ts'
import type { Ledger } from '../src/timeline/ledger.ts'
import { createRandom } from '../test/chaos/random.ts'
import { ALICE, BOB, CAROL, change, HASH } from '../test/support/examples.ts'
import { examples } from '../test/timeline/evening.ts'

const ROOM = 'C0INCIDENTS'
const PEOPLE = [
  { id: ALICE, name: 'Alice' },
  { id: BOB, name: 'Bob' },
  { id: CAROL, name: 'Carol' },
]
const WORDS =
  'the payment provider is slow again; p99 of checkout went from 340 ms to 7 s, and the pool’s queue grows since the deploy at 19:52 see graph'.split(
    ' ',
  )
const LOG =
  'checkout-6d5f9c7b4-x2k8p 2026-11-21T20:01:12.334Z ERROR payment authorization failed: upstream timed out after 3000 ms\n'
/** So many entries make a transaction. */
const AT_ONCE = 500

/**
 * An incident that went on for weeks: half of it is what people wrote, a third are changes from their request to their
 * end, the rest are readings with their output, notes, marks, updates and corrections. Returns how many changes it has.
 */
export async function longIncident(db: Kysely<Schema>, ledger: Ledger, entries: number): Promise<number> {
  const course = createCourse('INC-1')

  await db.transaction().execute((trx) =>
    insertIncident(trx, {
      title: 'Checkout times out',
      severity: 'P1',
      service: 'checkout',
      kind: 'operational',
      visibility: 'public',
      channel: ROOM,
      ownRoom: false,
      commander: ALICE,
    }),
  )

  for (let seq = 0; seq < entries; ) {
    await ledger.transaction(null, async (tx) => {
      const chain = await tx.hold('INC-1')
      const end = Math.min(entries, seq + AT_ONCE)
      if (seq === 0) {
        seq = await chain.append(course.first)
      }
      while (seq < end) {
        for (const entry of course.next(seq).slice(0, entries - seq)) seq = await chain.append(entry)
      }
    })
  }
  await insertChanges(db, course.changes())
  await insertReplies(db)
  return course.changes()
}

/** What happens in such an incident; its changes are numbered from the one after `changes` on. */
export function createCourse(incident: string, { seed = 7, changes = 0 } = {}) {
  const { between, one: pick } = createRandom(seed)
  const says = (words: number) => Array.from({ length: words }, () => pick(WORDS)).join(' ')
  const first: NewEntry = { subject: incident, actor: PEOPLE[0] as Actor, body: examples['incident.opened'] }

  function next(seq: number): NewEntry[] {
    const who = pick(PEOPLE)
    const about = (body: EntryBody, subject = incident, actor = who): NewEntry => ({ subject, actor, body })
    const dice = between(0, 999) / 1000
    const message = { channel: ROOM, ts: `${1795291200 + seq}.000100` }
    if (dice < 0.72) return [about({ type: 'message.posted', ...message, text: says(between(3, 27)), files: [] })]
    if (dice < 0.76) return [about({ type: 'message.edited', ...message, text: says(between(3, 27)), files: [] })]
    if (dice < 0.84) {
      const detail = LOG.repeat(dice < 0.83 ? 8 : 80)
      return [about({ ...examples['operation.read'], detail })]
    }
    if (dice < 0.86) return [about({ ...examples['note.added'], text: says(12) })]
    if (dice < 0.88) return [about({ ...examples['message.marked'], ...message, text: says(10) })]
    if (dice < 0.885) return [about({ ...examples['incident.updated'], text: says(40), next: null })]
    if (dice < 0.89) {
      const at = new Date().toISOString()
      return [about({ type: 'entry.corrected', entry: Math.max(1, seq - 5), occurredAt: at, was: at })]
    }
    changes += 1
    const name = `OP-${changes}`
    const moves = ['planned', 'approved', 'claimed', 'intended', 'applied', 'succeeded']
    return [
      about(examples['change.planned'], name),
      about(examples['change.asked'], name, FIREBREAK),
      about(examples['change.voted'], name, pick(PEOPLE)),
      ...moves
        .slice(1)
        .map((to, i) =>
          about(
            { type: 'change.moved', from: String(moves[i]), to, plan: 1, hash: HASH, detail: '3/5 ready' },
            name,
            FIREBREAK,
          ),
        ),
      about(examples['change.progressed'], name, FIREBREAK),
    ]
  }

  return { first, next, changes: () => changes }
}

async function insertChanges(db: Kysely<Schema>, count: number) {
  const { plan, ...example } = change('succeeded')
  const { operation, version, args, service, target, environment, requester, line } = example
  const now = new Date()
  const row: NewChange = {
    ...{ chain: 'INC-1', incident: 1, channel: ROOM, requester, operation, version, line, args },
    ...{ service, target, environment, undoes: null, requestedAt: now, replaces: null },
  }
  const document = canonical(plan)
  await db.transaction().execute(async (trx) => {
    for (let i = 0; i < count; i++) {
      const id = await insertChange(trx, row)
      const times = { approveBy: now, executeBy: now, now }
      await insertPlan(trx, { change: id, hash: sha256(document), document, tier: 'guarded', ...times })
    }
  })
  await db.updateTable('changes').set({ state: 'succeeded', detail: '5/5 ready', finished_at: now }).execute()
}

/** What Slack shows of it: a reply for each reading. */
async function insertReplies(db: Kysely<Schema>) {
  await sql`
    insert into slack_messages (subject, slot, chain, channel, thread_of, ts, state, hash)
    select 'INC-1#' || seq, 'reply', chain, ${ROOM}, 'INC-1', '1795291200.' || seq, 'posted', ''
    from timeline where type = 'operation.read'`.execute(db)
}
