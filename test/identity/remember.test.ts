import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { person } from '../support/engine.ts'
import { type IdentityWorld, identityWorld, role } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world.close())

const rows = async () => ({
  accounts: await world.db.selectFrom('accounts').selectAll().execute(),
  memberships: await world.db.selectFrom('memberships').selectAll().execute(),
})

describe('what Slack said', () => {
  it('is good for 15 minutes, for every replica', async () => {
    const [one, other] = [world.replica(), world.replica()]
    expect((await one.person('T1/U0ALICE')).value).toEqual(person('U0ALICE'))
    expect((await other.person('T1/U0ALICE')).value).toEqual(person('U0ALICE'))
    await world.pass(14 * MINUTE)
    await one.person('T1/U0ALICE')
    expect(world.asked).toEqual(['U0ALICE'])
    await world.pass(2 * MINUTE)
    world.people.set('U0ALICE', person('U0ALICE', 'deactivated'))
    expect((await other.person('T1/U0ALICE')).value.standing).toBe('deactivated')
    expect((await one.person('T1/U0ALICE')).value.standing).toBe('deactivated')
    expect(world.asked).toEqual(['U0ALICE', 'U0ALICE'])
  })

  it('is asked once by many who ask at once', async () => {
    const one = world.replica()
    await Promise.all([1, 2, 3].map(() => one.person('T1/U0ALICE')))
    await Promise.all([1, 2, 3].map(() => one.group('S0SRE')))
    expect(world.asked).toEqual(['U0ALICE', 'S0SRE'])
  })

  it('is written when it was asked for, and not with every look', async () => {
    const one = world.replica()
    await Promise.all([one.person('T1/U0ALICE'), one.group('S0SRE')])
    const before = await rows()
    for (let i = 0; i < 5; i++) await Promise.all([one.person('T1/U0ALICE'), one.group('S0SRE')])
    expect(await rows()).toEqual(before)
  })

  it('counts for 12 hours while Slack is away, after a restart too, with its age; then nothing does', async () => {
    await world.replica().person('T1/U0ALICE')
    await world.replica().group('S0SRE')
    world.slack.away = true
    await world.pass(11 * HOUR)
    const restarted = world.replica()
    const [alice, sre] = [await restarted.person('T1/U0ALICE'), await restarted.group('S0SRE')]
    expect(alice.value).toEqual(person('U0ALICE'))
    expect(sre.value).toEqual(['U0CAROL'])
    for (const { at } of [alice, sre]) expect(Date.now() - at.getTime()).toBeGreaterThan(10.9 * HOUR)
    expect(world.log.messages).toContain('Slack could not be asked; going by what it said before')
    await world.pass(2 * HOUR)
    await expect(world.replica().person('T1/U0ALICE')).rejects.toThrow('Slack is away')
    await expect(world.replica().group('S0SRE')).rejects.toThrow('Slack is away')
  })

  it('is not waited for again at once after a failure, where something is known', async () => {
    const one = world.replica()
    await one.person('T1/U0ALICE')
    await one.person('T1/U0BOB')
    await world.pass(HOUR)
    world.slack.away = true
    world.asked.length = 0
    for (let i = 0; i < 3; i++) expect((await one.person('T1/U0ALICE')).value.standing).toBe('member')
    expect(world.asked).toEqual(['U0ALICE'])
    world.slack.away = false
    world.people.set('U0BOB', person('U0BOB', 'guest'))
    expect((await one.person('T1/U0BOB')).value.standing, 'of others it is asked').toBe('guest')
    world.slack.away = true
    await expect(one.person('T1/U0CAROL'), 'nothing is known of her').rejects.toThrow('Slack is away')
  })

  it('is nothing when Slack was away all the time, and is asked for again', async () => {
    world.slack.away = true
    await expect(world.replica().person('T1/U0ALICE')).rejects.toThrow('Slack is away')
    world.slack.away = false
    expect((await world.replica().person('T1/U0ALICE')).value.standing).toBe('member')
  })
})

