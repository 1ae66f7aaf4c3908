import type { Kysely } from 'kysely'
import { incidentName } from '../incidents/incident.ts'
import { changeName, parseChangeName } from '../operations/change.ts'
import type { Schema } from '../storage/schema.ts'
import type { Entry, EntryBody, EntryType } from '../timeline/entries.ts'
import { type AskedChange, changesAsked, entriesByType, reviewItemOf } from './store.ts'

/** From a time on, and before another. */
export interface Span {
  from: Date
  to: Date
}

/** Which chains (`INC-7`, `general`) whoever asks may see: asked of each row, since an incident may become private meanwhile. */
export type Sees = (chain: string) => boolean | Promise<boolean>

/** A row's cells by column; null is an empty one. */
export type Row = Record<string, string | number | null>

type Db = Kysely<Schema>
type Body<T extends EntryType> = Extract<EntryBody, { type: T }>
type Told<T extends EntryType> = Entry & { body: Body<T> }

const BATCH = 200
/** When what is still under way ends. */
const NEVER = new Date('9999-12-31')

/** What was changed: a row for each change that was asked for in the span, as its ledger tells it, up to its end. */
export async function* changeRows(db: Db, { from, to }: Span, sees: Sees): AsyncGenerator<Row> {
  for (let after = 0; ; ) {
    const changes = await changesAsked(db, { from, to, after, limit: BATCH })
    const [first, last] = [changes[0], changes.at(-1)]
    if (!first || !last) return
    const story = new Map<string, Entry[]>()
    const ends = changes.map(({ finished_at }) => finished_at ?? NEVER)
    const told = entriesByType(db, ['change.planned', 'change.asked', 'change.voted', 'change.moved'], {
      from: new Date(Math.min(...changes.map(({ requested_at }) => requested_at.getTime()))),
      to: new Date(Math.max(...ends.map((end) => end.getTime())) + 1),
      subjects: changes.map(({ id }) => changeName(id)),
    })
    for await (const entry of told) story.set(entry.subject, [...(story.get(entry.subject) ?? []), entry])
    for (const change of changes) {
      if (await sees(change.chain)) yield changeRow(change, story.get(changeName(change.id)) ?? [])
    }
    after = last.id
  }
}

function changeRow(change: AskedChange, story: Entry[]): Row {
  const of = <T extends EntryType>(type: T) => story.filter((entry): entry is Told<T> => entry.body.type === type)
  const planned = of('change.planned')
  const plan = planned.findLast(({ body }) => body.plan === change.plan)
  const votes = of('change.voted').filter(({ body }) => body.plan === change.plan)
  const said = (decision: string) => votes.filter(({ body }) => body.decision === decision)
  const approved = of('change.moved').findLast(({ body }) => body.to === 'approved' && body.from === 'planned')
  const given = [...said('approve'), ...said('break_glass')]
  return {
    change: changeName(change.id),
    incident: change.incident === null ? null : incidentName(change.incident),
    severity: change.severity,
    requested_at: iso(change.requested_at),
    requester_id: change.requester,
    requester: planned[0]?.actor.name ?? null,
    request: change.line,
    operation: change.operation,
    service: change.service,
    target: change.target,
    environment: change.environment,
    undoes: change.undoes === null ? null : changeName(change.undoes),
    tier: plan?.body.tier ?? null,
    plan: change.plan,
    plan_hash: plan?.body.hash ?? null,
    before_after:
      plan?.body.steps.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join('; ') ?? null,
    approver_ids: given.map(({ actor }) => actor.id).join('; '),
    approvers: given.map(({ actor }) => actor.name).join('; '),
    approver_roles: given.map(({ body }) => body.role).join('; '),
    approved_at: given.map(({ recordedAt }) => iso(recordedAt)).join('; '),
    approval: approved?.body.detail ?? null,
    break_glass: said('break_glass').length > 0 ? 'yes' : 'no',
    rejected_by: said('reject')
      .map(({ actor }) => actor.name)
      .join('; '),
    outcome: change.state,
    outcome_detail: change.detail,
    ended_at: change.finished_at && iso(change.finished_at),
    entries: story.map(place).join(' '),
  }
}

