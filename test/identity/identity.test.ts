import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createIdentity, type Identity } from '../../src/identity/identity.ts'
import { asActor } from '../../src/identity/person.ts'
import { person } from '../support/engine.ts'
import { type IdentityWorld, identityWorld, role } from './world.ts'

const HOUR = 3_600_000
const AT = new Date('2026-11-21T20:00Z')

let world: IdentityWorld
let identity: Identity
beforeAll(async () => {
  world = await identityWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.people.clear()
  for (const user of ['U0ALICE', 'U0ALICE2', 'U0ALICE3', 'U0BOB', 'U0CAROL']) world.people.set(user, person(user))
  Object.assign(world.rules, { roles: {}, schedules: {}, people: [['U0ALICE', 'U0ALICE2', 'U0ALICE3']] })
  identity = createIdentity(world.db, { directory: world.directory, rules: () => world.rules })
})

const rota = (...people: string[]) => ({
  ...{ zone: 'UTC', people, starts: '2026-11-16 09:00', everyMs: 168 * HOUR },
  overrides: [] as { person: string; from: string; until: string }[],
})
const rolesOf = async (account: string) => (await identity.rolesOf(await identity.whose(`T1/${account}`))).roles

describe('somebody with several accounts', () => {
  it('is one person, whichever they act with; what they used is on record', async () => {
    for (const account of ['U0ALICE', 'U0ALICE2', 'U0ALICE3']) {
      expect(await identity.whose(`T1/${account}`)).toMatchObject({ id: 'T1/U0ALICE', user: account })
    }
    expect(asActor(await identity.whose('T1/U0ALICE'))).toEqual({ id: 'T1/U0ALICE', name: 'alice' })
    expect(asActor(await identity.whose('T1/U0ALICE2'))).toMatchObject({ id: 'T1/U0ALICE', account: 'U0ALICE2' })
    expect(await identity.whose('T1/U0BOB')).toMatchObject({ id: 'T1/U0BOB' })
  })

  it('holds what any of the accounts holds: users, user groups, schedules', async () => {
    world.groups.set('S0DB', ['U0ALICE3'])
    world.rules.roles = {
      everyone: role({ users: ['*'] }),
      named: role({ users: ['U0ALICE2'] }),
      grouped: role({ userGroups: ['S0DB'] }),
      called: role({ onCall: ['payments'] }),
      other: role({ users: ['U0BOB'] }),
    }
    world.rules.schedules = { payments: rota('U0ALICE2') }
    for (const account of ['U0ALICE', 'U0ALICE2', 'U0ALICE3']) {
      expect(await rolesOf(account)).toEqual(['everyone', 'named', 'grouped', 'called'])
    }
    expect(await rolesOf('U0BOB')).toEqual(['everyone', 'other'])
    expect(identity.isOnCall('T1/U0ALICE', 'payments', AT)).toBe(true)
  })

  it('acts with the standing of the account that acts', async () => {
    world.rules.roles = { everyone: role({ users: ['*'] }), operator: role({ users: ['U0ALICE'] }) }
    world.people.set('U0ALICE2', person('U0ALICE2', 'guest'))
    expect(await rolesOf('U0ALICE2')).toEqual([])
    expect(await rolesOf('U0ALICE')).toEqual(['everyone', 'operator'])
  })

  it('is, when others ask, the first account that still is a member’s', async () => {
    expect(await identity.person('T1/U0ALICE')).toMatchObject({ id: 'T1/U0ALICE', user: 'U0ALICE' })
    world.people.set('U0ALICE', person('U0ALICE', 'deactivated'))
    world.people.set('U0ALICE2', person('U0ALICE2', 'guest'))
    expect(await identity.person('T1/U0ALICE')).toMatchObject({
      id: 'T1/U0ALICE',
      user: 'U0ALICE3',
      standing: 'member',
    })
    world.people.set('U0ALICE3', person('U0ALICE3', 'deactivated'))
    expect(await identity.person('T1/U0ALICE')).toMatchObject({ id: 'T1/U0ALICE', standing: 'deactivated' })
  })

  it('is nobody under an account that was joined later: what it asked for or approved must not count twice', async () => {
    world.rules.roles = { everyone: role({ users: ['*'] }) }
    const before = await identity.person('T1/U0ALICE2')
    expect(before.standing).toBe('unknown')
    expect((await identity.rolesOf(before)).roles).toEqual([])
    world.rules.people = []
    expect((await identity.rolesOf(await identity.person('T1/U0ALICE2'))).roles).toEqual(['everyone'])
  })

  it('is not somebody of another workspace who has the same user id', async () => {
    world.people.set('U0ALICE2', { ...person('U0ALICE2', 'stranger'), id: 'T0OTHER/U0ALICE2' })
    expect(await identity.whose('T0OTHER/U0ALICE2')).toMatchObject({ id: 'T0OTHER/U0ALICE2', standing: 'stranger' })
  })

  it('loses everything when the rights of any of the accounts were taken away', async () => {
    world.rules.roles = { everyone: role({ users: ['*'] }) }
    const revoked = { person: 'T1/U0ALICE2', revoked_by: 'T1/U0BOB', reason: 'lost phone', revoked_at: new Date() }
    await world.db.insertInto('revocations').values(revoked).execute()
    for (const account of ['U0ALICE', 'U0ALICE2', 'U0ALICE3']) expect(await rolesOf(account)).toEqual([])
    await world.db.updateTable('revocations').set({ lifted_at: new Date(), lifted_by: 'T1/U0BOB' }).execute()
    expect(await rolesOf('U0ALICE')).toEqual(['everyone'])
  })

  it('is asked once, and in turn once', () => {
    world.rules.schedules = { payments: rota('U0ALICE2', 'U0ALICE', 'U0BOB') }
    world.rules.roles = {
      approver: role({ onCall: ['payments'], users: ['*', 'U0ALICE3', 'U0CAROL', 'U0ALICE'], userGroups: ['S0SRE'] }),
    }
    expect(identity.holders(['approver'], null, AT)).toEqual({
      onCall: ['U0ALICE', 'U0BOB'],
      users: ['U0ALICE', 'U0CAROL'],
      groups: ['S0SRE'],
    })
    // Both turns are hers: it changes hands when Bob takes over.
    expect(identity.shift('payments', AT)).toEqual({
      schedule: 'payments',
      now: 'U0ALICE',
      next: { person: 'U0BOB', at: new Date('2026-11-30T09:00Z') },
    })
    expect(identity.shift('nothing', AT)).toBeNull()
  })
})

