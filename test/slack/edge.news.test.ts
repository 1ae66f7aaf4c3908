import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EdgeWorld, edgeWorld, ROOM } from './edge-world.ts'

describe.each(['http', 'socket'] as const)('what Slack tells by itself, over %s', (mode) => {
  let world: EdgeWorld
  beforeAll(async () => {
    world = await edgeWorld(mode)
  })
  beforeEach(() => {
    world.news.length = 0
  })
  afterAll(() => world.stop())

  it('is who somebody is now', async () => {
    const user = world.slack.workspace.user('U0BOB')
    await world.slack.tell({ type: 'user_change', user: { ...user, is_restricted: true } })
    await world.slack.until(() => world.news.length > 0)
    expect(world.news).toEqual([
      { id: 'T0FAKE/U0BOB', user: 'U0BOB', name: 'bob', zone: 'Europe/Berlin', standing: 'guest' },
    ])
  })

  it('is who left a user group', async () => {
    const event = { type: 'subteam_members_changed', subteam_id: 'S0SRE' }
    await world.slack.tell({ ...event, added_users: ['U0BOB'], removed_users: ['U0CAROL', 'U0DAVE'] })
    await world.slack.tell({ ...event, added_users: ['U0BOB'] })
    await world.slack.until(() => world.news.length === 2)
    expect(world.news).toEqual([
      { group: 'S0SRE', left: ['U0CAROL', 'U0DAVE'] },
      { group: 'S0SRE', left: [] },
    ])
  })

  it('is that a user group was renamed, whose list may be cut, or disabled', async () => {
    const subteam = { id: 'S0SRE', name: 'SRE', users: ['U0CAROL'], user_count: 700, date_delete: 0 }
    await world.slack.tell({ type: 'subteam_updated', subteam })
    await world.slack.tell({ type: 'subteam_updated', subteam: { ...subteam, date_delete: 1_790_000_000 } })
    await world.slack.until(() => world.news.length === 2)
    expect(world.news).toEqual([
      { group: 'S0SRE', left: [] },
      { group: 'S0SRE', left: 'all' },
    ])
  })

  it('is that a channel is shared', async () => {
    expect(await world.channels.whyUnfit(ROOM)).toBeNull()
    Object.assign(world.slack.workspace.channels.get(ROOM) as object, { is_ext_shared: true })
    await world.slack.tell({ type: 'channel_shared', channel: ROOM, connected_team_id: 'T0OTHER' })
    await expect.poll(() => world.channels.whyUnfit(ROOM)).not.toBeNull()
    Object.assign(world.slack.workspace.channels.get(ROOM) as object, { is_ext_shared: false })
  })

  it('is acknowledged and logged when it can’t be taken in', async () => {
    world.news.push = () => {
      throw new Error('the database is away')
    }
    await world.slack.tell({ type: 'subteam_members_changed', subteam_id: 'S0SRE', removed_users: [] })
    const line = await world.slack.until(() => world.lines.find(({ about }) => about === 'S0SRE'))
    expect(line).toMatchObject({ level: 'warn', message: expect.stringContaining('it is asked for later') })
    world.slack.assertClean()
  })
})
