import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/http/metrics.ts'
import { createClients } from '../../src/slack/clients.ts'
import { createDirectory } from '../../src/slack/directory.ts'
import { keptLog, quiet } from '../support/log.ts'
import { FakeSlack } from './fake/fake-slack.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const home = { team: 'T0FAKE', user: 'U0BOT', name: 'firebreak', url: 'https://fake.slack.com/' }

describe('the directory', () => {
  let slack: FakeSlack
  let now = 0
  const log = keptLog()
  beforeEach(async () => {
    now = Date.now()
    slack = await FakeSlack.start({
      mode: 'socket',
      users: [
        { id: 'U0ALICE', tz: 'Asia/Tokyo', profile: { display_name: '', real_name: 'Alice Adams' } },
        { id: 'U0GUEST', is_restricted: true },
        { id: 'U0ONE', is_ultra_restricted: true },
        { id: 'U0GONE', deleted: true },
        { id: 'U0ROBOT', is_bot: true },
        { id: 'U0PARTNER', team_id: 'T0OTHER' },
        { id: 'U0VISITOR', is_stranger: true },
        { id: 'U0GRID', team_id: 'T0MAIN', enterprise_user: { teams: ['T0MAIN', 'T0FAKE'] } } as never,
      ],
    })
  })
  afterEach(() => slack.stop())

  function directory(identity: typeof home | null = home) {
    const clients = createClients({ token: slack.botToken, apiUrl: slack.apiUrl, log: quiet, metrics: createMetrics() })
    return createDirectory(clients.interactive, { workspace: { identity: () => identity }, log, now: () => now })
  }
  const asked = (method = 'users.info') => slack.calls.filter((call) => call.method === method).length

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
    ['U0PARTNER', 'T0OTHER/U0PARTNER', 'stranger'],
    ['U0VISITOR', 'T0FAKE/U0VISITOR', 'stranger'],
    ['U0GRID', 'T0FAKE/U0GRID', 'member'],
    ['U0NOBODY', 'T0FAKE/U0NOBODY', 'unknown'],
  ])('%s is %s, a %s, whatever workspace the question names', async (user, id, standing) => {
    expect(await directory().person(`T0FAKE/${user}`)).toMatchObject({ id, user, standing })
    expect(await directory().person(`T0OTHER/${user}`)).toMatchObject({ id, user, standing })
  })

  it('asks once for many who ask at once, and again after 15 minutes', async () => {
    const { person } = directory()
    await Promise.all([person('T0FAKE/U0ALICE'), person('T0FAKE/U0ALICE'), person('T0FAKE/U0ALICE')])
    now += 14 * MINUTE
    await person('T0FAKE/U0ALICE')
    expect(asked()).toBe(1)
    now += 2 * MINUTE
    slack.workspace.user('U0ALICE').deleted = true
    expect(await person('T0FAKE/U0ALICE')).toMatchObject({ standing: 'deactivated' })
    expect(asked()).toBe(2)
  })

  it('goes by what it knows for 12 hours while Slack is away, and says so; then it refuses', async () => {
    const { person } = directory()
    const before = await person('T0FAKE/U0ALICE')
    slack.fail('users.info', { status: 503 })
    now += 11 * HOUR
    expect(await person('T0FAKE/U0ALICE')).toEqual(before)
    expect(log.messages).toContain('Slack could not be asked; going by what it said before')
    now += 2 * HOUR
    await expect(person('T0FAKE/U0ALICE')).rejects.toThrow()
  })

  it('refuses when Slack is away and nothing is known, and asks again the next time', async () => {
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

  it('refuses while it is not known which workspace is home', async () => {
    await expect(directory(null).person('T0FAKE/U0ALICE')).rejects.toThrow('which workspace is home')
    expect(asked()).toBe(0)
  })

  it('remembers the members of a group', async () => {
    const { group } = directory()
    await group('S0SRE')
    expect(await group('S0SRE')).toEqual(['U0CAROL'])
    expect(asked('usergroups.users.list')).toBe(1)
  })
})
