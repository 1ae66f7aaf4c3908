import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Desk } from '../../commands/desk.ts'
import { createApi } from '../../src/http/api.ts'
import { defineRoute } from '../../src/http/routes/route.ts'
import { run } from '../../src/http/routes/run.ts'
import type { Said } from '../../src/http/routes/said.ts'
import { createSpeech } from '../../src/http/routes/said.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { DuplicateCause } from '../../src/timeline/ledger.ts'
import { alice, testEngine } from '../support/engine.ts'
import { SEVERITIES } from '../support/examples.ts'
import { replicaLimits } from '../support/limits.ts'
import { keptLog, quiet } from '../support/log.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { startTinyServer } from '../support/tiny-server.ts'

/** Routes of a kind that this release has none of yet, and what can go wrong in any. */
const log = keptLog()
const counted: string[] = []
const asked: unknown[] = []
let failure: Error = new Error('boom')

const routes = [
  defineRoute({
    ...{ method: 'POST', path: '/api/guarded', act: 'erase' },
    input: z.strictObject({ entry: z.int() }),
    handle: async ({ entry }, { person, token }) => ({ kind: 'text', text: `${entry} ${person.name} ${token}` }),
  }),
  defineRoute({
    ...{ method: 'GET', path: '/api/failing', act: null },
    input: z.strictObject({}),
    async handle() {
      throw failure
    },
  }),
]

const BUDGETS = { requests: { points: 1_000, seconds: 60 }, strangers: { points: 3, seconds: 60 } }

let server: Awaited<ReturnType<typeof startTinyServer>>
let allowed = true
beforeAll(async () => {
  const api = createApi({
    ...{ routes, log, limits: replicaLimits(null, BUDGETS) },
    tokens: {
      async holder(secret) {
        if (secret === 'anything') return { kind: 'holder', token: 4, person: alice }
        return { kind: 'refused', code: 'not_valid', reason: 'this token is not known' }
      },
    },
    engine: {
      async refuseUnlessEntitled(...call) {
        asked.push(call)
        return allowed ? null : { kind: 'refused', code: 'denied', reason: 'no policy line allows erase' }
      },
    },
    metrics: { api: (route, status) => void counted.push(`${route} ${status}`) },
  })
  server = await startTinyServer(api)
})
afterAll(() => server.close())

async function call(path: string, body?: object, token = 'anything') {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = body ? { method: 'POST', body: JSON.stringify(body), headers } : { headers }
  const response = await fetch(`${server.url}${path}`, init)
  const retryAfter = response.headers.get('retry-after')
  return { status: response.status, body: (await response.json()) as Said, ...(retryAfter && { retryAfter }) }
}

describe('a route that takes a right', () => {
  it('asks policy for that act before anything is done', async () => {
    expect(await call('/api/guarded', { entry: 12 })).toMatchObject({ status: 200, body: { text: '12 alice 4' } })
    expect(asked.at(-1)).toEqual([
      { person: alice, cause: expect.stringMatching(/^cli:4:/), line: '/api/guarded' },
      'erase',
    ])
    allowed = false
    expect(await call('/api/guarded', { entry: 12 })).toEqual({
      status: 403,
      body: { kind: 'error', code: 'denied', text: 'no policy line allows erase' },
    })
    expect(counted.slice(-2)).toEqual(['/api/guarded 200', '/api/guarded 403'])
  })

  it('does not ask for what can’t be right', async () => {
    const before = asked.length
    expect(await call('/api/guarded', { entry: 'twelve' })).toMatchObject({
      ...{ status: 400, body: { code: 'bad_input', text: expect.stringMatching(/^entry /) } },
    })
    expect(asked).toHaveLength(before)
  })
})

