import { describe, expect, it } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { startTinyServer } from '../support/tiny-server.ts'
import { failure, tinyClusters } from './tiny-clusters.ts'

const { connect, serve } = tinyClusters()
const AT = '2026-11-21T20:02:00Z'
const checkout = { name: 'checkout', uid: '0b1e7a2c-8d7a-4d1e-9d0f-3c1d2b4a5f60' }

describe('a name that Kubernetes would refuse', () => {
  const names = [
    '',
    '.',
    '..',
    'a/b',
    'a%2Fb',
    'Checkout',
    '-checkout',
    'checkout\n',
    'a'.repeat(254),
    'сheckout',
    'a..b',
  ]

  it.each(names)('%j makes no request', async (name) => {
    const server = await serve((_, response) => response.end())
    const port = await connect(server.url)
    for (const call of [
      port.deployment(name),
      port.autoscalers(name),
      port.pods(name),
      port.logs(name, { tail: 1 }),
      port.scale({ ...checkout, name }, { from: 3, to: 5 }),
      port.restart({ ...checkout, name }, AT),
    ]) {
      expect((await failure(call)).code).toBe('invalid_name')
    }
    expect(server.requests).toEqual([])
  })

  it('is refused as a namespace, too', async () => {
    for (const namespace of ['..', 'a/b', 'with.dots', 'a'.repeat(64)]) {
      expect(() => connectKubernetes({ kubeconfig: '/nowhere', namespace })).toThrow(
        expect.objectContaining({ code: 'invalid_name' }),
      )
    }
  })
})

describe('a cluster that fails', () => {
  it('is named when nothing listens there, and nothing was applied', async () => {
    const server = await startTinyServer((_, response) => response.end())
    await server.close()
    const error = await failure((await connect(server.url)).scale(checkout, { from: 3, to: 5 }))
    expect(error).toMatchObject({ code: 'unreachable', maybeApplied: false })
    expect(error.message).toBe(`the cluster at ${server.url} can't be reached (ECONNREFUSED)`)
  })

  it('may have applied a write that it never answered', async () => {
    const server = await serve(() => {})
    const port = await connect(server.url, { timeoutMs: 300 })
    expect(await failure(port.scale(checkout, { from: 3, to: 5 }))).toMatchObject({
      code: 'timeout',
      message: `the cluster at ${server.url} didn't answer within 0.3 s`,
      maybeApplied: true,
    })
    expect(server.requests).toHaveLength(1)
  })

  it('may have applied a write whose answer was cut off', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"kind":"Sc', () => response.destroy())
    })
    const port = await connect(server.url)
    expect(await failure(port.scale(checkout, { from: 3, to: 5 }))).toMatchObject({
      code: 'unreachable',
      maybeApplied: true,
    })
  })

  it('may have applied a write that it answers with 5xx', async () => {
    const server = await serve((_, response) => response.writeHead(504).end('upstream request timeout'))
    const port = await connect(server.url)
    expect(await failure(port.scale(checkout, { from: 3, to: 5 }))).toMatchObject({
      code: 'rejected',
      maybeApplied: true,
    })
  })

  it('has applied nothing in reads and dry runs, however they end', async () => {
    const server = await serve(() => {})
    const port = await connect(server.url, { timeoutMs: 300 })
    const read = failure(port.deployment('checkout'))
    const dryRun = failure(port.scale(checkout, { from: 3, to: 5 }, { dryRun: true }))
    expect(await read).toMatchObject({ code: 'timeout', maybeApplied: false })
    expect(await dryRun).toMatchObject({ code: 'timeout', maybeApplied: false })
  })

  it('that turns out to be something else is told from a deployment that is missing', async () => {
    const server = await serve((_, response) => response.writeHead(404).end('<h1>Not found</h1>'))
    expect(await failure((await connect(server.url)).deployment('checkout'))).toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('is it a Kubernetes API server?'),
    })
  })

  it("doesn't take the bot's credentials", async () => {
    const server = await serve((_, response) => response.writeHead(401).end('{"kind":"Status","code":401}'))
    const error = await failure((await connect(server.url)).deployment('checkout'))
    expect(error).toMatchObject({
      code: 'unauthorized',
      message: `the cluster at ${server.url} doesn't accept the bot's credentials`,
    })
  })
})

describe('a write that may work in a moment', () => {
  const answering = (status: number, headers: Record<string, string> = {}, body = 'Too many requests') =>
    serve((_, response) => response.writeHead(status, headers).end(body))
  const writes = [
    (port: KubernetesPort) => port.scale(checkout, { from: 3, to: 5 }),
    (port: KubernetesPort) => port.restart(checkout, AT),
  ]

  it('is one that never reached the server', async () => {
    const server = await startTinyServer((_, response) => response.end())
    await server.close()
    const port = await connect(server.url)
    for (const write of writes) {
      expect(await failure(write(port))).toMatchObject({
        ...{ code: 'unreachable', maybeApplied: false, transient: true },
      })
    }
  })

  it.each([
    429, 503,
  ])('is one that an API server turned away with %i and the word when to come back', async (status) => {
    const port = await connect((await answering(status, { 'retry-after': '1' })).url)
    for (const write of writes) {
      expect(await failure(write(port))).toMatchObject({ code: 'rejected', maybeApplied: false, transient: true })
    }
  })

  it('is none that got as far as the server: a time-out, a lost answer, a 5xx', async () => {
    const silent = await serve(() => {})
    const cutOff = await serve((_, response) => response.destroy())
    const busy = await answering(504, { 'retry-after': '1' })
    const proxy = await answering(503, {}, 'upstream connect error or disconnect/reset before headers')
    for (const { url } of [silent, cutOff, busy, proxy]) {
      const port = await connect(url, { timeoutMs: 300 })
      for (const write of writes) {
        expect(await failure(write(port))).toMatchObject({ maybeApplied: true, transient: false })
      }
    }
  })

  it('is none that will be refused again: no right, no such object, a disruption budget', async () => {
    for (const status of [401, 403, 404, 422, 429]) {
      const body = JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'no', details: { causes: [{}] } })
      const port = await connect((await answering(status, {}, body)).url)
      for (const write of writes) {
        expect(await failure(write(port))).toMatchObject({ maybeApplied: false, transient: false })
      }
    }
  })
})
