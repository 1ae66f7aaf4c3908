import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { say } from '../../commands/command.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { afterMs, asAlice, type EdgeWorld, edgeWorld } from './edge-world.ts'

describe('the HTTP server', () => {
  let world: EdgeWorld
  beforeEach(async () => {
    world = await edgeWorld('http')
  })
  afterEach(() => world.stop())

  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${world.port}${path}`, init)
  const command = {
    command: '/ops',
    text: 'scale checkout 5',
    trigger_id: '1.A',
    user_id: 'U0ALICE',
    team_id: 'T0FAKE',
  }

  it.each([
    ['a wrong signature', { signature: 'bad' as const }],
    ['no signature', { signature: 'missing' as const }],
    ['a signature that is six minutes old', { ageSeconds: 360 }],
  ])('refuses a delivery with %s, and nothing happens', async (_, options) => {
    const ack = await world.slack.deliverRaw('slash_commands', command, options)
    expect(ack).toMatchObject({ status: 401, body: undefined })
    expect((await world.slack.deliverRaw('slash_commands', command)).status).toBe(200)
    await world.slack.until(() => world.asked.length > 0)
    expect(world.asked).toHaveLength(1)
  })

  it('serves nothing but what it says: other paths and methods are 404', async () => {
    const statuses = await Promise.all([get('/'), get('/slack/events'), get('//'), get('/metrics', { method: 'POST' })])
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  it('is live, and ready with the state of Slack beside', async () => {
    expect((await get('/health/live')).status).toBe(200)
    const ready = await get('/health/ready')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({
      ready: true,
      database: true,
      listener: true,
      slack: { mode: 'http', connected: true, error: null },
    })
  })

  it('counts acknowledgements, gestures and calls', async () => {
    world.reply(say('done'))
    await world.slack.command({ ...asAlice, command: '/ops', text: 'help' })
    await world.told()
    await world.app.stop()
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toContain('firebreak_slack_acknowledgement_seconds_count{kind="command"} 1')
    expect(metrics).toContain('firebreak_slack_gestures_total{kind="command",outcome="done"} 1')
    expect(metrics).toContain('firebreak_slack_calls_total{method="response_url",outcome="ok"} 1')
    expect(metrics).toContain('firebreak_slack_calls_total{method="users.info",outcome="ok"} 1')
    expect(metrics).toContain('process_cpu_seconds_total')
  })

  it('makes no series of what somebody sends or answers', async () => {
    const evil = 'evil"} 1\nfirebreak_evil{x="'
    await world.slack.deliverRaw('slash_commands', { ...command, command: `/${evil}`, trigger_id: '1.B' })
    await world.slack.until(() => world.lines.some(({ what }) => String(what).includes('evil')))
    world.slack.fail('chat.postEphemeral', { error: `<html>${evil}`, times: 1 })
    await world.slack.mention({ ...asAlice, text: 'help' })
    await world.slack.until(() => world.lines.some(({ message }) => message === 'an answer could not be shown'))
    await get(`/api/${encodeURIComponent(evil)}`)
    await get(`/${encodeURIComponent(evil)}`)
    const metrics = await (await get('/metrics')).text()
    expect(metrics).not.toContain('evil')
    expect(metrics).toContain('firebreak_slack_calls_total{method="chat.postEphemeral",outcome="unreadable"} 1')
  })

  it('answers a submission that is under way when it is told to stop', async () => {
    world.reply(() => afterMs(500))
    const view = { id: 'V1', callback_id: 'incident.open', blocks: [], state: { values: {} }, private_metadata: '{}' }
    const body = { type: 'view_submission', user: { id: 'U0ALICE' }, team: { id: 'T0FAKE' }, view }
    const submitted = world.slack.deliverRaw('interactive', body)
    await world.slack.until(() => world.asked[0])
    await Promise.all([world.http.stop(), world.app.stop()])
    expect((await submitted).status).toBe(200)
    await expect(get('/health/live')).rejects.toThrow()
  })
})

describe('readiness', () => {
  it('is 503 while the database is away', async () => {
    const health = async () => ({ database: false, listener: true, slack: {}, redis: {} })
    const server = createHttpServer({ port: 0, slack: null, health, metrics: new Registry() })
    const port = await server.start()
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`)
    await server.stop()
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ ready: false, database: false })
  })
})

describe('before the program has started', () => {
  it('takes nothing in, from Slack or from a command line, and says so', async () => {
    const taken: string[] = []
    const listener = ({ url }: { url?: string | undefined }) => void taken.push(String(url))
    const health = async () => ({ database: false, listener: false, slack: {}, redis: {} })
    const metrics = new Registry()
    const server = createHttpServer({ port: 0, started: () => false, slack: listener, api: listener, health, metrics })
    const port = await server.start()
    for (const path of ['/slack/events', '/api/line']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })
      expect({ status: response.status, again: response.headers.get('retry-after') }).toEqual({
        status: 503,
        again: '1',
      })
      expect(await response.json()).toMatchObject({ kind: 'error', code: 'starting' })
    }
    await server.stop()
    expect(taken).toEqual([])
  })
})

describe('a port that is taken', () => {
  it('is named, with the variable that changes it', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, resolve))
    const { port } = other.address() as AddressInfo
    const health = async () => ({ database: true, listener: true, slack: {}, redis: {} })
    const server = createHttpServer({ port, slack: null, health, metrics: new Registry() })
    await expect(server.start()).rejects.toMatchObject({
      code: 'port_taken',
      message: `Port ${port} is taken by another program; set PORT to a free one`,
    })
    other.close()
  })
})
