import type { Kysely } from 'kysely'
import { type Change, changeName } from '../../src/operations/change.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { isFinal } from '../../src/operations/states.ts'
import { readChange } from '../../src/operations/store.ts'
import type { Schema } from '../../src/storage/schema.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { statusOf } from '../../templates/change-status.ts'
import type { FakeSlack } from '../slack/fake/fake-slack.ts'
import type { Message } from '../slack/fake/types.ts'
import type { Told } from './people.ts'
import type { Effect, Production } from './production.ts'

export interface Findings {
  lost: string[]
  doubled: string[]
  contradictory: string[]
}

/** A change's step as it was executed. */
export interface Executed extends Effect {
  change: string
  hash: string
  outcome: string | null
  /** That it was applied was seen later: the answer was lost. */
  looked: boolean
  isUndo: boolean
  /** From its intent to its outcome, in ms since 1970. */
  during: [number, number]
}

/** The worker looks for what is overdue every second. */
const MARGIN_MS = 10_000

/** What should have expired or ended by `now` (ms since 1970). Only what nobody knows may wait for people for ever. */
export function hanging(changes: Change[], now: number): string[] {
  const overdue = changes.filter(({ state, approveBy, executeBy }) => {
    const deadline = state === 'planned' ? approveBy : executeBy
    return !isFinal(state) && state !== 'unknown' && deadline.getTime() + MARGIN_MS < now
  })
  return overdue.map(({ id, state }) => `${changeName(id)} hangs in ${state}`)
}

async function allChanges(db: Kysely<Schema>): Promise<Change[]> {
  const rows = await db.selectFrom('changes').select('id').orderBy('id').execute()
  return await Promise.all(rows.map(async ({ id }) => (await readChange(db, id)) as Change))
}

/** Every step whose intent was ever written in this database. */
export async function executedSteps(db: Kysely<Schema>): Promise<Executed[]> {
  const [changes, rows] = await Promise.all([allChanges(db), db.selectFrom('run_steps').selectAll().execute()])
  const facts = new Map(
    rows.map(({ change, plan, step, observed, intended_at, outcome_at }) => [
      `${change}/${plan}/${step}`,
      { observed, during: [intended_at.getTime(), outcome_at?.getTime() ?? Number.POSITIVE_INFINITY] },
    ]),
  )
  const steps = await Promise.all(
    changes.map(async (change) =>
      (await readSteps(db, change)).map(({ step, document: { object, before, after }, outcome }) => {
        const { observed, during } = facts.get(`${change.id}/${change.planNumber}/${step}`) ?? {}
        return {
          ...{ change: changeName(change.id), hash: change.planHash, outcome, isUndo: change.undoes !== null },
          ...{ looked: outcome === 'applied' && observed != null, during: during as [number, number] },
          ...{ name: object.name, from: Number(before.replicas), to: Number(after.replicas) },
        }
      }),
    ),
  )
  return steps.flat()
}

/**
 * The way back waits for nobody. When it and a change want the same at once, one of them does it, and whoever lost its
 * answer sees that it is done: the target doesn't tell by whom.
 */
const couldBeEither = (one: Executed, other: Executed): boolean =>
  one.outcome === 'applied' &&
  other.outcome === 'applied' &&
  one.isUndo !== other.isUndo &&
  (one.looked || other.looked) &&
  one.during[0] <= other.during[1] &&
  other.during[0] <= one.during[1]

/** What it takes to find out how they came to be. */
const described = (messages: Message[]): string =>
  JSON.stringify(
    messages.map(({ ts, text, metadata }) => ({ ts, text: text.slice(0, 150), ...metadata?.event_payload })),
  )

/** How often what people said is on record, by their words. */
async function wordsOnRecord(db: Kysely<Schema>): Promise<Map<string, number>> {
  const words = new Map<string, number>()
  for (const { chain } of await db.selectFrom('chains').select('chain').where('chain', 'like', 'INC-%').execute()) {
    for (const { body } of await readEntries(db, chain)) {
      if (body.type === 'message.posted') words.set(body.text, (words.get(body.text) ?? 0) + 1)
    }
  }
  return words
}

/**
 * What people said and is not on record. In the time that was taken away some was; and under the card of an incident that
 * was taken away it belongs to none.
 */
export async function wordsLost(db: Kysely<Schema>, told: Told[], gone: [number, number] | null): Promise<string[]> {
  const [words, chains] = await Promise.all([wordsOnRecord(db), db.selectFrom('chains').select('chain').execute()])
  const known = new Set(chains.map(({ chain }) => chain))
  return told.flatMap(({ what, name, under = '', at }) =>
    what === 'said' && known.has(under) && !isWithin(gone, at) && !words.has(name) ? [name] : [],
  )
}

const isWithin = (span: [number, number] | null, at: number): boolean =>
  span !== null && at >= span[0] - 1_000 && at <= span[1] + 1_000

