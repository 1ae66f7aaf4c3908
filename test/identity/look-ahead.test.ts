import { afterEach, beforeEach, expect, it } from 'vitest'
import { createIdentity } from '../../src/identity/identity.ts'
import { createLookAhead, keepLooking } from '../../src/identity/look-ahead.ts'
import { type IdentityWorld, identityWorld, role } from './world.ts'

const HOUR = 3_600_000

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
  world.rules.roles = {
    everyone: role({ users: ['*'] }),
    approver: role({ users: ['U0BOB'], userGroups: ['S0SRE'], onCall: ['payments'] }),
  }
  const override = { person: 'U0ERIN', from: '2026-11-02 09:00', until: '2026-11-03 09:00' }
  world.rules.schedules = {
    payments: { zone: 'UTC', people: ['U0DAN'], starts: '2026-01-05 09:00', everyMs: HOUR, overrides: [override] },
  }
  world.rules.people = [['U0BOB', 'U0BOB2']]
})
afterEach(() => world.close())

const lookAhead = () =>
  createLookAhead(world.db, {
    directory: world.replica(),
    rules: () => world.rules,
    home: () => 'T1',
    paceMs: 0,
  })(new AbortController().signal)

it('knows everybody whom roles, groups, rotas and joined accounts name before Slack goes away', async () => {
  await lookAhead()
  expect(world.asked.toSorted()).toEqual(['S0SRE', 'U0BOB', 'U0BOB2', 'U0CAROL', 'U0DAN', 'U0ERIN'])
  world.slack.away = true
  const identity = createIdentity(world.db, { directory: world.replica(), rules: () => world.rules })
  for (const account of ['U0BOB', 'U0CAROL']) {
    const { roles } = await identity.rolesOf(await identity.whose(`T1/${account}`))
    expect(roles, account).toContain('approver')
  }
})

it('asks for groups each time, and for people only when it is long ago', async () => {
  await lookAhead()
  await world.pass(HOUR)
  world.asked.length = 0
  world.groups.set('S0SRE', ['U0CAROL', 'U0FRED'])
  await lookAhead()
  expect(world.asked).toEqual(['S0SRE', 'U0FRED'])
  expect(await world.changes()).toEqual([
    { joined: ['T1/U0CAROL'], left: [] },
    { joined: ['T1/U0FRED'], left: [] },
  ])
  await world.pass(6 * HOUR)
  world.asked.length = 0
  await lookAhead()
  expect(world.asked).toHaveLength(7)
})

it('tries again after a failure, and stops when it is told to', async () => {
  let rounds = 0
  let done = () => {}
  const again = new Promise<void>((resolve) => {
    done = resolve
  })
  const looking = keepLooking(
    [
      async () => {
        rounds += 1
        if (rounds === 1) throw new Error('Slack is away')
        done()
      },
    ],
    { log: world.log },
  )
  looking.start()
  await again
  await looking.stop()
  expect(rounds).toBe(2)
  expect(world.log.messages).toEqual(['people and groups could not be looked up beforehand; trying again'])
})
