import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort, listenNear } from '../../src/demo/port.ts'
import { connected, replicaLimits } from '../support/limits.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'

const BUDGETS = { posts: { points: 5, seconds: 60 } }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function start(url: string) {
  const limits = replicaLimits(url, BUDGETS)
  closing.push(() => limits.close())
  return limits
}

async function redisWith(...args: string[]): Promise<TestRedis> {
  const redis = await startRedis(...args)
  closing.push(() => redis.close())
  return redis
}

describeWithRedis('a Redis with a password', () => {
  it('is entered by it, as the default user or as a named one', async () => {
    const redis = await redisWith('--requirepass', 'a/b@c')
    const readme = ['+@connection', '+@read', '+@write', '+@scripting', '+@transaction', '+info', '~firebreak:*']
    await redis.ask('acl', 'setuser', 'bot', 'on', '>pw', ...readme)
    for (const credentials of [':a%2Fb%40c', 'default:a%2Fb%40c', 'bot:pw']) {
      const limits = await connected(start(`redis://${credentials}@127.0.0.1:${redis.port}/3`))
      expect(await limits.take('posts', credentials)).toEqual({ ok: true })
      await limits.pause('posts', credentials, 1_000)
      expect(await limits.take('posts', credentials)).toMatchObject({ ok: false })
      expect([limits.counted, (await limits.state()).error]).toEqual([['none posts'], null])
    }
    expect(await redis.ask('info', 'keyspace')).toMatch(/^db3:keys=3/m)
  })

  it('refuses another one, and neither is told', async () => {
    const redis = await redisWith('--requirepass', 'secret')
    const limits = start(`redis://:hunter2@127.0.0.1:${redis.port}`)
    await vi.waitFor(() => expect(limits.log.messages).toEqual([expect.stringMatching(/^Redis is away/)]))
    expect(await limits.state()).toMatchObject({ connected: false, error: expect.stringMatching(/^WRONGPASS/) })
    expect(await limits.take('posts', 'C1')).toEqual({ ok: true })
  })
})

describe('an answer that repeats what it was sent', () => {
  it('is told without the password', async () => {
    const parrot = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => {
        for (const command of data.toString().split(/^(?=\*\d)/m)) {
          socket.write(`-ERR odd: ${command.replaceAll('\r\n', ' ')}\r\n`)
        }
      })
    })
    const port = await listenNear(parrot, 0)
    closing.push(() => parrot.close())
    const limits = start(`redis://:hunter2@127.0.0.1:${port}`)
    await vi.waitFor(async () => expect((await limits.state()).error).toMatch(/^ERR odd: .*HELLO.*AUTH.*…/i))
    expect(JSON.stringify([await limits.state(), limits.log.fields])).not.toContain('hunter2')
  })
})

describeWithRedis('a cluster', () => {
  const channels = Array.from({ length: 20 }, (_, n) => `C${n}`)

  it('is recognised at any of its nodes, and counts as one', async () => {
    const nodes = await clusterOf(3)
    const [first, second] = await Promise.all(nodes.slice(0, 2).map(({ url }) => connected(start(url))))
    for (const channel of channels) {
      const taking = [first, second, first, second, first, second].map((limits) => limits?.take('posts', channel))
      const answers = await Promise.all(taking)
      expect(
        answers.filter((answer) => answer?.ok),
        channel,
      ).toHaveLength(5)
    }
    await first?.pause('posts', 'C99', 30_000)
    expect(await second?.take('posts', 'C99')).toMatchObject({ ok: false })
    for (const node of nodes) expect(await node.ask('dbsize')).toBeGreaterThan(0)
    expect([first?.counted, second?.counted].flat()).not.toContain('away posts')
    expect(first?.log.messages).toEqual(['Redis is there'])
  })

  it('that loses a node lets pass what was counted there, until it is back', async () => {
    const [one, two] = await clusterOf(2)
    const limits = await connected(start(`${one?.url}`))
    const takeAll = async () => {
      limits.counted.length = 0
      return await Promise.all(channels.map((channel) => limits.take('posts', channel)))
    }
    await two?.kill()
    expect((await takeAll()).every(({ ok }) => ok)).toBe(true)
    expect(limits.counted).toContain('away posts')
    await two?.start()
    await vi.waitFor(async () => {
      await takeAll()
      expect(limits.counted).not.toContain('away posts')
    }, 30_000)
  })
})

async function clusterOf(size: number): Promise<TestRedis[]> {
  const nodes = await Promise.all(
    Array.from({ length: size }, async () => {
      const bus = String(await freePort())
      return { bus, ...(await redisWith('--cluster-enabled', 'yes', '--cluster-port', bus)) }
    }),
  )
  const share = Math.ceil(16_384 / size)
  for (const [n, node] of nodes.entries()) {
    const last = Math.min(share * (n + 1), 16_384) - 1
    await node.ask('cluster', 'addslotsrange', String(share * n), String(last))
    if (n > 0) await nodes[0]?.ask('cluster', 'meet', '127.0.0.1', String(node.port), node.bus)
  }
  const whole = /cluster_state:ok.*cluster_slots_assigned:16384/s
  for (const { ask } of nodes) {
    await vi.waitFor(async () => expect(await ask('cluster', 'info')).toMatch(whole), 20_000)
  }
  return nodes
}

describeWithRedis('a Redis behind TLS', () => {
  it('is trusted by its certificate, or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'firebreak-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
    const port = await freePort()
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
    await redisWith('--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files)
    const url = `rediss://localhost:${port}`

    const stranger = start(url)
    await vi.waitFor(async () => expect((await stranger.state()).error).toMatch(/^self-signed certificate/))
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, await readFile(cert, 'utf8')])
    closing.push(() => setDefaultCACertificates(trusted))
    const limits = await connected(start(url))
    expect(await limits.take('posts', 'C1')).toEqual({ ok: true })
    expect(limits.counted).toEqual([])
    await rm(folder, { recursive: true })
  })
})
