import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../src/demo/port.ts'
import { EFFECT } from '../support/relay.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { cards, type Scene, setScene, TAKEN_OVER } from './scene.ts'

let scene: Scene
let postgres: TcpProxy
let env: Record<string, string>
beforeEach(async () => {
  scene = await setScene('socket')
  const { hostname: host, port } = new URL(scene.database.url)
  postgres = await startTcpProxy({ host, port: Number(port) })
  const through = (url: string) => url.replace(`:${port}/`, `:${postgres.port}/`)
  env = { DATABASE_URL: through(scene.database.url), DATABASE_MIGRATE_URL: through(scene.database.migrateUrl) }
})
afterEach(() => scene.slack.assertClean())
afterEach(async () => {
  await scene.close()
  await postgres.off()
})

describe('Postgres away at start', { timeout: 60_000 }, () => {
  it('is said, and waited for: live all the while, ready when it comes', async () => {
    await postgres.off()
    const port = await freePort()
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: response.status, body: await response.json() }
    }
    const bot = scene.launch({ ...env, PORT: String(port) })
    const said = await bot.said(/^the database is away; waiting for it$/)
    expect(said.database).toBe(`firebreak_bot@127.0.0.1:${postgres.port}${new URL(scene.database.url).pathname}`)
    expect(await get('/health/live')).toEqual({ status: 200, body: { live: true } })
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: { ready: false, database: false, listener: false, slack: { mode: 'socket', connected: false } },
    })
    expect(await get('/api/whoami'), 'nobody is let in before the tables are there').toEqual({
      ...{
        status: 503,
        body: { kind: 'error', code: 'starting', text: 'Firebreak is starting. Try again in a moment.' },
      },
    })

    await postgres.on()
    await vi.waitFor(
      async () =>
        expect(await get('/health/ready')).toMatchObject({
          status: 200,
          body: { ready: true, database: true, listener: true, slack: { connected: true, error: null } },
        }),
      15_000,
    )
    expect(await scene.ask('U0ALICE', '/incident', 'list')).toContain('No incident')
  })

  it('is waited for again when it goes away in the middle of the start', async () => {
    postgres.loseAnswerTo('kysely_migration_lock')
    const bot = scene.launch(env)
    await bot.said(/^the database went away again$/)
    await bot.said(/^Firebreak is running$/)
    await scene.slack.until(() => scene.slack.connections === 1)
    expect(await scene.ask('U0ALICE', '/incident', 'list')).toContain('No incident')
    expect(bot.log().filter(({ level }) => level >= 50)).toEqual([])
  })

  it('does not keep it from stopping', async () => {
    await postgres.off()
    const bot = scene.launch(env)
    await bot.said(/^the database is away/)
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0 })
  })
})

describe('Postgres away while running', { timeout: 90_000 }, () => {
  it('is answered with "try again", and nothing is half-done', async () => {
    const bot = await scene.start(env)
    await postgres.off()
    const answer = await scene.ask('U0ALICE', '/incident', 'open P1 "Checkout times out"')
    expect(answer).toBe("Not recorded: the database can't be reached. Nothing was done. Try again.")
    const { status, text } = await scene.get('/health/ready')
    expect([status, JSON.parse(text)]).toMatchObject([503, { ready: false, database: false, listener: true }])
    expect((await scene.get('/health/live')).status).toBe(200)

    await postgres.on()
    const root = await scene.open()
    expect(root.text).toContain('INC-1')
    expect(scene.slack.messages('C0INCIDENTS')).toHaveLength(1)
    await postgres.off()
    expect(await bot.end('SIGTERM'), 'it stops in time without its database').toMatchObject({ code: 0 })
  })

  it('claims nothing of a commit whose answer was lost', async () => {
    await scene.start(env)
    // What it looks up by itself at the start is on record: the next commit is the incident's.
    await expect.poll(() => scene.db.selectFrom('memberships').select('user_group').execute()).toHaveLength(1)
    postgres.loseAnswerTo('commit')
    const answer = await scene.ask('U0ALICE', '/incident', 'open P1 "Checkout times out"')
    expect(answer).toMatch(
      /^The database went away in the middle of it: .* recorded as a whole or not at all\. Look at/,
    )
    expect(await scene.ask('U0ALICE', '/incident', 'list')).toMatch(/Open \(1\).*INC-1/s)
  })

  it('loses no outcome: what was executed in that moment ends right, once', async () => {
    await scene.start(env)
    const root = await scene.open()
    const card = await scene.plan(root)
    const held = scene.cluster.hold(EFFECT)
    await scene.approve(card)
    await held.reached
    await postgres.off()
    held.release()
    expect(await scene.states()).toEqual(['approved', 'claimed', 'intended'])
    await postgres.on()
    await scene.shows(card, /Succeeded.*5\/5 ready/, TAKEN_OVER)
    expect(await scene.states()).toEqual(['approved', 'claimed', 'intended', 'applied', 'succeeded'])
    expect(scene.cluster.effects()).toBe(1)
    expect(cards(scene.thread(root))).toHaveLength(1)
  })
})
