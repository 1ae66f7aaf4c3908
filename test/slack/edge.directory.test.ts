import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/http/metrics.ts'
import { createClients } from '../../src/slack/clients.ts'
import { createDirectory } from '../../src/slack/directory.ts'
import { keptLog, quiet } from '../support/log.ts'
import { FakeSlack } from './fake/fake-slack.ts'

const home = { team: 'T0FAKE', user: 'U0BOT', name: 'firebreak', url: 'https://fake.slack.com/', scopes: null }

describe('the directory', () => {
  let slack: FakeSlack
  const log = keptLog()
  beforeEach(async () => {
    slack = await FakeSlack.start({
      mode: 'socket',
      users: [
        { id: 'U0ALICE', tz: 'Asia/Tokyo', profile: { display_name: '', real_name: 'Alice Adams' } },
        { id: 'U0GUEST', is_restricted: true },
        { id: 'U0ONE', is_restricted: true, is_ultra_restricted: true },
        { id: 'U0GONE', deleted: true },
        { id: 'U0ROBOT', is_bot: true },
        { id: 'U0FLOW', is_workflow_bot: true },
        { id: 'U0LINK', is_connector_bot: true },
        { id: 'USLACKBOT', name: 'slackbot' },
        { id: 'U0PARTNER', team_id: 'T0OTHER' },
        { id: 'U0VISITOR', is_stranger: true },
        { id: 'U0GRID', team_id: 'T0MAIN', enterprise_user: { teams: ['T0MAIN', 'T0FAKE'] } },
        { id: 'U0SISTER', team_id: 'T0MAIN', enterprise_user: { teams: ['T0MAIN', 'T0THIRD'] } },
      ],
    })
  })
  afterEach(() => slack.stop())

  function directory(identity: typeof home | null = home) {
    const clients = createClients({ token: slack.botToken, apiUrl: slack.apiUrl, log: quiet, metrics: createMetrics() })
    const known = createDirectory(clients.interactive, { workspace: { identity: () => identity }, log })
    return {
      person: async (id: string) => (await known.person(id)).value,
      group: async (id: string) => (await known.group(id)).value,
    }
  }

  it('tells name, zone and standing', async () => {
    expect(await directory().person('T0FAKE/U0ALICE')).toEqual({
      id: 'T0FAKE/U0ALICE',
      user: 'U0ALICE',
      name: 'Alice Adams',
      zone: 'Asia/Tokyo',
      standing: 'member',
    })
  })

  it.each([
    ['U0GUEST', 'T0FAKE/U0GUEST', 'guest'],
    ['U0ONE', 'T0FAKE/U0ONE', 'guest'],
    ['U0GONE', 'T0FAKE/U0GONE', 'deactivated'],
    ['U0ROBOT', 'T0FAKE/U0ROBOT', 'bot'],
    ['U0FLOW', 'T0FAKE/U0FLOW', 'bot'],
    ['U0LINK', 'T0FAKE/U0LINK', 'bot'],
    ['USLACKBOT', 'T0FAKE/USLACKBOT', 'bot'],
    ['U0PARTNER', 'T0OTHER/U0PARTNER', 'stranger'],
    ['U0VISITOR', 'T0FAKE/U0VISITOR', 'stranger'],
    ['U0GRID', 'T0FAKE/U0GRID', 'member'],
    ['U0SISTER', 'T0MAIN/U0SISTER', 'stranger'],
    ['U0NOBODY', 'T0FAKE/U0NOBODY', 'unknown'],
  ])('%s is %s, a %s, whatever workspace the question names', async (user, id, standing) => {
    expect(await directory().person(`T0FAKE/${user}`)).toMatchObject({ id, user, standing })
    expect(await directory().person(`T0OTHER/${user}`)).toMatchObject({ id, user, standing })
  })

  it('rejects when Slack is away', async () => {
    const { person, group } = directory()
    slack.fail('*', { retryAfter: 30, times: 2 })
    await expect(person('T0FAKE/U0ALICE')).rejects.toThrow()
    await expect(group('S0SRE')).rejects.toThrow()
    expect(await person('T0FAKE/U0ALICE')).toMatchObject({ standing: 'member' })
    expect(await group('S0SRE')).toEqual(['U0CAROL'])
  })

  it('takes a user group that is no more for an empty one, and says so', async () => {
    expect(await directory().group('S0GONE')).toEqual([])
    expect(log.messages).toContain(
      'a role names a user group that Slack does not know: nobody holds the role through it',
    )
  })

  it('rejects while it is not known which workspace is home', async () => {
    await expect(directory(null).person('T0FAKE/U0ALICE')).rejects.toThrow('which workspace is home')
    expect(slack.calls).toEqual([])
  })
})
