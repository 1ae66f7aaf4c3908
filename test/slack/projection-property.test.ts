import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFinal, MOVES, type State } from '../../src/operations/states.ts'
import { readChange } from '../../src/operations/store.ts'
import { hashOf } from '../../src/slack/projection/post.ts'
import type { Message } from './fake/types.ts'
import { asked, go, open, plan, progress, projectionWorld, type Replica, read, type World } from './projection-world.ts'

const METHODS = ['chat.postMessage', 'chat.update', 'conversations.replies', 'conversations.history', '*']
const FREEZABLE = ['chat.postMessage', 'chat.update', 'completeUploadExternal', '/upload/']

const bot = fc.nat({ max: 1 })
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), bot, long: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('plan' as const), bot }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance' as const), bot, change: fc.nat(), to: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('export' as const), bot }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      method: fc.constantFrom(...METHODS),
      times: fc.integer({ min: 1, max: 3 }),
      fault: fc.constantFrom(
        ...[{ dropResponse: true }, { status: 500 }, { hang: true }, { error: 'internal_error' }],
        ...[{ error: 'not_in_channel' }, { retryAfter: 1 }],
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      bot,
      at: fc.constantFrom(...FREEZABLE),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.nat({ max: 60 }) }) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

/** Does it; a process that is to die does so at its next call of that kind, or soon. */
async function run(act: Action, world: World, bots: Replica[], changes: number[]) {
  const which = 'bot' in act ? act.bot : 0
  const actor = bots[which] as Replica
  switch (act.do) {
    case 'read':
      return read(actor, 'INC-1', 'finding', act.long ? 'line\n'.repeat(1000) : 'short')
    case 'plan':
      return void changes.push(await plan(actor, 'INC-1', changes[0] ?? null))
    case 'export':
      return actor.incidents.export(asked(), 1, 'md')
    case 'advance': {
      const change = await readChange(actor.db, changes[act.change % changes.length] ?? 0)
      if (!change || isFinal(change.state)) return
      const moves: readonly State[] = MOVES[change.state]
      if (act.to % 3 === 0) return progress(actor, change.id, `${act.to} seen`)
      return go(actor, change.id, moves[act.to % moves.length] as State)
    }
    case 'fail':
      return world.slack.fail(act.method, { ...act.fault, times: act.times })
    case 'die': {
      const frozen = actor.network.frozenAt(act.at, act.when)
      await Promise.race([frozen, new Promise((late) => setTimeout(late, 100))])
      await actor.crash()
      bots[which] = world.replica()
      return
    }
    case 'pause':
      return new Promise((passed) => setTimeout(passed, act.ms))
  }
}

const key = ({ metadata }: Message) => `${metadata?.event_payload.subject}/${metadata?.event_payload.slot}`

describe('the projection, whatever fails', () => {
  it('ends with one message for each subject, which shows the newest state, and replies in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 30 }), async (actions) => {
        const world = await projectionWorld()
        try {
          const bots = [world.bot, world.replica()]
          await open(world.bot)
          const changes: number[] = []
          for (const act of actions) await run(act, world, bots, changes)
          world.slack.recover()
          for (const { projector } of bots) await projector.idle()

          const [root, ...thread] = world.slack.thread('C0INCIDENTS', world.slack.messages('C0INCIDENTS')[0]?.ts ?? '')
          const posted = [root as Message, ...thread.filter(({ files }) => !files)]
          expect(posted.map(key).sort()).toEqual([...new Set(posted.map(key))].sort())
          expect(posted.map(key)).toEqual(
            expect.arrayContaining(['INC-1/card', ...changes.map((id) => `OP-${id}/card`)]),
          )

          const rows = await bots[0]?.db.selectFrom('slack_messages').selectAll().execute()
          expect(rows?.filter(({ state }) => state !== 'posted')).toEqual([])
          for (const card of posted.filter((message) => key(message).endsWith('/card'))) {
            const subject = String(card.metadata?.event_payload.subject)
            const should = await bots[0]?.sources.card(subject)
            expect(card.text).toBe(should?.message.text)
            expect(rows?.find((row) => row.subject === subject)?.hash).toBe(hashOf(should?.message ?? { text: '' }))
          }
          const order = posted
            .filter((message) => key(message).endsWith('/reply'))
            .map((m) => m.metadata?.event_payload.seq)
          expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)))
          const files = world.slack.files.filter(({ shares }) => shares.length > 0)
          expect(files).toHaveLength(rows?.filter(({ slot }) => slot === 'file').length ?? 0)
          for (const { shares } of files) expect(shares).toHaveLength(1)
        } finally {
          await world.close()
        }
      }),
      {
        numRuns: Number(process.env.PROPERTY_RUNS ?? 10),
        interruptAfterTimeLimit: Number(process.env.PROPERTY_MS ?? 60_000),
        endOnFailure: true,
      },
    )
  }, 180_000)
})
