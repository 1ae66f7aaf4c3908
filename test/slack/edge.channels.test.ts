import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/http/metrics.ts'
import { type Channels, createChannels } from '../../src/slack/channels.ts'
import { createClients } from '../../src/slack/clients.ts'
import { keptLog, quiet } from '../support/log.ts'
import { FakeSlack } from './fake/fake-slack.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('a channel that another company reads along in', () => {
  let slack: FakeSlack
  let channels: Channels
  let now = Date.now()
  let log = keptLog()
  beforeEach(async () => {
    log = keptLog()
    slack = await FakeSlack.start({
      mode: 'socket',
      channels: [
        { id: 'C0ROOM' },
        { id: 'C0OURS' },
        { id: 'C0SHARED', is_ext_shared: true },
        { id: 'C0PENDING', is_pending_ext_shared: true },
        { id: 'C0SISTERS', is_org_shared: true },
        { id: 'C0PRIVATE', is_private: true, is_ext_shared: true },
        { id: 'C0ELSEWHERE', is_private: true, is_ext_shared: true, members: ['U0ALICE'] },
        { id: 'D0ALICE', is_im: true },
      ],
    })
    const clients = createClients({ token: slack.botToken, apiUrl: slack.apiUrl, log: quiet, metrics: createMetrics() })
    channels = createChannels(clients.interactive, {
      workspace: { identity: () => null },
      room: () => 'C0ROOM',
      log,
      now: () => now,
    })
  })
  afterEach(() => slack.stop())

  const share = (channel: string, shared: boolean) => {
    Object.assign(slack.workspace.channels.get(channel) as object, { is_ext_shared: shared })
  }
  const asked = () => slack.calls.filter(({ method }) => method === 'conversations.info').length

  it.each(['C0SHARED', 'C0PENDING', 'C0PRIVATE'])('is unfit: %s', async (channel) => {
    expect(await channels.whyUnfit(channel)).toMatch(new RegExp(`^<#${channel}> is shared with another company.*own`))
  })

  it.each([
    ['the company’s own', 'C0OURS'],
    ['shared between workspaces of the same company', 'C0SISTERS'],
    ['one that the bot is not in and says nothing in', 'C0ELSEWHERE'],
    ['a conversation of two', 'D0ALICE'],
    ['the command line, which is no channel', 'command line'],
  ])('is not %s', async (_, channel) => {
    expect(await channels.whyUnfit(channel)).toBeNull()
  })

  it('is asked about once in a quarter of an hour while it is fit, and each time while it is not', async () => {
    for (let i = 0; i < 3; i++) await channels.whyUnfit('C0OURS')
    expect(asked()).toBe(1)
    share('C0OURS', true)
    now += 16 * MINUTE
    expect(await channels.whyUnfit('C0OURS')).not.toBeNull()
    share('C0OURS', false)
    expect(await channels.whyUnfit('C0OURS'), 'whoever mended it goes on at once').toBeNull()
  })

  it('is asked about again as soon as Slack tells that it is shared', async () => {
    await channels.whyUnfit('C0OURS')
    share('C0OURS', true)
    channels.heardOfSharing('C0OURS')
    expect(await channels.whyUnfit('C0OURS')).not.toBeNull()
  })

  it('stays what it was for 12 hours while Slack is away, and says so; nobody is locked out for what Slack never told', async () => {
    await Promise.all([channels.whyUnfit('C0SHARED'), channels.whyUnfit('C0OURS')])
    slack.fail('conversations.info', { status: 503 })
    now += 11 * HOUR
    expect(await channels.whyUnfit('C0SHARED')).not.toBeNull()
    expect(await channels.whyUnfit('C0OURS')).toBeNull()
    expect(log.messages).toContain('whether a channel is shared could not be checked; going by what was known')
    expect(await channels.whyUnfit('C0ROOM')).toBeNull()
    expect(log.messages).toContain('whether a channel is shared with another company could not be checked')
  })

  it('is not asked about again for a minute when Slack could not tell, unless Slack tells of a change', async () => {
    await Promise.all([channels.whyUnfit('C0SHARED'), channels.whyUnfit('C0OURS')])
    slack.fail('conversations.info', { status: 503 })
    now += 16 * MINUTE
    const known = async () => [await channels.whyUnfit('C0SHARED'), await channels.whyUnfit('C0OURS')]
    const [shared, ours] = await known()
    expect([shared, ours]).toEqual([expect.any(String), null])
    await channels.whyUnfit('C0ROOM')
    const before = asked()
    expect(await known()).toEqual([shared, ours])
    expect(await channels.whyUnfit('C0ROOM')).toBeNull()
    expect(asked(), 'nobody waited').toBe(before)

    slack.recover()
    share('C0OURS', true)
    channels.heardOfSharing('C0OURS')
    expect(await channels.whyUnfit('C0OURS')).not.toBeNull()
    share('C0SHARED', false)
    expect(await channels.whyUnfit('C0SHARED')).not.toBeNull()
    now += MINUTE
    expect(await channels.whyUnfit('C0SHARED')).toBeNull()
  })

  it('must not be the incidents channel: that is told once, and when it is mended', async () => {
    expect(await channels.whyNoRoom()).toBeNull()
    expect(channels.trouble()).toBeNull()
    share('C0ROOM', true)
    channels.heardOfSharing('C0ROOM')
    expect(await channels.whyNoRoom()).toMatch(
      /incidents are opened in <#C0ROOM>, which is shared with another company/,
    )
    await channels.whyUnfit('C0ROOM')
    expect(channels.trouble()).toMatch(/shared with another company/)
    share('C0ROOM', false)
    expect(await channels.whyNoRoom()).toBeNull()
    expect(channels.trouble()).toBeNull()
    expect(log.messages).toEqual([
      'the incidents channel C0ROOM is shared with another company: no incident can be opened',
      'the incidents channel C0ROOM is the company’s own again',
    ])
  })
})