/** Compares what the ledger, the tables, production and Slack say of what happened. */
export async function audit(
  db: Kysely<Schema>,
  {
    slack,
    production,
    told,
    before,
    gone,
  }: {
    slack: FakeSlack
    production: Production
    told: Told[]
    /** Steps that the database knew before it was restored to an earlier point. */
    before: Executed[]
    /** What happened between those two times (ms since 1970) was taken away by the restore. */
    gone: [number, number] | null
  },
): Promise<Findings> {
  const found: Findings = { lost: [], doubled: [], contradictory: [] }
  const changes = await allChanges(db)

  // The ledger and the tables.
  const chains = await db.selectFrom('chains').select(['chain', 'seq', 'projected']).execute()
  for (const { chain, seq, projected } of chains) {
    const verdict = seq > 0 ? await verifyChain(db, chain) : null
    for (const { text } of verdict?.problems ?? []) found.contradictory.push(`${chain} does not verify: ${text}`)
    if (projected < seq) found.lost.push(`${chain} is shown up to ${projected} of ${seq}`)
    const last = new Map<string, string>()
    for (const { subject, body } of await readEntries(db, chain)) {
      if (body.type === 'change.planned') last.set(subject, 'planned')
      if (body.type !== 'change.moved') continue
      if (last.get(subject) !== body.from)
        found.contradictory.push(`${subject} moved from ${body.from}, being ${last.get(subject)}`)
      last.set(subject, body.to)
    }
    for (const change of changes.filter((one) => one.chain === chain)) {
      const said = last.get(changeName(change.id))
      if (said !== change.state)
        found.contradictory.push(`${changeName(change.id)} is ${change.state}, its entries say ${said}`)
    }
  }
  found.lost.push(...hanging(changes, Date.now()))

  // The ledger and production: each effect has its step, and each applied step its effect.
  const known = new Map<string, Executed>()
  for (const step of [...before, ...(await executedSteps(db))]) known.set(`${step.change} ${step.hash}`, step)
  const open = [...known.values()]
  for (const { name, from, to } of production.effects) {
    const matches = open.filter((step) => step.name === name && step.from === from && step.to === to)
    const step =
      matches.find(({ outcome }) => outcome === 'applied') ??
      matches.find(({ outcome }) => outcome !== 'failed') ??
      matches[0]
    if (!step) found.doubled.push(`${name} ${from} → ${to} happened once more than it was recorded`)
    else {
      open.splice(open.indexOf(step), 1)
      if (step.outcome === 'failed') found.contradictory.push(`${step.change} is recorded as failed, and happened`)
    }
  }
  const twins = new Set<Executed>()
  for (const step of open) {
    // What was so already is applied to no effect.
    if (step.outcome !== 'applied' || step.from === step.to) continue
    const alike = [...known.values()].filter((one) =>
      (['name', 'from', 'to'] as const).every((k) => one[k] === step[k]),
    )
    const twin = alike.find((one) => !open.includes(one) && !twins.has(one) && couldBeEither(one, step))
    if (twin) {
      twins.add(twin)
      continue
    }
    found.contradictory.push(
      `${step.change} is recorded as applied (${step.name} ${step.from} → ${step.to}), and never happened; of ${JSON.stringify(alike)}`,
    )
  }

  // The ledger and Slack: every card and every reply once, the cards as they are now.
  const shown = new Map<string, Message[]>()
  const channels = [...slack.workspace.channels.keys()]
  const messages = channels.flatMap((id) => slack.messages(id).flatMap(({ ts }) => slack.thread(id, ts)))
  // A reply that is shown in the channel too is one message.
  for (const message of new Map(messages.map((one) => [one.ts, one])).values()) {
    const { subject, slot } = (message.metadata?.event_payload ?? {}) as { subject?: string; slot?: string }
    if (subject) shown.set(`${subject}/${slot}`, [...(shown.get(`${subject}/${slot}`) ?? []), message])
  }
  // What was said in the time that was taken away is not known any more, and is said again.
  const isGone = (at: number) => isWithin(gone, at)
  for (const [key, all] of shown) {
    const messages = all.filter(({ ts }) => !isGone(Number(ts) * 1_000))
    if (messages.length > 1)
      found.doubled.push(`${key} stands ${messages.length} times in Slack: ${described(messages)}, gone ${gone}`)
  }
  for (const change of changes) {
    const name = changeName(change.id)
    const card = shown.get(`${name}/card`)?.at(-1)
    const { says } = statusOf(change, { needed: 1, approvers: ['approver'] })
    if (!card) found.lost.push(`${name} has no card`)
    else if (!card.text.includes(says.split('\n')[0] as string))
      found.contradictory.push(
        `the card of ${name} does not say: ${says}; of ${described(shown.get(`${name}/card`) ?? [])}, gone ${gone}`,
      )
  }
  const incidents = await db.selectFrom('incidents').select(['id', 'channel', 'own_room']).execute()
  for (const { id, channel, own_room } of incidents) {
    const roots = shown.get(`INC-${id}/card`)
    if (!roots) found.lost.push(`INC-${id} has no root message`)
    else if (roots.at(-1)?.channel !== channel) found.contradictory.push(`INC-${id} is not in ${channel}, its room`)
    const named = [...slack.workspace.channels.values()].filter(({ name }) => new RegExp(`^inc-${id}(-|$)`).test(name))
    if (own_room && named.length !== 1) found.doubled.push(`INC-${id} has ${named.length} channels of its own`)
  }

  // What people were told, and what there is.
  const names = new Set([...incidents.map(({ id }) => `INC-${id}`), ...changes.map(({ id }) => changeName(id))])
  for (const [text, times] of await wordsOnRecord(db))
    if (times > 1) found.doubled.push(`“${text}” is on record ${times} times`)
  for (const text of await wordsLost(db, told, gone)) found.lost.push(`“${text}” was said, and is not on record`)
  for (const { name, what, at } of told) {
    if (what === 'said') continue
    if (isGone(at)) continue
    if (!names.has(name)) found.lost.push(`${name} was told to be ${what}, and is not there`)
  }
  return found
}
