import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../src/identity/person.ts'
import { createChecks } from '../../src/slack/checks.ts'
import { createHomes } from '../../src/slack/home/homes.ts'
import { budgetOf, createPace, type Rate } from '../../src/slack/projection/pace.ts'
import { person } from '../support/engine.ts'
import { replicaLimits } from '../support/limits.ts'
import { keptLog } from '../support/log.ts'
import { asked, open, projectionWorld, type Replica, read, type World, webOf } from './projection-world.ts'

const FAST: Rate = { perSecond: 1000, burst: 1000 }

let world: World
const running: { stop(): Promise<void> }[] = []
beforeEach(async () => {
  world = await projectionWorld()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((homes) => homes.stop()))
  world.slack.assertClean()
  await world.close()
})

/** The Homes that one replica shows. */
function homesOf({ db, ledger, session }: Replica, { looksMs = 60_000, rate = FAST, whose = person } = {}) {
  const log = keptLog()
  const homes = createHomes({
    ...{ db, ledger, log, looksMs, everyMs: 20 },
    identity: { whose: async (account: string): Promise<Person> => whose(account.slice(3)), idsOf: (id) => [id] },
    workspace: {
      identity: () => ({ team: 'T1', user: 'U0BOT', name: 'firebreak', url: 'https://fake.slack.com/', scopes: null }),
    },
    names: { incident: '/incident', ops: '/ops' },
    web: webOf(world.slack, fetch),
    pace: createPace({ homes: rate }, replicaLimits(null, { homes: budgetOf(rate) })),
    checks: createChecks({ strict: true, repaired: () => {} }),
  })
  homes.start(session)
  running.push(homes)
  return { log, look: (user = 'U0ALICE') => homes.opened({ team: 'T1', user }) }
}

const shown = (user = 'U0ALICE') => JSON.stringify(world.slack.home(user)?.blocks ?? '')
const shows = (text: RegExp, user?: string) => world.slack.until(() => text.test(shown(user)))
const published = () => world.slack.calls.filter(({ method }) => method === 'views.publish')

describe('the Home of somebody who looks', () => {
  it('follows what this and every other replica records, with the thread’s address once there is one', async () => {
    const { look } = homesOf(world.bot)
    look()
    await shows(/No incident is open/)
    await open(world.replica(), 'Search is down')
    await shows(/Search is down.*https:\/\/fake\.slack\.com\/archives\/C0INCIDENTS/s)
    await open(world.bot, 'Checkout times out')
    await shows(/Checkout times out/)
  })

  it('is published by a replica that they opened it at, and by no other', async () => {
    const [here, there] = [homesOf(world.bot), homesOf(world.replica())]
    here.look('U0ALICE')
    there.look('U0BOB')
    await open(world.bot)
    await Promise.all([shows(/INC-1/, 'U0ALICE'), shows(/INC-1/, 'U0BOB')])
    expect(new Set(published().map(({ args }) => args.user_id))).toEqual(new Set(['U0ALICE', 'U0BOB']))
  })

  it('is not published when what was recorded changes nothing there', async () => {
    const name = await open(world.bot)
    await world.bot.projector.idle()
    const { look } = homesOf(world.bot)
    look()
    await shows(/INC-1/)
    for (let n = 1; n <= 30; n++) await read(world.bot, name, `finding ${n}`)
    await world.bot.incidents.acknowledge(asked(), 1)
    await shows(/acknowledged after/)
    expect(published()).toHaveLength(2)
  })

  it('is left alone after ten minutes, until it is opened again', async () => {
    const [briefly, longer] = [homesOf(world.bot, { looksMs: 1 }), homesOf(world.bot)]
    briefly.look('U0BOB')
    await shows(/No incident is open/, 'U0BOB')
    longer.look('U0ALICE')
    await open(world.bot)
    await shows(/INC-1/, 'U0ALICE')
    expect(shown('U0BOB')).toContain('No incident is open')
    briefly.look('U0BOB')
    await shows(/INC-1/, 'U0BOB')
  })

  it('says so, and nothing else, to somebody who is no member any more', async () => {
    await open(world.bot)
    let standing: Person['standing'] = 'member'
    const { look } = homesOf(world.bot, { whose: (user) => person(user, standing) })
    look()
    await shows(/INC-1/)
    standing = 'deactivated'
    await world.bot.incidents.acknowledge(asked(), 1)
    await shows(/Nothing is shown here: .*you are deactivated/)
    expect(shown()).not.toContain('INC-1')
  })
})

describe('when Slack', () => {
  it('says 429, nobody’s Home is published until it may be; then it shows what is so then', async () => {
    world.slack.fail('views.publish', { retryAfter: 1, times: 1 })
    const { look, log } = homesOf(world.bot)
    look('U0ALICE')
    await world.slack.until(() => published().length === 1)
    look('U0BOB')
    await open(world.bot)
    await Promise.all([shows(/INC-1/, 'U0ALICE'), shows(/INC-1/, 'U0BOB')])
    const [refused, next] = published()
    expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990)
    expect(log.messages).toEqual([])
  })

  it('allows no more, a busy hour is shown at its pace, and its end is what stands there', async () => {
    const { look } = homesOf(world.bot, { rate: { perSecond: 4, burst: 1 } })
    for (const user of ['U0ALICE', 'U0BOB']) look(user)
    await open(world.bot)
    for (let n = 1; n <= 20; n++) {
      await world.bot.incidents.correct(asked(), 1, [{ field: 'title', to: `Title ${n} of 20` }])
    }
    await Promise.all([shows(/Title 20 of 20/, 'U0ALICE'), shows(/Title 20 of 20/, 'U0BOB')])
    const times = published().map(({ at }) => at)
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? at))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
  })

  it('does not take one, that is logged once, and nothing is sent again by itself', async () => {
    await open(world.bot)
    await world.bot.projector.idle()
    world.slack.fail('views.publish', { error: 'internal_error', when: ({ user_id }) => user_id === 'U0ALICE' })
    const { look, log } = homesOf(world.bot)
    look('U0ALICE')
    look('U0BOB')
    await world.slack.until(() => log.messages.length > 0)
    await world.bot.incidents.acknowledge(asked(), 1)
    await shows(/acknowledged after/, 'U0BOB')
    await world.slack.until(() => published().filter(({ args }) => args.user_id === 'U0ALICE').length === 2)
    expect(log.messages).toEqual(['a Home can not be shown'])
    world.slack.recover()
    look('U0ALICE')
    await shows(/acknowledged after/, 'U0ALICE')
  })
})
