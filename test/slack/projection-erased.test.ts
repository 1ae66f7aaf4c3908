import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertReminder } from '../../src/incidents/reminders/store.ts'
import { eraseEntries } from '../../src/privacy/erase.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { alice, bob, carol } from '../support/engine.ts'
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

describe('what people were told directly', () => {
  /** The texts of the direct messages that one of them has. */
  const told = (user: string) =>
    world.slack.messages(`D0${user}`).map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`)
  const all = () => ['BOB', 'CAROL', 'ALICE'].flatMap(told)
  const assign = () => world.bot.incidents.assign(asked(), 1, { role: 'scribe', person: bob })
  const offer = () => world.bot.incidents.offer(asked(), 1, { role: 'deputy', to: carol })
  const remind = () =>
    world.bot.ledger.transaction(null, async (tx) => {
      const chain = await tx.hold('INC-1')
      const due = { kind: 'update', about: null } as const
      const sent = { incident: 1, dueAt: chain.now, round: 0, person: alice.id, sentAt: chain.now }
      const reminder = await insertReminder(tx.db, { ...due, ...sent })
      const body = { ...due, type: 'reminder.sent', reminder, person: alice.id, due: chain.now.toISOString() } as const
      await chain.append({ subject: `REMINDER-${reminder}`, actor: FIREBREAK, body })
    })

  it('says the title no more: roles, handoffs and reminders, settled ones too', async () => {
    await assign()
    await offer()
    await remind()
    await world.bot.projector.idle()
    await world.bot.incidents.answer({ ...asked(), person: carol }, 1, 'accepted')
    await world.bot.projector.idle()
    expect(all().map((text) => text.includes('Eve lost her password'))).toEqual([true, true, true])

    await erase(world.bot, 1)
    await world.bot.projector.idle()
    expect(all().map((text) => text.includes('Eve'))).toEqual([false, false, false])
    expect(all().every((text) => text.includes('(erased)'))).toBe(true)
    expect(told('BOB')[0]).toMatch(/made you \*scribe\* of \*INC-1\*/)
    expect(told('CAROL')[0]).toMatch(/You accepted/)
    expect(told('ALICE')[0]).toMatch(/reminder\.snooze/)
    world.slack.assertClean()
  })

  it('is edited for nothing else: what a role’s message never said is erased without it', async () => {
    await assign()
    await read(world.bot, 'INC-1', SECRET)
    await offer()
    await world.bot.projector.idle()
    expect(told('CAROL')[0]).toContain(SECRET)
    const edits = () =>
      world.slack.calls.filter(({ method }) => method === 'chat.update').map(({ args }) => args.channel)
    const before = edits().length
    const { seq } = await world.bot.db
      .selectFrom('timeline')
      .select('seq')
      .where('type', '=', 'operation.read')
      .executeTakeFirstOrThrow()
    // As a release leaves it that words it otherwise: what is in Slack stays as it is.
    await world.bot.db.updateTable('slack_messages').set({ hash: 'another' }).where('slot', '=', 'direct').execute()
    await erase(world.bot, seq)
    await world.bot.projector.idle()
    expect(all().some((text) => text.includes(SECRET))).toBe(false)
    expect(edits().slice(before)).toEqual(['D0CAROL'])
  })

  it('says it no more when nobody knows whether it was posted', async () => {
    const frozen = world.bot.network.frozenAt('chat.postMessage', 'after')
    await assign()
    await frozen
    await world.bot.crash()
    expect(told('BOB')[0]).toContain('Eve')
    const next = world.replica()
    await erase(next, 1)
    await next.projector.idle()
    expect(told('BOB')).toEqual([expect.stringContaining('(erased)')])
  })

  it('is not said anew where it is gone or can’t be edited, and is tried again while Slack says nothing', async () => {
    await assign()
    await offer()
    await remind()
    await world.bot.projector.idle()
    world.slack.deleteMessage('D0BOB', String(world.slack.messages('D0BOB')[0]?.ts))
    // The bot was installed anew, and is another user now.
    const [reminder] = world.slack.workspace.messages.channel('D0ALICE')
    Object.assign(reminder ?? {}, { bot_id: 'B0OTHER', user: 'U0OTHER' })
    world.slack.fail('chat.update', { status: 503, times: 4 })
    await erase(world.bot, 1)
    await world.bot.projector.idle()
    expect(told('BOB')).toEqual([])
    expect(told('CAROL')).toEqual([expect.stringContaining('(erased)')])
    expect(told('ALICE')).toEqual([expect.stringContaining('Eve')])
    expect(world.bot.log.messages).toContainEqual(expect.stringContaining('direct message that shows what was erased'))
    await read(world.bot, 'INC-1', 'the thread goes on')
    await world.bot.projector.idle()
    expect(screen(world.slack).at(-1)).toBe('  the thread goes on')
  })
})