describe('roles', () => {
  it.each([
    'guest',
    'bot',
    'stranger',
    'deactivated',
    'unknown',
  ] as const)('are held by members, not by a %s', async (standing) => {
    world.rules.roles = { everyone: role({ users: ['*', 'U0BOB'] }), called: role({ onCall: ['payments'] }) }
    world.rules.schedules = { payments: rota('U0BOB') }
    expect(await rolesOf('U0BOB')).toEqual(['everyone', 'called'])
    world.people.set('U0BOB', person('U0BOB', standing))
    expect(await rolesOf('U0BOB')).toEqual([])
  })

  it('tell how old what they rest on is, when Slack is away', async () => {
    world.rules.roles = { sre: role({ userGroups: ['S0SRE'] }) }
    const old = new Date(Date.now() - 3 * HOUR)
    const older = new Date(Date.now() - 5 * HOUR)
    const aged = createIdentity(world.db, {
      rules: () => world.rules,
      directory: {
        person: async (id) => ({ value: person(id.slice(3)), at: older }),
        group: async () => ({ value: ['U0CAROL'], at: old }),
      },
    })
    const carol = await aged.whose('T1/U0CAROL')
    expect(carol.asOf).toEqual(older)
    expect(await aged.rolesOf(carol)).toEqual({ roles: ['sre'], asOf: older })
    expect(await aged.rolesOf(person('U0CAROL'))).toEqual({ roles: ['sre'], asOf: old })
    expect((await identity.rolesOf(await identity.whose('T1/U0CAROL'))).asOf).toBeNull()
  })
})
