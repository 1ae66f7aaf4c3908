import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../src/identity/person.ts'
import { createConversation } from '../../src/incidents/conversation/conversation.ts'
import { createTasks } from '../../src/incidents/conversation/tasks.ts'
import { createEars } from '../../src/slack/conversation/ears.ts'
import type { MessageEvent, SlackMessage } from '../../src/slack/conversation/message.ts'
import type { ReactionEvent } from '../../src/slack/conversation/reactions.ts'
import { DuplicateCause } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { talkOf } from '../support/conversation.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'
import { BOT, FakeSlack } from './fake/fake-slack.ts'
import { webOf } from './projection-world.ts'

const ROOM = 'C0INCIDENTS'
const PEOPLE = ['U0ALICE', 'U0BOB', 'U0CAROL']
const EMOJI = { event: ['pushpin', 'eyes'], task: ['white_check_mark'], 'follow-up': ['repeat'] }
const runs = Number(process.env.PROPERTY_RUNS ?? 15)

let t: TestEngine
let slack: FakeSlack
let clock: number
const reader = { entries: (chain: string) => readEntries(t.db, chain) }
beforeEach(async () => {
  t = await testEngine()
  clock = Date.now()
  slack = await FakeSlack.start({ mode: 'socket', eventRetries: [], now: () => clock })
})
afterEach(async () => {
  await slack.stop()
  await t.close()
})

/** Any incident's chain; each run has one of its own. */
async function open(): Promise<{ chain: string; incident: number; root: string }> {
  const { ts } = slack.workspace.messages.add({ channel: ROOM, user: BOT.user_id, bot_id: BOT.id, text: 'card' })
  const asked = { person: person('U0ALICE'), cause: t.cause() }
  const opened = await t.incidents.open(asked, { severity: 'P1', title: 'x', service: null })
  const incident = opened.kind === 'done' ? opened.incident : 0
  const chain = `INC-${incident}`
  const card = { subject: chain, slot: 'card', chain, channel: ROOM, ts, state: 'posted', hash: '' }
  await t.db.insertInto('slack_messages').values(card).execute()
  return { chain, incident, root: ts }
}

const person = (user: string): Person => ({ id: `T0FAKE/${user}`, user, name: user, zone: 'UTC', standing: 'member' })

/** A replica's ears. */
function replica() {
  const who = async (account: string) => person(account.slice(account.indexOf('/') + 1))
  return createEars({
    ...{ db: t.db, web: webOf(slack, fetch), conversation: createConversation(t.db, t.ledger), log: quiet },
    identity: { whose: who, person: who },
    workspace: { identity: () => ({ team: 'T0FAKE', user: BOT.user_id, name: BOT.name, url: '', scopes: null }) },
    emoji: () => EMOJI,
    signal: new AbortController().signal,
  })
}

type Work = (ears: ReturnType<typeof replica>) => Promise<void>

/** What was delivered since, as the work of hearing it. */
const deliveries = (from: number): Work[] =>
  slack.deliveries.slice(from).map(({ payload }) => async ({ hearing, reactions }) => {
    const { type } = payload.event as { type: string }
    const cause = `event:${payload.event_id}`
    if (type === 'message') return await hearing.heard(payload.event as MessageEvent, cause)
    await (type === 'reaction_added' ? reactions.added : reactions.removed)(payload.event as ReactionEvent, cause)
  })

/** A look at the thread as it is now, whenever it is taken in. */
function look(incident: number, root: string): Work {
  const found = slack.thread(ROOM, root) as unknown as SlackMessage[]
  return async ({ hearing, reactions }) => {
    for (const message of found) {
      await hearing.found(message, { incident, channel: ROOM })
      await reactions.found(message, { incident, channel: ROOM })
    }
  }
}

/** In an order of their own, some of it twice and some at the same time, by two replicas. */
async function takeIn(work: Work[], order: { keys: number[]; again: number[]; together: number }) {
  const replicas = [replica(), replica()]
  const all = [...work, ...order.again.flatMap((n) => work[n % Math.max(1, work.length)] ?? [])]
  const shuffled = all
    .map((one, n) => ({ one, key: order.keys[n % order.keys.length] ?? 0, n }))
    .sort((a, b) => a.key - b.key || a.n - b.n)
  for (let n = 0; n < shuffled.length; n += order.together) {
    const batch = shuffled.slice(n, n + order.together)
    await Promise.all(
      batch.map(({ one }, at) =>
        one(replicas[at % 2] as ReturnType<typeof replica>).catch((error) => {
          if (!(error instanceof DuplicateCause)) throw error
        }),
      ),
    )
  }
}

const order = fc.record({
  keys: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 40 }),
  again: fc.array(fc.nat(), { maxLength: 6 }),
  together: fc.integer({ min: 1, max: 3 }),
})
const step = { message: fc.nat(), wait: fc.constantFrom(0, 300, 2_000) }

