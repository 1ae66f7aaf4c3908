import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  go,
  open,
  plan,
  projectionWorld,
  ROOM,
  read,
  screen,
  TIMEOUT_MS,
  type World,
  webOf,
} from './projection-world.ts'

describe('the projection while Slack fails', () => {
  let world: World
  beforeEach(async () => {
    world = await projectionWorld()
  })
  afterEach(async () => {
    await world.close()
  })
  const settled = () => world.bot.projector.idle()
  const calls = (method: string) => world.slack.calls.filter((call) => call.method === method)
  const opened = ['INC-1 · P1 · Checkout times out', '  What to do next']

  it('looks a post up whose answer was lost, and does not repeat it', async () => {
    world.slack.fail('chat.postMessage', { dropResponse: true, times: 1 })
    await open(world.bot)
    await settled()
    expect(screen(world.slack)).toEqual(opened)
    expect(calls('conversations.history')).toHaveLength(1)

    world.slack.fail('chat.postMessage', { dropResponse: true, times: 1 })
    await read(world.bot, 'INC-1', 'crash loop')
    await settled()
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
    expect(calls('conversations.replies')).not.toHaveLength(0)
    expect(world.bot.outcomes.filter((outcome) => outcome === 'adopted')).toHaveLength(2)
  })

  it.each([
    { status: 500 },
    { status: 503 },
    { error: 'internal_error' },
    { error: 'fatal_error' },
    { hang: true },
  ])('posts again after %o, once it has looked', async (fault) => {
    world.slack.fail('chat.postMessage', { ...fault, times: 1 })
    await open(world.bot)
    await settled()
    expect(screen(world.slack)).toEqual(opened)
    expect(calls('conversations.history')).toHaveLength(1)
  })

  it('waits as long as a 429 says, and posts without a look: nothing has happened', async () => {
    world.slack.fail('chat.postMessage', { retryAfter: 1, times: 1 })
    await open(world.bot)
    await settled()
    const [first, second] = calls('chat.postMessage')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000)
    expect(calls('conversations.history')).toEqual([])
    expect(screen(world.slack)).toEqual(opened)
  })

  it('repeats an edit whose answer was lost', async () => {
    const inc = await open(world.bot)
    await settled()
    const op = await plan(world.bot, inc)
    await settled()
    world.slack.fail('chat.update', { dropResponse: true, times: 1 })
    await go(world.bot, op, 'rejected')
    await settled()
    const card = world.slack.workspace.messages.all.at(-1)
    expect(card?.text).toContain('Rejected')
    expect(calls('chat.update').filter(({ args }) => args.ts === card?.ts)).toHaveLength(2)
  })

  it('catches up when Slack was away, and says what comes late', async () => {
    world.slack.fail('*', { status: 503 })
    const inc = await open(world.bot)
    await read(world.bot, inc, 'crash loop')
    await world.age(120)
    await world.bot.stop()

    const next = world.replica()
    world.slack.recover()
    await read(next, inc, 'all well')
    await next.projector.idle()
    const root = world.slack.messages(ROOM)[0]
    const texts = world.slack
      .thread(ROOM, String(root?.ts))
      .map(({ text }) => text.includes('Posted late: recorded <!date^'))
    // A card shows the state of now; only what is said once can be late.
    expect(texts).toEqual([false, true, true, false])
  })

  it('posts a card anew that somebody deleted, in the same thread', async () => {
    const inc = await open(world.bot)
    const op = await plan(world.bot, inc)
    await settled()
    const card = world.slack.workspace.messages.all.find(({ text }) => text.startsWith('*OP-1*'))
    world.slack.deleteMessage(ROOM, String(card?.ts))
    await go(world.bot, op, 'rejected')
    await settled()
    expect(screen(world.slack)).toEqual([...opened, '  OP-1 scale checkout 5'])
    expect(world.slack.workspace.messages.all.at(-1)?.text).toContain('Rejected')
  })

  it('posts root and live changes anew when the root is lost, and no reply twice', async () => {
    const inc = await open(world.bot)
    const over = await plan(world.bot, inc)
    await go(world.bot, over, 'rejected')
    const live = await plan(world.bot, inc)
    await settled()
    world.slack.forget()
    await go(world.bot, live, 'approved')
    await settled()
    expect(screen(world.slack)).toEqual(['INC-1 · P1 · Checkout times out', '  OP-2 scale checkout 5'])
    await read(world.bot, inc, 'crash loop')
    await settled()
    expect(screen(world.slack)).toEqual([
      ...['INC-1 · P1 · Checkout times out', '  OP-2 scale checkout 5', '  crash loop'],
    ])
  })

  it('goes on after a start when it may not look whether its root is there', async () => {
    const inc = await open(world.bot)
    await settled()
    await world.bot.stop()
    world.slack.fail('conversations.replies', { error: 'missing_scope' })
    const next = world.replica()
    await read(next, inc, 'crash loop')
    await next.projector.idle()
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
  })

  it('does not repeat a post that Slack performs after the client gave up', async () => {
    await world.bot.stop()
    let late = true
    const fetchLate: typeof fetch = async (url, init) => {
      if (!late || !String(url).includes('chat.postMessage')) return await fetch(url, init)
      late = false
      const { signal, ...request } = init ?? {}
      setTimeout(() => void fetch(url, request), TIMEOUT_MS + 200)
      return await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    }
    const next = world.replica({ web: webOf(world.slack, fetchLate) })
    await open(next)
    await next.projector.idle()
    expect(screen(world.slack)).toEqual(opened)
    expect(next.outcomes).toContain('adopted')
  })

  it('posts a card anew that it may not edit any more', async () => {
    const inc = await open(world.bot)
    const op = await plan(world.bot, inc)
    await settled()
    world.slack.fail('chat.update', { error: 'cant_update_message', times: 1 })
    await go(world.bot, op, 'rejected')
    await settled()
    expect(world.slack.workspace.messages.all.at(-1)?.text).toContain('Rejected')
  })

  it('says once how to mend a channel that it is not in, and catches up when it is invited', async () => {
    const channel = world.slack.workspace.channels.get(ROOM)
    if (!channel) throw new Error('no channel')
    const members = channel.members
    channel.members = ['U0ALICE']
    const inc = await open(world.bot)
    await read(world.bot, inc, 'crash loop')
    await world.slack.until(() => calls('chat.postMessage').length === 2)
    channel.members = members
    await settled()
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
    expect(world.bot.log.messages.filter((message) => message.includes('does not reach Slack'))).toHaveLength(1)
    expect(world.bot.log.messages).toContain('messages reach this channel again')
  })

  it('does not let one incident wait for another whose channel is gone', async () => {
    world.slack.fail('chat.postMessage', { error: 'is_archived', when: ({ text }) => String(text).includes('Doomed') })
    await open(world.bot, 'Doomed')
    await open(world.bot, 'Fine')
    await world.slack.until(() => screen(world.slack).length === 2)
    expect(screen(world.slack)).toEqual(['INC-2 · P1 · Fine', '  What to do next'])
    world.slack.recover()
    await settled()
    expect(screen(world.slack)).toHaveLength(4)
  })

  it('shows the others while one message can not be made', async () => {
    await world.bot.stop()
    let broken = true
    const bot = world.replica({
      check(message) {
        if (broken && message.text.includes('poison')) throw new Error('beyond a limit')
        return message
      },
    })
    const inc = await open(bot)
    await read(bot, inc, 'poison')
    await read(bot, inc, 'crash loop')
    await world.slack.until(() => screen(world.slack).length === 3)
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
    broken = false
    await bot.projector.idle()
    expect(screen(world.slack)).toEqual([...opened, '  crash loop', '  poison'])
  })

  it('posts the text alone when Slack refuses the blocks', async () => {
    world.slack.fail('chat.postMessage', { error: 'invalid_blocks', when: ({ blocks }) => (blocks as []).length > 0 })
    await open(world.bot)
    await settled()
    expect(screen(world.slack)).toEqual(opened)
  })
})
