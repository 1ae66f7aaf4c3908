import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nothing, say } from '../../commands/command.ts'
import { DuplicateCause } from '../../src/timeline/ledger.ts'
import { afterMs, aModal, asAlice, type EdgeWorld, edgeWorld, ROOM } from './edge-world.ts'

describe.each(['http', 'socket'] as const)("Slack's edge over %s", (mode) => {
  let world: EdgeWorld
  beforeEach(async () => {
    world = await edgeWorld(mode)
  })
  afterEach(async () => {
    world.slack.assertClean()
    await world.stop()
  })

  /** A message of the bot's with these buttons, recorded as a card of the incident. */
  async function card(chain: string, slot: string, elements: object[], thread_ts?: string) {
    const { slack, db } = world
    const blocks = [{ type: 'actions', block_id: 'b', elements }] as never
    const message = slack.workspace.messages.add({
      ...{ channel: ROOM, user: 'U0BOT', bot_id: 'B0FIREBREAK', text: 'a card', blocks },
      ...(thread_ts && { thread_ts }),
    })
    await db
      .insertInto('chains')
      .values({ chain, head: Buffer.alloc(32) })
      .onConflict((c) => c.doNothing())
      .execute()
    const row = { subject: slot, slot: 'card', chain, channel: ROOM, ts: message.ts, state: 'posted', hash: '' }
    await db.insertInto('slack_messages').values(row).execute()
    return message
  }
  const button = (action_id: string, value: string) => ({
    ...{ type: 'button', action_id, value },
    text: { type: 'plain_text', text: action_id },
  })

  describe('a slash command', () => {
    it('reaches the commands with who, where and why, and is answered for their eyes', async () => {
      world.reply(say('*3/3* ready'))
      const { ack, trigger_id } = await world.slack.command({ ...asAlice, command: '/ops', text: 'pods checkout' })
      expect(ack).toMatchObject({ status: 200, body: undefined })
      expect(await world.told()).toMatchObject({ text: '*3/3* ready', channel: ROOM })
      expect(world.asked).toEqual([
        {
          door: 'runLine',
          what: 'ops pods checkout',
          gesture: {
            person: { id: 'T0FAKE/U0ALICE', user: 'U0ALICE', name: 'alice', zone: 'Europe/Berlin', standing: 'member' },
            cause: `command:${trigger_id}`,
            channel: ROOM,
            incident: null,
          },
        },
      ])
    })

    it('is acknowledged at once, however long the work and the look-up of the person take', async () => {
      world.slack.fail('users.info', { hang: true, times: 1 })
      world.reply(() => afterMs(1_000))
      const { ack } = await world.slack.command({ ...asAlice, command: '/ops', text: 'help' })
      expect(ack.status).toBe(200)
      expect(ack.ms).toBeLessThan(1_000)
      expect(world.asked).toEqual([])
      expect(await world.slack.until(() => world.slack.ephemerals('U0ALICE').at(-1), 8_000)).toBeTruthy()
      expect(world.asked[0]?.gesture.person).toMatchObject({ id: 'T0FAKE/U0ALICE', standing: 'unknown' })
    })

    it('arrives as it was typed: entities are characters, links their text, references stay', async () => {
      await world.slack.command({
        ...asAlice,
        command: '/incident',
        text: 'open "a < b & c" @bob https://a.example/x?y=1',
      })
      await world.slack.until(() => world.asked[0])
      expect(world.asked[0]?.what).toBe('incident open "a < b & c" <@U0BOB|bob> https://a.example/x?y=1')
    })

    it('with a name that is not configured is told the right ones', async () => {
      await world.slack.command({ ...asAlice, command: '/oops', text: '' })
      expect((await world.told()).text).toBe('This bot answers `/incident` and `/ops`.')
      expect(world.asked).toEqual([])
    })

    it('is answered in channels that the bot is no member of', async () => {
      const elsewhere = world.slack.workspace.channels.get('C0ALERTS')
      elsewhere?.members.splice(0, elsewhere.members.length, 'U0ALICE')
      world.reply(say('help'))
      await world.slack.command({ user: 'U0ALICE', channel: 'C0ALERTS', command: '/ops', text: 'help' })
      expect(await world.told()).toMatchObject({ channel: 'C0ALERTS', text: 'help' })
    })
  })

  describe('a mention', () => {
    it("in an incident's thread acts on that incident, and is answered in the thread", async () => {
      const { ts } = await card('INC-7', 'INC-7', [])
      world.reply(say('Resolved already.'))
      const { event_id } = await world.slack.mention({ ...asAlice, thread_ts: ts, text: '@firebreak resolve &' })
      expect(await world.told()).toMatchObject({ text: 'Resolved already.', thread_ts: ts })
      expect(world.asked[0]).toMatchObject({
        door: 'runMention',
        what: 'resolve &',
        gesture: { cause: `event:${event_id}`, incident: 7, channel: ROOM },
      })
    })

    it('that does not begin with the name is no command', async () => {
      await world.slack.mention({ ...asAlice, text: 'shall @firebreak resolve it?' })
      expect((await world.told()).text).toContain('begin with my name')
      expect(world.asked).toEqual([])
    })

    it('cannot open a form, and says how to do without', async () => {
      world.reply({ kind: 'modal', modal: aModal })
      await world.slack.mention({ ...asAlice, text: '@firebreak open' })
      expect((await world.told()).text).toContain('`/incident help`')
    })
  })

  describe('a button', () => {
    it("on a card in a thread acts on the card's incident, with its value and once", async () => {
      const root = await card('INC-7', 'INC-7', [])
      const message = await card('INC-7', 'OP-12', [button('change.approve', 'OP-12/1')], root.ts)
      world.reply(say('Approved.'))
      const { trigger_id } = await world.slack.click({ user: 'U0BOB', message, actionId: 'change.approve' })
      expect(await world.told('U0BOB')).toMatchObject({ text: 'Approved.', thread_ts: root.ts })
      expect(world.asked).toMatchObject([
        {
          what: { id: 'change.approve', value: 'OP-12/1' },
          gesture: { cause: `action:${trigger_id}`, incident: 7, person: { user: 'U0BOB' } },
        },
      ])
      expect(world.slack.message(ROOM, message.ts)?.edits).toEqual([])
    })

    it('of a change outside any incident has none', async () => {
      const message = await card('general', 'OP-3', [button('change.approve', 'OP-3/1')])
      await world.slack.click({ user: 'U0BOB', message, actionId: 'change.approve' })
      await world.slack.until(() => world.asked[0])
      expect(world.asked[0]?.gesture.incident).toBeNull()
    })

    it('that nobody knows does nothing and says so', async () => {
      const message = await card('INC-7', 'INC-7', [button('change.detonate', 'OP-12/1')])
      await world.slack.click({ user: 'U0BOB', message, actionId: 'change.detonate' })
      expect((await world.told('U0BOB')).text).toContain('does not know that button')
      expect(world.asked).toEqual([])
    })

    it('that is a link is only acknowledged', async () => {
      const link = { ...button('runbook', 'x'), url: 'https://runbooks.example/checkout' }
      const message = await card('INC-7', 'INC-7', [link])
      const { ack } = await world.slack.click({ user: 'U0BOB', message, actionId: 'runbook' })
      await world.app.stop()
      expect(ack.status).toBe(200)
      expect(world.asked).toEqual([])
      expect(world.slack.ephemerals('U0BOB')).toEqual([])
    })
  })

  describe('a question', () => {
    const choices = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ label: `INC-${i + 1}`, line: `incident resolve INC-${i + 1}` }))

    it('is asked with buttons; the answer takes its place', async () => {
      world.reply({ kind: 'choice', text: 'Which one?', choices: choices(7) })
      await world.slack.command({ ...asAlice, command: '/incident', text: 'resolve' })
      const question = await world.told()
      world.reply(say('Resolved.'))
      await world.slack.click({ user: 'U0ALICE', message: question, actionId: 'choose:5' })
      await world.slack.until(() => world.slack.ephemerals('U0ALICE').at(-1)?.text === 'Resolved.')
      expect(world.asked[1]?.what).toEqual({ id: 'choose', value: 'incident resolve INC-6' })
      expect(world.slack.ephemerals('U0ALICE')).toHaveLength(1)
    })

    it('with many answers is a menu, and goes away when the thread answers', async () => {
      world.reply({ kind: 'choice', text: 'Which one?', choices: choices(40) })
      await world.slack.command({ ...asAlice, command: '/incident', text: 'resolve' })
      const question = await world.told()
      world.reply(nothing)
      const value = 'incident resolve INC-39'
      await world.slack.click({ user: 'U0ALICE', message: question, actionId: 'choose', value })
      await world.slack.until(() => world.slack.ephemerals('U0ALICE').length === 0)
      expect(world.asked[1]?.what).toEqual({ id: 'choose', value })
    })

    it('stays when the press failed, so that it can be pressed again', async () => {
      world.reply({ kind: 'choice', text: 'Which one?', choices: choices(2) })
      await world.slack.command({ ...asAlice, command: '/incident', text: 'resolve' })
      const question = await world.told()
      world.reply(() => Promise.reject(new Error('no')))
      await world.slack.click({ user: 'U0ALICE', message: question, actionId: 'choose:0' })
      await world.slack.until(() => world.slack.ephemerals('U0ALICE').length === 2)
      expect(world.slack.ephemerals('U0ALICE')[0]?.blocks).toEqual(question.blocks)
    })
  })

  describe('what goes wrong', () => {
    it('is told with the cause that the log has it under, and without the inner error', async () => {
      world.reply(() => Promise.reject(new Error('secret detail')))
      const { trigger_id } = await world.slack.command({ ...asAlice, command: '/ops', text: 'pods x' })
      const { text } = await world.told()
      const logged = world.lines.find(({ message }) => message === 'a gesture failed')
      expect(logged).toMatchObject({ level: 'error', cause: `command:${trigger_id}`, user: 'U0ALICE' })
      expect(text).toContain(`\`command:${trigger_id}\``)
      expect(text).not.toContain('secret detail')
    })

    it('with the database away is told as not recorded', async () => {
      await world.stop()
      world = await edgeWorld(mode, { databaseUrl: 'postgres://firebreak@127.0.0.1:1/nowhere' })
      await world.slack.mention({ ...asAlice, thread_ts: '1763712000.000100', text: '@firebreak resolve' })
      expect((await world.told()).text).toMatch(/^Not recorded/)
      expect(world.asked).toEqual([])
    })

    it('of a second delivery is silent: the first was answered', async () => {
      const seen = new Set<string>()
      world.reply(async ({ gesture }) => {
        if (seen.has(gesture.cause)) throw new DuplicateCause(gesture.cause)
        seen.add(gesture.cause)
        return say('done')
      })
      const { delivery } = await world.slack.mention({ ...asAlice, text: '@firebreak open P1' })
      await world.told()
      await world.slack.redeliver(delivery)
      await world.slack.until(() => world.lines.find(({ message }) => message.includes('twice')))
      expect(world.asked).toHaveLength(2)
      expect(world.slack.ephemerals('U0ALICE')).toHaveLength(1)
    })

    it('with an answer is logged, and not tried again', async () => {
      world.slack.fail('chat.postEphemeral', { error: 'user_not_in_channel' })
      world.reply(say('done'))
      await world.slack.mention({ ...asAlice, text: '@firebreak status' })
      await world.slack.until(() => world.lines.find(({ message }) => message === 'an answer could not be shown'))
      expect(world.slack.calls.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1)
    })
  })

  it('finishes what it has taken before it stops', async () => {
    world.reply(() => afterMs(1_000))
    await world.slack.command({ ...asAlice, command: '/ops', text: 'pods checkout' })
    await world.slack.until(() => world.asked[0])
    await world.app.stop()
    expect(world.slack.ephemerals('U0ALICE').map(({ text }) => text)).toEqual(['done'])
    expect(world.app.state()).toMatchObject({ connected: false })
  })
})
