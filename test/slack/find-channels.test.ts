import { afterEach, describe, expect, it } from 'vitest'
import { createClients } from '../../src/slack/clients.ts'
import { findChannels } from '../../src/slack/find-channels.ts'
import { quiet } from '../support/log.ts'
import { BOT, FakeSlack, type FakeSlackOptions } from './fake/fake-slack.ts'

let slack: FakeSlack
afterEach(async () => {
  slack.assertClean()
  await slack.stop()
})

type Channels = NonNullable<FakeSlackOptions['channels']>
const room = (id: string, more: Partial<Channels[number]> = {}) => ({ id, name: 'incidents', ...more })
const elsewhere = { members: ['U0ALICE'] }

/** What a name means in a workspace with these channels. */
async function meaning(channels: Channels, { name = '#incidents', scopes = ['channels:read', 'groups:read'] } = {}) {
  slack = await FakeSlack.start({ mode: 'http', channels, scopes })
  const metrics = { acknowledged() {}, gesture() {}, called() {}, repaired() {} }
  const { interactive } = createClients({ token: slack.botToken, apiUrl: slack.apiUrl, log: quiet, metrics })
  return (await findChannels(interactive, [name])).get(name)
}

describe('a channel’s name', () => {
  it('means the public channel that is called so, whether the bot is in it or not', async () => {
    expect(await meaning([room('C0ONE'), room('C0TWO', { name: 'incidents-old' })])).toEqual({ id: 'C0ONE' })
    await slack.stop()
    expect(await meaning([room('C0ONE', elsewhere)])).toEqual({ id: 'C0ONE' })
  })

  it('means the private channel that the bot was invited to', async () => {
    expect(await meaning([room('C0ONE', { is_private: true })])).toEqual({ id: 'C0ONE' })
  })

  it('is looked for on every page, among the bot’s own channels first', async () => {
    const others = Array.from({ length: 2_500 }, (_, i) => ({ id: `C0OTHER${i}`, name: `other-${i}`, ...elsewhere }))
    expect(await meaning([...others, room('C0ONE', elsewhere)])).toEqual({ id: 'C0ONE' })
    const lists = slack.calls.map(({ method }) => method).filter((method) => method !== 'auth.test')
    expect(lists).toEqual(['users.conversations', ...Array(3).fill('conversations.list')])
    await slack.stop()
    expect(await meaning([...others, room('C0ONE')])).toEqual({ id: 'C0ONE' })
    expect(slack.calls.map(({ method }) => method)).not.toContain('conversations.list')
  })

  it('means of several the one that the bot is in', async () => {
    const channels = [room('C0THEIRS', elsewhere), room('C0OURS', { members: [BOT.user_id] })]
    expect(await meaning(channels)).toEqual({ id: 'C0OURS' })
  })

  it('means nothing when several are called so', async () => {
    expect(await meaning([room('C0ONE'), room('C0TWO')])).toEqual({
      problem: '2 channels are called #incidents: write the id of the right one (C0ONE, C0TWO)',
    })
  })

  it.each([
    ['is archived', [room('C0ONE', { is_archived: true })]],
    ['is private, and the bot was not invited', [room('C0ONE', { is_private: true, ...elsewhere })]],
    ['is not there', []],
  ])('means nothing when the channel %s', async (_, channels) => {
    expect(await meaning(channels)).toEqual({
      problem:
        'Slack shows the bot no channel called #incidents that isn’t archived: correct the name, or, if it is private, invite the bot to it',
    })
  })

  it('says which scope would let it be seen', async () => {
    const hidden = [room('C0ONE', { is_private: true })]
    expect(await meaning(hidden, { scopes: ['channels:read'] })).toEqual({
      problem: expect.stringContaining('have the scope groups:read granted and invite the bot to it'),
    })
    await slack.stop()
    expect(await meaning(hidden, { scopes: ['chat:write'] })).toEqual({
      problem: 'without the scope channels:read the bot can’t look a channel’s name up: write the channel’s id',
    })
  })
})