const talking = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('say' as const), user: fc.constantFrom(...PEOPLE), ...step }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit' as const), ...step }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsay' as const), ...step }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unfurl' as const), ...step }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), ...step }) },
)

const marking = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('toggle' as const),
      user: fc.constantFrom('U0ALICE', 'U0BOB'),
      name: fc.constantFrom('pushpin', 'eyes', 'white_check_mark'),
      message: fc.nat({ max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
)

describe('however it is heard of', () => {
  it('each message is on record once, and says what its last edit says', async () => {
    const property = fc.asyncProperty(
      fc.array(talking, { minLength: 3, maxLength: 14 }),
      order,
      async (acts, order) => {
        const { chain, incident, root } = await open()
        const from = slack.deliveries.length
        const looks: Work[] = []
        const said: { ts: string; user: string; text: string; gone: boolean }[] = []
        for (const [n, act] of acts.entries()) {
          clock += act.wait
          const there = said.filter(({ gone }) => !gone)
          const one = there[act.message % Math.max(1, there.length)]
          const place = { channel: ROOM, ts: one?.ts ?? '' }
          if (act.do === 'say') {
            const { ts } = await slack.say({ user: act.user, channel: ROOM, thread_ts: root, text: `text ${n}` })
            said.push({ ts, user: act.user, text: `text ${n}`, gone: false })
          } else if (act.do === 'look') looks.push(look(incident, root))
          else if (one && act.do === 'edit') {
            one.text = `text ${n}`
            await slack.edit({ ...place, text: one.text })
          } else if (one && act.do === 'unfurl') await slack.unfurl({ ...place, title: `title ${n}` })
          else if (one) {
            one.gone = true
            await slack.unsay(place)
          }
        }
        await takeIn([...deliveries(from), ...looks], order)
        const entries = (await talkOf(reader, chain)).map(({ body, actor }) => ({
          body,
          actor,
        }))
        for (const { ts, user, text, gone } of said) {
          const about = entries.filter(({ body }) => 'ts' in body && body.ts === ts)
          const texts = about.flatMap(({ body }) => ('text' in body && !('superseded' in body) ? [body.text] : []))
          const posted = about.filter(({ body }) => body.type === 'message.posted')
          expect(posted.map(({ actor }) => actor.id)).toEqual([`T0FAKE/${user}`])
          // What came after the deletion is told as what it said then.
          if (gone) expect(about.flatMap(({ body }) => ('text' in body ? [body.text] : []))).toContain(text)
          else expect(texts.at(-1)).toBe(text)
          expect(about.filter(({ body }) => body.type === 'message.deleted')).toHaveLength(gone ? 1 : 0)
          const edits = about.flatMap(({ body }) => (body.type === 'message.edited' ? [body.text] : []))
          expect(new Set(edits).size).toBe(edits.length)
        }
        expect((await verifyChain(t.db, chain))?.problems).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: 60_000, endOnFailure: true })
  })

  it('a message is marked while somebody’s reaction stands, and its task is open so long', async () => {
    const property = fc.asyncProperty(
      fc.array(marking, { minLength: 2, maxLength: 14 }),
      order,
      async (acts, order) => {
        const { chain, incident, root } = await open()
        const from = slack.deliveries.length
        const looks: Work[] = []
        const messages: string[] = []
        for (const text of ['one', 'two']) {
          messages.push((await slack.say({ user: 'U0CAROL', channel: ROOM, thread_ts: root, text })).ts)
        }
        for (const act of acts) {
          if (act.do === 'look') {
            looks.push(look(incident, root))
            continue
          }
          const { user, name } = act
          const reaction = { user, name, channel: ROOM, ts: messages[act.message] ?? '' }
          const stands = slack
            .message(ROOM, reaction.ts)
            ?.reactions?.some((one) => one.name === name && one.users.includes(user))
          await (stands ? slack.unreact(reaction) : slack.react(reaction))
        }
        await takeIn([...deliveries(from), ...looks], order)
        const entries = await talkOf(reader, chain)
        const tasks = await createTasks(t.db, t.ledger).openOf(incident)
        for (const ts of messages) {
          for (const as of ['event', 'task'] as const) {
            const told = entries.flatMap(({ body }) =>
              'as' in body && 'ts' in body && body.ts === ts && body.as === as ? [body.type] : [],
            )
            const reactions = slack.message(ROOM, ts)?.reactions ?? []
            const stands = reactions.some(({ name }) => EMOJI[as].includes(name))
            expect(told).toEqual(told.map((_, n) => (n % 2 === 0 ? 'message.marked' : 'message.unmarked')))
            expect(told.length % 2 === 1).toBe(stands)
            if (as === 'task') expect(tasks.filter(({ message }) => message?.ts === ts)).toHaveLength(stands ? 1 : 0)
          }
        }
      },
    )
    await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: 60_000, endOnFailure: true })
  })
})