describe('a user group that gives a role', () => {
  it('is on record when it is looked up for the first time, and each time it changed', async () => {
    const one = world.replica()
    await one.group('S0SRE')
    await world.pass(16 * MINUTE)
    await one.group('S0SRE')
    await world.pass(16 * MINUTE)
    world.groups.set('S0SRE', ['U0BOB', 'U0ALICE'])
    expect((await one.group('S0SRE')).value).toEqual(['U0ALICE', 'U0BOB'])
    expect(await world.changes()).toEqual([
      { joined: ['T1/U0CAROL'], left: [] },
      { joined: ['T1/U0ALICE', 'T1/U0BOB'], left: ['T1/U0CAROL'] },
    ])
    const [first] = await world.entries()
    expect(first).toMatchObject({ subject: 'S0SRE', actor: FIREBREAK, cause: null })
    expect(first?.body).toMatchObject({ group: 'S0SRE', roles: ['approver'] })
  })

  it('is on record once, however many replicas see it', async () => {
    const replicas = [1, 2, 3, 4].map(() => world.replica())
    await Promise.all(replicas.map((one) => one.group('S0SRE')))
    await world.pass(16 * MINUTE)
    world.groups.set('S0SRE', [])
    await Promise.all(replicas.map((one) => one.group('S0SRE')))
    expect(await world.changes()).toEqual([
      { joined: ['T1/U0CAROL'], left: [] },
      { joined: [], left: ['T1/U0CAROL'] },
    ])
  })

  it('is no news when only the order of its members changed', async () => {
    world.groups.set('S0SRE', ['U0CAROL', 'U0BOB'])
    await world.replica().group('S0SRE')
    await world.pass(16 * MINUTE)
    world.groups.set('S0SRE', ['U0BOB', 'U0CAROL'])
    await world.replica().group('S0SRE')
    expect(await world.changes()).toHaveLength(1)
  })

  it('is not on record while it gives nobody anything, and nobody is in it', async () => {
    await world.replica().group('S0EMPTY')
    world.rules.roles = { approver: role({ users: ['U0BOB'] }) }
    await world.replica().group('S0SRE')
    expect(await world.entries()).toEqual([])
  })

  it('is not known while the entry can not be written', async () => {
    const broken = Object.assign(world.ledger, {})
    const { transaction } = world.ledger
    broken.transaction = async () => {
      throw new Error('the database went away')
    }
    await expect(world.replica().group('S0SRE')).rejects.toThrow('the database went away')
    broken.transaction = transaction
    await world.replica().group('S0SRE')
    expect(await world.changes()).toEqual([{ joined: ['T1/U0CAROL'], left: [] }])
  })
})

describe('what Slack tells by itself', () => {
  it('takes a right away at once, for every replica, without being asked', async () => {
    const [one, other] = [world.replica(), world.replica()]
    await Promise.all([one.group('S0SRE'), other.person('T1/U0BOB')])
    world.slack.away = true
    await one.heardOfPerson(person('U0BOB', 'guest'))
    await expect(one.heardOfGroup('S0SRE', ['U0CAROL'])).rejects.toThrow('Slack is away')
    expect((await other.person('T1/U0BOB')).value.standing).toBe('guest')
    expect((await other.group('S0SRE')).value).toEqual([])
    expect((await world.changes()).at(-1)).toEqual({ joined: [], left: ['T1/U0CAROL'] })
  })

  it('takes everybody’s with a group that was disabled', async () => {
    const one = world.replica()
    await one.group('S0SRE')
    await one.heardOfGroup('S0SRE', 'all')
    expect((await one.group('S0SRE')).value).toEqual([])
    expect(world.asked).toEqual(['S0SRE'])
  })

  it('gives none: that is asked for, since a delivery may be late', async () => {
    const one = world.replica()
    world.people.set('U0BOB', person('U0BOB', 'guest'))
    await one.person('T1/U0BOB')
    await one.group('S0SRE')
    await one.heardOfPerson(person('U0BOB'))
    expect((await one.person('T1/U0BOB')).value.standing).toBe('guest')
    world.people.set('U0BOB', person('U0BOB'))
    await one.heardOfPerson(person('U0BOB'))
    expect((await one.person('T1/U0BOB')).value.standing).toBe('member')

    world.groups.set('S0SRE', ['U0ALICE', 'U0CAROL'])
    await one.heardOfGroup('S0SRE', [])
    expect((await one.group('S0SRE')).value).toEqual(['U0ALICE', 'U0CAROL'])
    expect((await world.changes()).at(-1)).toEqual({ joined: ['T1/U0ALICE'], left: [] })
  })

  it('counts against an answer that was asked for before', async () => {
    const one = world.replica()
    await one.group('S0SRE')
    await world.pass(16 * MINUTE)
    let release = () => {}
    const reached = new Promise<void>((reach) => {
      world.slack.answer = () => {
        reach()
        return new Promise((resolve) => {
          release = resolve
        })
      }
    })
    const stale = one.group('S0SRE')
    await reached
    world.slack.answer = async () => {}
    world.groups.set('S0SRE', [])
    await world.replica().heardOfGroup('S0SRE', ['U0CAROL'])
    release()
    expect((await stale).value).toEqual([])
    expect(await world.changes()).toHaveLength(2)
  })

  it('is nothing to who was never looked up, and asks nothing when nothing changed', async () => {
    const one = world.replica()
    await one.heardOfPerson(person('U0ALICE', 'guest'))
    await one.heardOfGroup('S0SRE', ['U0CAROL'])
    expect(await rows()).toEqual({ accounts: [], memberships: [] })
    await one.person('T1/U0ALICE')
    world.asked.length = 0
    await one.heardOfPerson(person('U0ALICE'))
    expect(world.asked).toEqual([])
  })
})
