import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { go, open, plan, projectionWorld, ROOM, read, screen, type World } from './projection-world.ts'

let world: World
beforeEach(async () => {
  world = await projectionWorld()
})
afterEach(() => world.close())

const settled = () => world.bot.projector.idle()
/** The newest rows are lost, and another process goes on with what is left. */
async function lose(...queries: string[]) {
  await world.bot.crash()
  for (const query of queries) await world.owner(query)
  world.bot = world.replica()
}
const begin = `insert into recoveries (began_at, reason, lost) values (clock_timestamp(), 'entries are missing', 'INC-1, entry 3')`
const everySubject = () =>
  world.slack
    .messages(ROOM)
    .flatMap(({ ts }) => world.slack.thread(ROOM, ts))
    .map(({ metadata }) => String(metadata?.event_payload.subject))

describe('after the ledger lost rows', () => {
  it('does not take the message of a lost entry for that of the one in its place', async () => {
    await open(world.bot)
    await read(world.bot, 'INC-1', 'what was lost')
    await settled()
    await lose(
      `delete from slack_messages where subject = 'INC-1#2'`,
      'delete from payloads where seq > 1',
      'delete from timeline where seq > 1',
      'update chains set seq = 1, projected = 1, head = (select hash from timeline)',
    )
    world.slack.fail('chat.postMessage', { status: 503, times: 1 })
    await read(world.bot, 'INC-1', 'what came instead')
    await settled()
    expect(screen(world.slack).slice(2)).toEqual(['  what was lost', '  what came instead'])
  })

  it('finds what it had posted before, roots, cards and replies, and posts nothing twice', async () => {
    await open(world.bot)
    const op = await plan(world.bot, 'INC-1')
    await go(world.bot, op, 'approved')
    await read(world.bot, 'INC-1', '3/3 ready')
    await plan(world.bot, 'general')
    await settled()
    const before = everySubject()
    expect(before.sort()).toEqual(['INC-1', 'INC-1#1', 'INC-1#4', 'OP-1', 'OP-2'])
    await lose('delete from slack_messages', 'update chains set projected = 0', begin)
    await settled()
    expect(
      everySubject()
        .filter((subject) => subject !== 'RECOVERY-1')
        .sort(),
    ).toEqual(before)
    const rows = await world.bot.db
      .selectFrom('slack_messages')
      .select(['subject', 'thread_of', 'ts'])
      .orderBy('subject')
      .execute()
    expect(rows.map(({ subject, thread_of }) => [subject, thread_of])).toEqual([
      ['INC-1', null],
      ['INC-1#1', 'INC-1'],
      ['INC-1#4', 'INC-1'],
      ['OP-1', 'INC-1'],
      ['OP-2', null],
    ])
    for (const { subject, ts } of rows) {
      expect(world.slack.message(ROOM, String(ts))?.metadata?.event_payload).toMatchObject({ subject })
    }
  })

  it('posts what was never posted, and what is recorded from then on', async () => {
    await open(world.bot)
    await settled()
    await lose(begin)
    await read(world.bot, 'INC-1', 'after it')
    await settled()
    expect(screen(world.slack)[2]).toBe('  after it')
  })
})

describe('in a recovery', () => {
  it('has the cards of what is pending say so, and no other one; and when it is over, no more', async () => {
    await open(world.bot)
    const [planned, done] = [await plan(world.bot, 'INC-1'), await plan(world.bot, 'INC-1')] as const
    const alone = await plan(world.bot, 'general')
    await go(world.bot, done, 'approved', 'claimed', 'intended', 'applied', 'succeeded')
    await settled()
    const card = (id: number) =>
      world.slack
        .messages(ROOM)
        .flatMap(({ ts }) => world.slack.thread(ROOM, ts))
        .find(({ text }) => text.startsWith(`*OP-${id}*`))
    const halted = (id: number) => /Nothing runs before somebody ends RECOVERY-1/.test(card(id)?.text ?? '')

    await world.owner(begin)
    world.bot.projector.recheck()
    await world.slack.until(() => halted(planned) && halted(alone))
    await settled()
    expect(halted(done)).toBe(false)
    // Looked at anew, it still tells how far the ledger had come.
    const head = expect.stringMatching(/^[0-9a-f]{16}$/)
    expect(card(planned)?.metadata?.event_payload).toMatchObject({ chain: 'INC-1', seq: 8, head })

    await world.owner('update recoveries set ended_by = $$T1/U0CAROL$$, ended_at = now()')
    world.bot.projector.recheck()
    await world.slack.until(() => !halted(planned) && !halted(alone))
    world.slack.assertClean()
  })
})

it('looks anew at what it is just looking at, when a recovery begins meanwhile', async () => {
  await open(world.bot)
  await plan(world.bot, 'INC-1')
  await settled()
  await world.bot.stop()
  const looks = () => world.slack.calls.filter(({ method }) => method === 'conversations.replies').length
  const before = looks()
  world.slack.fail('conversations.replies', { hang: true, times: 1 })
  world.bot = world.replica()
  await world.slack.until(() => looks() > before)
  await world.owner(begin)
  world.bot.projector.recheck()
  const says = (text: string) => world.slack.workspace.messages.all.some((message) => message.text.includes(text))
  await world.slack.until(() => says('Nothing runs before somebody ends RECOVERY-1'))
})

it('carries in each message which entry it is of, and when that was recorded', async () => {
  await open(world.bot)
  await plan(world.bot, 'INC-1')
  await settled()
  const rows = await world.bot.db.selectFrom('timeline').select(['seq', 'hash', 'recorded_at']).execute()
  const carried = world.slack
    .thread(ROOM, String(world.slack.messages(ROOM)[0]?.ts))
    .map(({ metadata }) => metadata?.event_payload)
  for (const payload of carried) {
    const entry = rows.find(({ seq }) => seq === payload?.seq)
    expect(payload).toMatchObject({ head: entry?.hash.toString('hex').slice(0, 16), at: entry?.recorded_at.getTime() })
  }
  // What to do next, and the plan's card; the incident's tells of the plan as well, once it is there.
  expect(carried.map((payload) => payload?.seq).sort()).toEqual([1, expect.toBeOneOf([1, 2]), 2])
})
