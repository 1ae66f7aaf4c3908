import { setTimeout as sleep } from 'node:timers/promises'
import type { KyselyPlugin } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimPost, readMessage, settle } from '../../src/slack/projection/store.ts'
import { readEntries } from '../../src/timeline/store.ts'
import {
  asked,
  go,
  IN_FLIGHT_MS,
  open,
  plan,
  progress,
  projectionWorld,
  ROOM,
  read,
  screen,
  type World,
} from './projection-world.ts'

describe('the projection of several processes', () => {
  let world: World
  beforeEach(async () => {
    world = await projectionWorld()
  })
  afterEach(async () => {
    await world.close()
  })
  const opened = ['INC-1 · P1 · Checkout times out', '  What to do next']

  it('shows what another process recorded', async () => {
    const other = world.replica()
    await open(other)
    await world.slack.until(() => screen(world.slack).length === 2)
    await world.bot.projector.idle()
    expect(screen(world.slack)).toEqual(opened)
  })

  it('does not double anything when two work on one database', async () => {
    const other = world.replica()
    const inc = await open(world.bot)
    const op = await plan(other, inc)
    for (let n = 1; n <= 5; n++) await Promise.all([read(world.bot, inc, `a${n}`), read(other, inc, `b${n}`)])
    await go(world.bot, op, 'approved', 'claimed', 'intended', 'applied')
    for (let n = 1; n <= 5; n++) await progress(n % 2 ? world.bot : other, op, `${n}/5 ready`)
    await world.bot.projector.idle()
    await other.projector.idle()
    const shown = screen(world.slack)
    expect(shown).toHaveLength(13)
    expect(new Set(shown).size).toBe(13)
    const entries = await readEntries(world.bot.db, inc)
    const findings = entries.flatMap(({ body }) => (body.type === 'operation.read' ? [`  ${body.finding}`] : []))
    expect(shown.filter((text) => /^ {2}[ab]\d$/.test(text))).toEqual(findings)
    const card = world.slack.workspace.messages.all.find(({ text }) => text.startsWith('*OP-1*'))
    expect(card?.text).toContain('5/5 ready')
  })

  it('leaves a chain alone that another process works on', async () => {
    const other = world.replica()
    await world.bot.projector.idle()
    await other.projector.idle()
    await expect.poll(() => other.session.tryLock('project:INC-1')).toBe(true)
    await other.projector.stop(100)
    await open(world.bot)
    await new Promise((polled) => setTimeout(polled, 200))
    expect(screen(world.slack)).toEqual([])
    await other.session.unlock('project:INC-1')
    await world.bot.projector.idle()
    expect(screen(world.slack)).toEqual(opened)
  })

  it('posts nothing more for a chain once its lock is lost, and another process goes on', async () => {
    world.slack.fail('*', { status: 503 })
    await open(world.bot)
    await world.slack.until(() => world.slack.calls.length > 0)
    await world.bot.session.close()
    const other = world.replica()
    world.slack.recover()
    await other.projector.idle()
    expect(screen(world.slack)).toEqual(opened)
    expect(world.bot.outcomes).not.toContain('posted')
  })

  it('lets one of two claim a post, whatever both believe', async () => {
    const { db } = world.bot
    await open(world.bot)
    await world.bot.projector.idle()
    const claim = {
      subject: 'OP-1',
      slot: 'card',
      chain: 'INC-1',
      channel: ROOM,
      threadOf: 'INC-1',
      file: null,
      hash: 'h',
    }
    const both = await Promise.all([claimPost(db, null, claim), claimPost(db, null, claim)])
    const [first, ...more] = both.filter((one) => one !== null)
    expect(more).toEqual([])
    const seen = await readMessage(db, 'OP-1', 'card')
    await sleep(2) // `posting_since` tells milliseconds apart
    const second = await claimPost(db, seen, claim)
    expect(second).not.toBeNull()
    expect(await claimPost(db, seen, claim)).toBeNull()

    // What the first one's request came to is told after the second has taken over.
    if (!first || !second) throw new Error('nobody has claimed it')
    await settle(db, second, { state: 'posted', ts: '1.2' })
    await settle(db, first, { state: 'absent' })
    expect(await readMessage(db, 'OP-1', 'card')).toMatchObject({ state: 'posted', ts: '1.2' })
  })

  it('gives a claim back whose answer was long in coming: by then another may have looked for the message', async () => {
    const inc = await open(world.bot)
    await world.bot.projector.idle()
    let claims = 0
    const late: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        const isClaim = result.rows.some((row) => 'postingSince' in row)
        if (isClaim && ++claims === 1) await sleep(IN_FLIGHT_MS)
        return result
      },
    }
    const next = world.replica({ db: world.bot.db.withPlugin(late) })
    await world.bot.projector.stop(1_000)
    await read(next, inc, 'crash loop')
    await next.projector.idle()
    expect(claims, 'the first was given back').toBe(2)
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
  })

  it.each([
    ['before the post reached Slack', 'before'],
    ['before its answer was recorded', 'after'],
  ] as const)('posts a root once when the process dies %s', async (_, when) => {
    const frozen = world.bot.network.frozenAt('chat.postMessage', when)
    await open(world.bot)
    await frozen
    await world.bot.crash()
    const next = world.replica()
    await next.projector.idle()
    expect(screen(world.slack)).toEqual(opened)
  })

  it.each([
    ['before the post reached Slack', 'before'],
    ['before its answer was recorded', 'after'],
  ] as const)('posts a reply once when the process dies %s', async (_, when) => {
    const inc = await open(world.bot)
    await world.bot.projector.idle()
    const frozen = world.bot.network.frozenAt('chat.postMessage', when)
    await read(world.bot, inc, 'crash loop')
    await frozen
    await world.bot.crash()
    const next = world.replica()
    await next.projector.idle()
    expect(screen(world.slack)).toEqual([...opened, '  crash loop'])
  })

  it('repairs a card whose edit died with its process, even when the state is the old one again', async () => {
    const inc = await open(world.bot)
    const op = await plan(world.bot, inc)
    await go(world.bot, op, 'approved', 'claimed', 'intended', 'applied')
    await progress(world.bot, op, '3/5 ready')
    await world.bot.projector.idle()
    const frozen = world.bot.network.frozenAt('chat.update', 'after')
    await progress(world.bot, op, '4/5 ready')
    await frozen
    await world.bot.crash()
    const next = world.replica()
    await progress(next, op, '3/5 ready')
    await next.projector.idle()
    const card = world.slack.workspace.messages.all.find(({ text }) => text.startsWith('*OP-1*'))
    expect(card?.text).toContain('3/5 ready')
  })

  it('goes on where another process died, which nobody restarts', async () => {
    const other = world.replica()
    await other.projector.idle()
    world.slack.fail('*', { status: 503 })
    await open(world.bot)
    await world.slack.until(() => world.slack.calls.length > 0)
    await world.bot.crash()
    world.slack.recover()
    await other.projector.idle()
    await world.slack.until(() => screen(world.slack).length === 2)
    expect(screen(world.slack)).toEqual(opened)
  })

  it('posts the cards of open incidents anew at start when Slack has forgotten them, root first, and no reply', async () => {
    const inc = await open(world.bot)
    await read(world.bot, inc, 'crash loop')
    const over = await plan(world.bot, inc)
    await go(world.bot, over, 'rejected')
    await plan(world.bot, inc)
    await plan(world.bot, inc)
    await open(world.bot, 'Over')
    await world.bot.incidents.move(asked(), 2, 'resolved', { cause: null, fix: null })
    await world.bot.projector.idle()
    await world.bot.stop()

    world.slack.forget()
    const next = world.replica()
    await next.projector.idle()
    expect(screen(world.slack)).toEqual([
      ...['INC-1 · P1 · Checkout times out', '  OP-2 scale checkout 5', '  OP-3 scale checkout 5'],
    ])

    await next.stop()
    const posts = world.slack.calls.filter(({ method }) => method === 'chat.postMessage').length
    const third = world.replica()
    await third.projector.idle()
    expect(world.slack.calls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(posts)
  })

  it('starts while Slack is away, and looks after lost cards when it is back', async () => {
    await open(world.bot)
    await world.bot.projector.idle()
    await world.bot.stop()
    world.slack.forget()
    world.slack.fail('*', { status: 503 })
    const next = world.replica()
    await open(next, 'Another one')
    await world.slack.until(() => world.slack.calls.some(({ method }) => method === 'conversations.replies'))
    world.slack.recover()
    await next.projector.idle()
    expect(screen(world.slack).sort()).toEqual([
      ...['  What to do next', 'INC-1 · P1 · Checkout times out', 'INC-2 · P1 · Another one'],
    ])
  })

  it('finishes the message in hand when it stops', async () => {
    await open(world.bot)
    await world.slack.until(() => world.slack.messages(ROOM).length === 1)
    await world.bot.stop()
    const rows = await world.replica().db.selectFrom('slack_messages').select(['subject', 'state']).execute()
    expect(rows.filter(({ state }) => state !== 'posted')).toEqual([])
  })
})
