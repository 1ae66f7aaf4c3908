import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eraseEntries } from '../../src/privacy/erase.ts'
import { alice } from '../support/engine.ts'
import { asked, open, projectionWorld, type Replica, ROOM, read, screen, type World } from './projection-world.ts'

let world: World
beforeEach(async () => {
  world = await projectionWorld()
  await open(world.bot, 'Eve lost her password')
  await world.bot.projector.idle()
})
afterEach(async () => {
  await world.close()
})

const SECRET = 'hunter2 was typed here'
const erase = async (bot: Replica, ...entries: number[]) => {
  const context = { ledger: bot.ledger, whyNotEntitled: async () => null }
  const result = await eraseEntries(context, {
    ...{ ...asked(), person: alice, chain: 'INC-1', entries },
    reason: 'a password was in it',
  })
  expect(result.kind).toBe('done')
}
/** Whether Slack shows it anywhere: in a message of the room or a thread, or in a file. */
const slackHas = (text: string) => {
  const messages = world.slack.messages(ROOM).flatMap(({ ts }) => world.slack.thread(ROOM, ts))
  const said = messages.map(({ text, blocks }) => JSON.stringify([text, blocks]))
  return [...said, ...world.slack.files.map(({ content }) => String(content))].some((one) => one.includes(text))
}

describe('what was erased', () => {
  it('is taken back from the thread: the reply, the file, and the exports that held it', async () => {
    await read(world.bot, 'INC-1', SECRET, `${SECRET}\n`.repeat(500))
    await read(world.bot, 'INC-1', 'all pods are well')
    await world.bot.projector.idle()
    const log = world.slack.files[0]
    expect(String(log?.content)).toContain(SECRET)
    await world.bot.incidents.export(asked(), 1, 'md')
    await world.bot.projector.idle()
    expect(world.slack.files).toHaveLength(2)
    expect(slackHas(SECRET)).toBe(true)

    await erase(world.bot, 2)
    await world.bot.projector.idle()
    expect(screen(world.slack)).toEqual([
      'INC-1 · P1 · Eve lost her password',
      '  What to do next',
      '  all pods are well',
    ])
    expect(world.slack.files).toEqual([])
    expect(slackHas(SECRET)).toBe(false)
    expect(world.bot.outcomes.filter((outcome) => outcome === 'deleted')).toHaveLength(3)
    world.slack.assertClean()

    await world.bot.incidents.export(asked(), 1, 'md')
    await world.bot.projector.idle()
    expect(screen(world.slack).at(-1)).toBe('  Timeline of INC-1 as Markdown, entries 1')
  })

  it('goes from the card too, when it was the title', async () => {
    expect(slackHas('Eve')).toBe(true)
    await erase(world.bot, 1)
    await world.bot.projector.idle()
    expect(screen(world.slack)[0]).toBe('INC-1 · P1 · (erased)')
    expect(slackHas('Eve')).toBe(false)
  })

  it('is not said any more, when Slack was away until then', async () => {
    world.slack.fail('chat.postMessage', { error: 'internal_error', times: 3 })
    await read(world.bot, 'INC-1', SECRET)
    await erase(world.bot, 2)
    await world.bot.projector.idle()
    expect(slackHas(SECRET)).toBe(false)
    expect(world.bot.log.messages.filter((message) => message.includes('can not be made'))).toEqual([])
  })

  it('is looked for when nobody knows whether it was posted', async () => {
    const frozen = world.bot.network.frozenAt('chat.postMessage', 'after')
    await read(world.bot, 'INC-1', SECRET)
    await frozen
    await world.bot.crash()
    expect(slackHas(SECRET)).toBe(true)
    const next = world.replica()
    await erase(next, 2)
    await next.projector.idle()
    expect(slackHas(SECRET)).toBe(false)
  })

  it('is tried again while Slack says nothing, and given up where it refuses', async () => {
    await read(world.bot, 'INC-1', SECRET)
    await world.bot.projector.idle()
    world.slack.fail('chat.delete', { status: 503, times: 2 })
    world.slack.fail('chat.delete', { error: 'cant_delete_message', times: 1 })
    await erase(world.bot, 2)
    await world.bot.projector.idle()
    expect(world.slack.calls.filter(({ method }) => method === 'chat.delete')).toHaveLength(3)
    expect(world.bot.log.messages).toContainEqual(expect.stringContaining('delete it by hand'))
    await read(world.bot, 'INC-1', 'the thread goes on')
    await world.bot.projector.idle()
    expect(screen(world.slack).at(-1)).toBe('  the thread goes on')
  })
})
