import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { asked, go, open, plan, progress, projectionWorld, ROOM, read, screen, type World } from './projection-world.ts'

describe('Slack as a projection of the ledger', () => {
  let world: World
  beforeEach(async () => {
    world = await projectionWorld()
  })
  afterEach(async () => {
    await world.close()
  })
  const settled = () => world.bot.projector.idle()
  const calls = (method: string) => world.slack.calls.filter((call) => call.method === method)

  it('posts an incident once, with what to do next in its thread', async () => {
    await open(world.bot)
    await settled()
    expect(screen(world.slack)).toEqual(['INC-1 · P1 · Checkout times out', '  What to do next'])
    expect(calls('chat.update')).toEqual([])
    world.slack.assertClean()
  })

  it('carries chain and seq in the metadata of each post', async () => {
    await open(world.bot)
    await settled()
    const payloads = calls('chat.postMessage').map(({ args }) => args.metadata)
    expect(payloads).toMatchObject([
      { event_type: 'firebreak', event_payload: { subject: 'INC-1', slot: 'card', chain: 'INC-1', seq: 1 } },
      { event_type: 'firebreak', event_payload: { subject: 'INC-1#1', slot: 'reply', chain: 'INC-1', seq: 1 } },
    ])
  })

  it('edits the one message of a change through its life, and says aloud what somebody must look at', async () => {
    const inc = await open(world.bot)
    await settled()
    const op = await plan(world.bot, inc)
    await settled()
    await go(world.bot, op, 'approved', 'claimed', 'intended', 'applied')
    await progress(world.bot, op, '4/5 ready')
    await settled()
    const card = () => world.slack.workspace.messages.all.find(({ text }) => text.startsWith('*OP-1*'))
    expect(card()?.text).toContain('4/5 ready')
    await go(world.bot, op, 'inconclusive')
    await settled()
    expect(card()?.text).toContain('Inconclusive')
    expect(screen(world.slack)).toEqual([
      ...['INC-1 · P1 · Checkout times out', '  What to do next', '  OP-1 scale checkout 5'],
      '  <@U0ALICE> OP-1 scale checkout 5',
    ])
    world.slack.assertClean()
  })

  it('tells the channel, too, that an incident is resolved', async () => {
    await open(world.bot)
    await world.bot.incidents.move(asked(), 1, 'resolved', { cause: null, fix: null })
    await settled()
    const [root, reply] = world.slack.messages(ROOM)
    expect(root?.text).toContain('resolved')
    expect(reply).toMatchObject({ subtype: 'thread_broadcast', thread_ts: root?.ts })
    expect(reply?.text).toContain('INC-1 is resolved')
  })

  it('posts a change that belongs to no incident as a message of its own', async () => {
    const op = await plan(world.bot, GENERAL)
    await go(world.bot, op, 'approved', 'stale')
    await settled()
    expect(screen(world.slack)).toEqual(['OP-1 scale checkout 5', '  <@U0ALICE> OP-1 scale checkout 5'])
  })

  it('shows on the card of a change that it is being undone, and how that went', async () => {
    const inc = await open(world.bot)
    const op = await plan(world.bot, inc)
    await go(world.bot, op, 'approved', 'claimed', 'intended', 'applied', 'succeeded')
    const undo = await plan(world.bot, inc, op)
    await settled()
    const card = () => world.slack.workspace.messages.all.find(({ text }) => text.startsWith('*OP-1*'))
    expect(card()?.text).toContain('OP-2 undoes it: planned')
    await go(world.bot, undo, 'rejected')
    await settled()
    expect(card()?.text).toContain('OP-2 undoes it: rejected')
  })

  it('keeps replies in the order of their entries', async () => {
    const inc = await open(world.bot)
    for (let n = 1; n <= 8; n++) await read(world.bot, inc, `finding ${n}`)
    await settled()
    const findings = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `  finding ${n}`)
    expect(screen(world.slack).slice(2)).toEqual(findings)
  })

  it('makes one edit of everything that happened while Slack hung', async () => {
    const inc = await open(world.bot)
    const op = await plan(world.bot, inc)
    await go(world.bot, op, 'approved', 'claimed', 'intended', 'applied')
    await settled()
    const before = calls('chat.update').length
    world.slack.fail('*', { hang: true })
    for (let n = 1; n <= 10; n++) await progress(world.bot, op, `${n}/10 ready`)
    await world.slack.until(() => calls('chat.update').length === before + 1)
    world.slack.recover()
    await settled()
    const edits = calls('chat.update').slice(before)
    expect(edits).toHaveLength(2)
    expect(edits[1]?.args.text).toContain('10/10 ready')
  })

  it('posts what asks for an approval before what was only read', async () => {
    const inc = await open(world.bot)
    await settled()
    world.slack.fail('*', { status: 503 })
    for (const n of [1, 2, 3]) await read(world.bot, inc, `finding ${n}`)
    await world.slack.until(() => calls('chat.postMessage').length === 3)
    await plan(world.bot, inc)
    world.slack.recover()
    await settled()
    expect(screen(world.slack).slice(2)).toEqual([
      ...['  OP-1 scale checkout 5', '  finding 1', '  finding 2', '  finding 3'],
    ])
  })

  it('does not touch a message whose subject has no new entry', async () => {
    await open(world.bot)
    await settled()
    await world.bot.stop()
    const next = world.replica()
    await open(next, 'Another one')
    await next.projector.idle()
    expect(calls('chat.update')).toEqual([])
    expect(calls('chat.postMessage')).toHaveLength(4)
  })
})
