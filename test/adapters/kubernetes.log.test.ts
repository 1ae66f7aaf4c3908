import { describe, expect, it } from 'vitest'
import { failure, tinyClusters } from './tiny-clusters.ts'

const { connect, serve } = tinyClusters()

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
