import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asked, open, projectionWorld, read, screen, type World } from './projection-world.ts'

describe('files in a thread', () => {
  let world: World
  beforeEach(async () => {
    world = await projectionWorld()
    await open(world.bot)
    await world.bot.projector.idle()
  })
  afterEach(async () => {
    await world.close()
  })
  const opened = ['INC-1 · P1 · Checkout times out', '  What to do next']
  const shared = () => world.slack.files.filter(({ shares }) => shares.length > 0)
  const exportTimeline = () => world.bot.incidents.export(asked(), 1, 'md')

  it('uploads an exported timeline beside the words that say what it is', async () => {
    await exportTimeline()
    await world.bot.projector.idle()
    expect(screen(world.slack)).toEqual([...opened, '  Timeline of INC-1 as Markdown, entries 1'])
    expect(shared().map(({ filename, title }) => ({ filename, title }))).toEqual([
      { filename: 'INC-1.md', title: 'INC-1 timeline' },
    ])
    world.slack.assertClean()
  })

  it('attaches what is too long for a message, after the reply that speaks of it', async () => {
    const log = 'payment authorization failed\n'.repeat(500)
    await read(world.bot, 'INC-1', '12 errors', log)
    await world.bot.projector.idle()
    expect(screen(world.slack)).toEqual([...opened, '  12 errors', '  pods-checkout.txt'])
    expect(shared()[0]?.content?.toString()).toBe(log)
  })

  it.each([
    'getUploadURLExternal',
    '/upload/',
    'completeUploadExternal',
  ])('shares a file once when the process dies at %s', async (method) => {
    for (const when of ['before', 'after'] as const) {
      const count = shared().length
      const bot = when === 'before' ? world.bot : world.replica()
      const frozen = bot.network.frozenAt(method, when)
      await bot.incidents.export(asked(), 1, 'md')
      await frozen
      await bot.crash()
      const next = world.replica()
      await next.projector.idle()
      await next.stop()
      expect(shared()).toHaveLength(count + 1)
    }
    world.slack.assertClean()
  })

  it.each([
    'files.getUploadURLExternal',
    'upload',
    'files.completeUploadExternal',
  ])('shares a file once when the answer of %s is lost', async (method) => {
    world.slack.fail(method, { dropResponse: true, times: 1 })
    await exportTimeline()
    await world.bot.projector.idle()
    expect(shared()).toHaveLength(1)
    world.slack.assertClean()
  })
})