/** Who broke the glass, why, and whether somebody answered for it. */
export async function* breakGlassRows(db: Db, span: Span, sees: Sees): AsyncGenerator<Row> {
  for await (const entry of entriesByType(db, ['change.voted'], span)) {
    const { actor, body, chain, subject, recordedAt } = entry
    if (body.type !== 'change.voted' || body.decision !== 'break_glass' || !(await sees(chain))) continue
    const item = await reviewItemOf(db, parseChangeName(subject) ?? 0)
    yield {
      at: iso(recordedAt),
      entry: place(entry),
      incident: chain.startsWith('INC-') ? chain : null,
      change: subject,
      person_id: actor.id,
      person: actor.name,
      role: body.role,
      reason: body.comment ?? null,
      review_item: item?.id ?? null,
      reviewed: item?.settled_at ? 'yes' : 'no',
      reviewed_by: item?.settled_by ?? null,
      reviewed_at: item?.settled_at ? iso(item.settled_at) : null,
    }
  }
}

/** Who gained and lost rights: by their groups, by revocation, by tokens. */
export async function* membershipRows(db: Db, span: Span, sees: Sees): AsyncGenerator<Row> {
  const types: EntryType[] = [
    ...(['membership.changed', 'person.revoked', 'person.reinstated', 'token.issued', 'token.revoked'] as const),
  ]
  for await (const entry of entriesByType(db, types, span)) {
    const { actor, body, recordedAt } = entry
    if (!(await sees(entry.chain))) continue
    const row = {
      ...{ at: iso(recordedAt), entry: place(entry), what: body.type, by_id: actor.id, by: actor.name },
      ...{ person_id: null, person: null, group: null, roles: null, joined: null, left: null },
      ...{ token: null, expires_at: null, reason: null },
    }
    switch (body.type) {
      case 'membership.changed': {
        const [roles, joined, left] = [body.roles, body.joined, body.left].map((list) => list.join('; '))
        yield { ...row, group: body.group, roles: roles ?? '', joined: joined ?? '', left: left ?? '' }
        break
      }
      case 'person.revoked':
        yield { ...row, person_id: body.person, person: body.name, reason: body.reason }
        break
      case 'person.reinstated':
        yield { ...row, person_id: body.person, person: body.name }
        break
      case 'token.issued':
        yield { ...row, person_id: body.person, person: body.name, token: body.token, expires_at: body.expiresAt }
        break
      case 'token.revoked':
        yield { ...row, person_id: body.person, person: body.name, token: body.token }
        break
    }
  }
}

/** What the bot was configured to do, since when. */
export async function* configurationRows(db: Db, span: Span, sees: Sees): AsyncGenerator<Row> {
  for await (const entry of entriesByType(db, ['config.loaded', 'config.rejected', 'config.channels'], span)) {
    const { actor, body, recordedAt } = entry
    if (!(await sees(entry.chain))) continue
    const row = { at: iso(recordedAt), entry: place(entry), what: body.type, by_id: actor.id, by: actor.name }
    if (body.type === 'config.loaded') yield { ...row, hash: body.hash, details: body.differences.join('\n') }
    if (body.type === 'config.rejected') yield { ...row, hash: null, details: body.problems.join('\n') }
    if (body.type === 'config.channels') {
      const meanings = Object.entries(body.channels).map(([name, id]) => `${name} is ${id}`)
      yield { ...row, hash: null, details: meanings.join('\n') }
    }
  }
}

/** Where it stands on record: `INC-7#12`. */
const place = ({ chain, seq }: Entry): string => `${chain}#${seq}`

const iso = (date: Date): string => date.toISOString()
