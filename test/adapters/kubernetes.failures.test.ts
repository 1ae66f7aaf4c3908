import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { KubernetesError, type KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { startTinyServer } from '../support/tiny-server.ts'

const TOKEN = 'a-token-that-nobody-may-see'
let dir: string
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'firebreak-kubeconfig-'))
  closing.push(() => rm(dir, { recursive: true }))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function connect(server: string, { token = TOKEN, timeoutMs = 10_000 } = {}): Promise<KubernetesPort> {
  const kubeconfig = path.join(dir, 'kubeconfig')
  const config = {
    'current-context': 'it',
    clusters: [{ name: 'it', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bot', user: { token } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'bot' } }],
  }
  await writeFile(kubeconfig, JSON.stringify(config))
  return connectKubernetes({ kubeconfig, namespace: 'microservices', timeoutMs })
}

async function serve(listener: RequestListener) {
  const server = await startTinyServer(listener)
  closing.push(server.close)
  return server
}

const AT = '2026-11-21T20:02:00Z'
const checkout = { name: 'checkout', uid: '0b1e7a2c-8d7a-4d1e-9d0f-3c1d2b4a5f60' }
const failure = async (call: Promise<unknown>): Promise<KubernetesError> => {
  const error = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof KubernetesError)) throw new Error(`expected a KubernetesError, got ${inspect(error)}`)
  return error
}

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

describe('a log', () => {
  const pods = (containers: object[]) => ({
    kind: 'PodList',
    items: [{ metadata: { name: 'checkout-1' }, spec: { containers }, status: { phase: 'Running' } }],
  })
  const deployment = {
    kind: 'Deployment',
    spec: { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
  }

  async function withLog(log: string | ((url: URL) => string), containers: object[] = [{ name: 'app' }], status = 200) {
    const server = await serve(({ url = '' }, response) => {
      const isLog = url.includes('/log?')
      response.writeHead(isLog ? status : 200, { 'content-type': isLog ? 'text/plain' : 'application/json' })
      const text = typeof log === 'string' ? log : log(new URL(url, 'http://cluster'))
      response.end(isLog ? text : JSON.stringify(url.includes('/deployments/') ? deployment : pods(containers)))
    })
    return { server, port: await connect(server.url) }
  }

  it('of JSON lines stays as it was written', async () => {
    const line = '{"level":"error","message":"payment authorization failed"}'
    const { port } = await withLog(`${line}\n`)
    expect(await port.logs('checkout', { tail: 10 })).toEqual({
      pods: [{ pod: 'checkout-1', lines: [line], looked: 1, problem: null, truncated: false }],
      others: 0,
    })
  })

  it('is that of the first container where there are sidecars', async () => {
    const { server, port } = await withLog('', [{ name: 'app' }, { name: 'istio-proxy' }])
    expect(await port.logs('checkout', { tail: 10 })).toMatchObject({ pods: [{ lines: [], problem: null }] })
    expect(server.requests.at(-1)).toContain('container=app')
  })

  it('that is too long is read from its end', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `${i} ${'x'.repeat(i > 4_000 ? 200 : 50)}`)
    const { port } = await withLog(({ searchParams }) => {
      const tail = lines.slice(-Number(searchParams.get('tailLines')))
      return `${tail.join('\n')}\n`.slice(0, Number(searchParams.get('limitBytes')))
    })
    const [log] = (await port.logs('checkout', { tail: 5_000 })).pods
    expect(log).toMatchObject({ truncated: true, looked: log?.lines.length })
    expect(log?.lines).toEqual(lines.slice(-(log?.looked ?? 0)))
    expect(log?.looked).toBeGreaterThan(900)
  })

  it('says when not even its last line fits', async () => {
    const { server, port } = await withLog('x'.repeat(256 * 1024))
    expect(await port.logs('checkout', { tail: 10 })).toMatchObject({ pods: [{ looked: 1, truncated: true }] })
    expect(server.requests.at(-1)).toMatch(/tailLines=1$/)
  })

  it("that can't be read says why, for that pod", async () => {
    const waiting = 'container "app" in pod "checkout-1" is waiting to start: ContainerCreating'
    const { port } = await withLog(JSON.stringify({ kind: 'Status', message: waiting }), undefined, 400)
    expect(await port.logs('checkout', { tail: 10 })).toMatchObject({
      pods: [{ lines: [], problem: expect.stringContaining(waiting) }],
    })
  })

  it('that the bot may not read is an error', async () => {
    const { port } = await withLog(JSON.stringify({ kind: 'Status', message: 'no' }), undefined, 403)
    expect(await failure(port.logs('checkout', { tail: 10 }))).toMatchObject({
      code: 'forbidden',
      message: "the bot's account may not get pods/log in microservices",
    })
  })
})

describe('a kubeconfig', () => {
  const write = async (text: string) => {
    const file = path.join(dir, 'broken')
    await writeFile(file, text)
    return file
  }
  const refusal = (kubeconfig: string) => {
    try {
      connectKubernetes({ kubeconfig, namespace: 'microservices' })
    } catch (error) {
      return error
    }
  }

  it.each([
    ['no YAML', `users: [{ name: bot, user: { token: ${TOKEN} }`],
    ['empty', ''],
    ['a list', '- 1'],
    ['without a context', `users: [{ name: bot, user: { token: ${TOKEN} } }]`],
  ])('that is %s is named, without what is in it', async (_, text) => {
    const file = await write(text)
    const error = refusal(file)
    expect(error).toMatchObject({ code: 'misconfigured', message: expect.stringContaining(file) })
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
  })

  it('that is missing is named', () => {
    expect(refusal(path.join(dir, 'missing'))).toMatchObject({
      code: 'misconfigured',
      message: `the kubeconfig ${path.join(dir, 'missing')} can't be read (ENOENT)`,
    })
  })

  it('may be left out only inside a cluster', () => {
    expect(refusal('')).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('not a pod') })
  })

  it("whose token can't be sent doesn't show it", async () => {
    const server = await serve((_, response) => response.end())
    const port = await connect(server.url, { token: `${TOKEN}\n\u0001` })
    const error = await failure(port.deployment('checkout'))
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
    expect(server.requests).toEqual([])
  })

  it('with a good token never shows it either', async () => {
    const server = await serve((_, response) =>
      response.writeHead(500).end('{"kind":"Status","message":"etcd is away"}'),
    )
    const error = await failure((await connect(server.url)).deployment('checkout'))
    expect(error.message).toContain('etcd is away')
    expect(inspect(error, { depth: 10 })).not.toContain(TOKEN)
  })
})