describe('a failure', () => {
  it('of ours is 500, told by the cause that the log has it under, and nothing of it leaks', async () => {
    failure = new Error('select secret from vault')
    const { status, body } = await call('/api/failing')
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'failed' })
    expect(body.correlation).toMatch(/^cli:4:[\w-]{36}$/)
    expect(body.text).toContain(`\`${body.correlation}\``)
    expect(log.fields[log.messages.indexOf('a request failed')]).toMatchObject({ cause: body.correlation })
    expect(JSON.stringify(body)).not.toContain('vault')
  })

  it('of the database is 503, in the words that Slack’s people get', async () => {
    failure = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    expect(await call('/api/failing')).toMatchObject({
      ...{
        status: 503,
        body: { code: 'database_away', text: expect.stringMatching(/^Not recorded: the database can't be reached/) },
      },
    })
    Object.assign(failure, { maybeCommitted: true })
    expect((await call('/api/failing')).body.text).toMatch(/either recorded as a whole or not at all/)
  })

  it('because it was done already is 409', async () => {
    failure = new DuplicateCause('cli:4:x is on record already')
    expect(await call('/api/failing')).toMatchObject({ status: 409, body: { code: 'duplicate' } })
  })
})

describe('a line that was run before the database went away', () => {
  it('is not told as undone', async () => {
    const t = await testEngine()
    const url = new URL(t.url)
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
    url.port = String(proxy.port)
    const database = openDatabase(url.href, { log: quiet })
    const desk: Desk = {
      flood: { perMinute: 60, take: async () => ({ ok: true }) },
      templates: [],
      serviceOf: async () => null,
      ...{
        incidents: {
          ...t.incidents,
          async open(...asked) {
            const opened = await t.incidents.open(...asked)
            await proxy.off()
            return opened
          },
        },
        engine: t.engine,
        tokens: {} as never,
        endRecovery: async () => ({}) as never,
        redact: createRedactor({ emails: false, patterns: [], secrets: [] }),
        ...{
          shifts: () => [],
          channels: { whyUnfit: async () => null, whyNoRoom: async () => null, mayMake: () => true },
        },
        operations: [],
        services: [],
      },
      ...{ severities: SEVERITIES, names: { incident: '/incident', ops: '/ops' } },
    }
    const speech = createSpeech({ engine: t.engine, identity: t.context.identity })
    const route = run({ desk, db: database.db, room: () => 'C0INCIDENTS', speech })
    const asked = route.handle(
      { line: 'incident open P1 Late', key: 'test-key-1' },
      { person: alice, token: 4, cause: 'cli:4:test-key-1' },
    )
    await expect(asked).rejects.toMatchObject({ maybeCommitted: true })
    expect((await t.incidents.listOpen({ person: alice })).map(({ title }) => title)).toContain('Late')
    await Promise.all([t.close(), database.close()])
  })
})

describe('an address that comes with tokens that let nobody in', () => {
  it('is told to wait, and fills no log meanwhile; a good token from there is served', async () => {
    const guess = (n: number) => call('/api/failing', undefined, `guess-${n}`)
    const statuses = []
    for (let n = 0; n < 6; n++) statuses.push((await guess(n)).status)
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429])
    expect(await guess(6)).toEqual({
      status: 429,
      retryAfter: expect.stringMatching(/^[1-9]\d?$/),
      body: {
        ...{ kind: 'error', code: 'rate_limited' },
        text: expect.stringMatching(/^too many requests from your address with tokens .*: try again in \d+ s$/),
      },
    })
    expect((await call('/api/elsewhere')).status).toBe(404)
    expect(log.messages.filter((line) => line.startsWith('somebody came with a token'))).toHaveLength(3)
  })
})

describe('the HTTP server', () => {
  it('hands on what is below /api/, and has nothing there without an API', async () => {
    const health = async () => ({ database: true, listener: true, slack: {}, redis: {} })
    const bare = createHttpServer({ port: 0, slack: null, health, metrics: new Registry() })
    const port = await bare.start()
    expect((await fetch(`http://127.0.0.1:${port}/api/run`, { method: 'POST' })).status).toBe(404)
    await bare.stop()
  })
})
