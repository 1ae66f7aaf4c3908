import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { type Playground, startPlayground } from '../../src/playground/playground.ts'

let dir: string
let clock: number
let playground: Playground
let port: KubernetesPort

const pass = (ms: number) => {
  clock += ms
}

async function start(options: Parameters<typeof startPlayground>[0] = {}): Promise<void> {
  playground = await startPlayground({ podReadyMs: 1500, now: () => clock, ...options })
  await playground.kubeconfig(path.join(dir, 'kubeconfig'))
  port = connectKubernetes({ kubeconfig: path.join(dir, 'kubeconfig'), namespace: 'microservices' })
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'firebreak-playground-'))
  clock = Date.parse('2026-03-01T03:00:00Z')
  await start()
})
afterEach(async () => {
  await playground.close()
  await rm(dir, { recursive: true })
})

const logOf = async (deployment: string, tail: number) =>
  (await port.logs(deployment, { tail })).pods.flatMap(({ lines }) => lines).join('\n')
const readyOf = async (deployment: string) => {
  const { replicas, status } = await port.deployment(deployment)
  return `${status.ready}/${replicas}`
}
const scaleTo = async (to: number) => {
  const checkout = await port.deployment('checkout')
  expect(await port.scale(checkout, { from: checkout.replicas, to })).toBe('applied')
}

describe('checkout times out', () => {
  it('has something for diagnostics to find', async () => {
    const { items } = await port.pods('checkout')
    expect(items.map(({ ready, trouble, lastEnd }) => ({ ready, trouble, lastEnd }))).toEqual(
      expect.arrayContaining([
        { ready: true, trouble: null, lastEnd: null },
        { ready: true, trouble: null, lastEnd: 'Error (exit 2)' },
        { ready: false, trouble: 'CrashLoopBackOff', lastEnd: 'OOMKilled (exit 137)' },
      ]),
    )
    const log = await logOf('checkout', 20)
    expect(log).toContain('payment authorization failed')
    expect(log).toContain('context deadline exceeded')
  })

  it('gets no better by waiting: pods go on restarting', async () => {
    const restarts = async () => (await port.pods('checkout')).items.map((pod) => pod.restarts).sort()
    const before = await restarts()
    pass(120_000)
    const after = await restarts()
    expect(after[0]).toBe(0)
    expect(after[1]).toBeGreaterThan(before[1] ?? 0)
    expect(after[2]).toBeGreaterThan(before[2] ?? 0)
  })

  it('recovers at 5, pod by pod', async () => {
    expect(await readyOf('checkout')).toBe('2/3')
    await scaleTo(5)
    const seen = new Set<string>()
    for (let ms = 0; ms < 10_000; ms += 250) {
      pass(250)
      seen.add(await readyOf('checkout'))
    }
    expect([...seen]).toEqual(['2/5', '3/5', '4/5', '5/5'])

    const { items } = await port.pods('checkout')
    expect(items.map(({ trouble }) => trouble)).toEqual([null, null, null, null, null])
    pass(300_000)
    expect((await port.pods('checkout')).items.map(({ restarts }) => restarts)).toEqual(
      items.map(({ restarts }) => restarts),
    )
    expect(await logOf('checkout', 20)).not.toMatch(/failed|exceeded|saturated/)
  })

  it('does not recover at 4', async () => {
    await scaleTo(4)
    pass(60_000)
    expect((await port.pods('checkout')).items.map(({ trouble }) => trouble)).toContain('CrashLoopBackOff')
    expect(await logOf('checkout', 4)).toContain('payment authorization failed')
  })

  it('stays well for a while after scaling back, then fails as before', async () => {
    await scaleTo(5)
    pass(20_000)
    await scaleTo(3)
    pass(5_000)
    expect(await readyOf('checkout')).toBe('3/3')
    pass(120_000)
    expect((await port.pods('checkout')).items.map(({ lastEnd }) => lastEnd)).toContain('OOMKilled (exit 137)')
    expect(await readyOf('checkout')).toBe('2/3')
  })

  it('leaves the other services alone', async () => {
    pass(300_000)
    for (const service of ['payments', 'catalog']) {
      expect(await readyOf(service)).toBe('2/2')
      expect(await logOf(service, 20)).not.toMatch(/ERROR|WARN/)
    }
  })

  it('begins anew with each start, or well when it begins with 5', async () => {
    await scaleTo(5)
    await playground.close()
    await start()
    expect(await readyOf('checkout')).toBe('2/3')
    await playground.close()
    await start({ initial: { checkout: 5 } })
    expect(await readyOf('checkout')).toBe('5/5')
    expect(await logOf('checkout', 20)).not.toMatch(/failed|exceeded|saturated/)
  })
})

describe('the API server of the playground', () => {
  const API = '/apis/apps/v1/namespaces/microservices/deployments'
  const token = async () => JSON.parse(await readFile(path.join(dir, 'kubeconfig'), 'utf8')).users[0].user.token
  interface Json {
    message?: string
    reason?: string
    items?: object[]
  }
  const json = async (response: Response) => (await response.json()) as Json
  const call = async (url: string, init: RequestInit = {}) => {
    const authorization = `Bearer ${await token()}`
    return fetch(playground.url + url, { ...init, headers: { authorization, ...init.headers } })
  }
  const patch = (operations: unknown, query = '') =>
    call(`${API}/checkout/scale${query}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(operations),
    })

  it('listens on loopback, and keeps its token in a file for its owner', async () => {
    expect(playground.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await stat(path.join(dir, 'kubeconfig'))).mode & 0o777).toBe(0o600)
  })

  it('takes no other token', async () => {
    for (const authorization of ['Bearer other', '', await token()]) {
      const response = await fetch(`${playground.url}${API}/checkout`, { headers: { authorization } })
      expect([response.status, (await json(response)).reason]).toEqual(
        authorization === (await token()) ? [200, undefined] : [401, 'Unauthorized'],
      )
    }
  })

  it('lags behind what was asked for, as controllers do', async () => {
    await scaleTo(5)
    expect((await port.deployment('checkout')).status).toMatchObject({ observed: false, total: 3 })
    pass(500)
    expect((await port.deployment('checkout')).status).toMatchObject({ observed: true, total: 5, updated: 5 })
  })

  describe('restarted', () => {
    const restart = async (name: string) => {
      expect(await port.restart(await port.deployment(name), new Date(clock).toISOString())).toBe('applied')
    }
    const shown = async (name: string) => {
      const response = await call(`${API}/${name}`)
      const { metadata, status } = (await response.json()) as {
        metadata: { generation: number; annotations: Record<string, string> }
        status: { observedGeneration: number; conditions: { type: string; reason: string }[] }
      }
      return {
        revision: metadata.annotations['deployment.kubernetes.io/revision'],
        lag: metadata.generation - status.observedGeneration,
        progress: status.conditions.find(({ type }) => type === 'Progressing')?.reason,
      }
    }

    it('replaces its pods one after the other, and never has fewer of them ready', async () => {
      await scaleTo(5)
      pass(60_000)
      expect(await shown('checkout')).toEqual({ revision: '1', lag: 0, progress: 'NewReplicaSetAvailable' })
      await restart('checkout')
      expect(await shown('checkout')).toEqual({ revision: '1', lag: 1, progress: 'NewReplicaSetAvailable' })
      const seen = new Set<string>()
      for (let ms = 0; ms < 20_000; ms += 250) {
        pass(250)
        const { status } = await port.deployment('checkout')
        expect(status.ready).toBeGreaterThanOrEqual(4)
        expect(status.total).toBeLessThanOrEqual(7)
        seen.add(`${status.updated} of ${status.total}`)
        if (status.updated < 5 || status.total > 5) {
          expect(await shown('checkout')).toEqual({ revision: '2', lag: 0, progress: 'ReplicaSetUpdated' })
        }
      }
      expect([...seen].at(-1)).toBe('5 of 5')
      expect([...seen].map((counts) => Number(counts[0]))).toEqual(expect.arrayContaining([2, 3, 4, 5]))
      expect(await shown('checkout')).toEqual({ revision: '2', lag: 0, progress: 'NewReplicaSetAvailable' })
      expect(await readyOf('checkout')).toBe('5/5')
    })

    it('has its pods of another replica set, and keeps the former, empty', async () => {
      const setsOf = async () => {
        const { items } = (await (await call(`${API.replace('deployments', 'replicasets')}`)).json()) as {
          items: { metadata: { name: string; labels: Record<string, string> }; spec: { replicas: number } }[]
        }
        return items.filter(({ metadata }) => metadata.labels.app === 'payments')
      }
      const [former] = await setsOf()
      await restart('payments')
      pass(10_000)
      const sets = await setsOf()
      expect(sets.map(({ spec }) => spec.replicas).sort()).toEqual([0, 2])
      const present = sets.find(({ spec }) => spec.replicas === 2)
      expect(present?.metadata.name).not.toBe(former?.metadata.name)
      const { items } = await port.pods('payments')
      for (const { name } of items) expect(name).toContain(present?.metadata.name)
    })

    it('gets no better by that at 3: too few replicas fail as before', async () => {
      await restart('checkout')
      pass(15_000)
      expect(await readyOf('checkout')).toBe('3/3')
      pass(120_000)
      expect((await port.pods('checkout')).items.map(({ lastEnd }) => lastEnd)).toContain('OOMKilled (exit 137)')
    })

    it('can be scaled meanwhile', async () => {
      await restart('payments')
      pass(500)
      const { uid } = await port.deployment('payments')
      await port.scale({ name: 'payments', uid }, { from: 2, to: 1 })
      pass(20_000)
      expect((await port.deployment('payments')).status).toMatchObject({ updated: 1, total: 1, ready: 1 })
    })

    it.each([
      ['a JSON Patch', [{ op: 'remove', path: '/spec' }], 'application/json-patch+json', 415],
      ['another field', { spec: { replicas: 0 } }, 'application/merge-patch+json', 422],
      ['an annotation that is no text', annotating({ a: 1 }), 'application/merge-patch+json', 422],
      ['another object', { metadata: { uid: 'b' }, ...annotating({ a: 'b' }) }, 'application/merge-patch+json', 422],
    ])('refuses %s', async (_, body, type, status) => {
      const init = { method: 'PATCH', headers: { 'content-type': type }, body: JSON.stringify(body) }
      const before = await shown('checkout')
      expect((await call(`${API}/checkout`, init)).status).toBe(status)
      expect(await shown('checkout')).toEqual(before)
    })
  })

  it('applies a patch whole or not at all', async () => {
    const response = await patch([
      { op: 'replace', path: '/spec/replicas', value: 9 },
      { op: 'test', path: '/spec/replicas', value: 3 },
    ])
    expect([response.status, (await json(response)).reason]).toEqual([422, 'Invalid'])
    expect((await port.deployment('checkout')).replicas).toBe(3)
  })

  it('answers a stale version with 409', async () => {
    const response = await patch([{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }])
    expect([response.status, (await json(response)).reason]).toEqual([409, 'Conflict'])
  })

  it.each([
    ['a path that is missing', [{ op: 'replace', path: '/spec/nothing/replicas', value: 5 }]],
    ['replicas that are no count', [{ op: 'replace', path: '/spec/replicas', value: 2.5 }]],
    ['an unknown operation', [{ op: 'tset', path: '/spec/replicas', value: 3 }]],
  ])('refuses %s with 422', async (_, operations) => {
    expect((await patch(operations)).status).toBe(422)
    expect((await port.deployment('checkout')).replicas).toBe(3)
  })

  it.each([
    ['no list', '{}', 'application/json-patch+json', 400],
    ['no JSON', '[{', 'application/json-patch+json', 400],
    ['another patch format', '{"spec":{"replicas":5}}', 'application/merge-patch+json', 415],
  ])('refuses a patch that is %s', async (_, body, type, status) => {
    const init = { method: 'PATCH', headers: { 'content-type': type }, body }
    expect((await call(`${API}/checkout/scale`, init)).status).toBe(status)
  })

  it('lets nobody into other namespaces, or do more than it serves', async () => {
    const elsewhere = await call('/apis/apps/v1/namespaces/default/deployments/checkout')
    expect(elsewhere.status).toBe(403)
    expect((await json(elsewhere)).message).toBe(
      'deployments.apps "checkout" is forbidden: User "bot" cannot get resource "deployments" ' +
        'in API group "apps" in the namespace "default"',
    )
    expect((await call(`${API}/checkout`, { method: 'DELETE' })).status).toBe(403)
    expect((await call('/api/v1/nodes')).status).toBe(404)
  })

  it('selects by label, cuts at the limit and says so', async () => {
    const list = async (query: string) => json(await call(`/api/v1/namespaces/microservices/pods?${query}`))
    expect((await list('labelSelector=app%3Dpayments')).items).toHaveLength(2)
    expect(await list('labelSelector=app%3Dcheckout&limit=2')).toMatchObject({
      metadata: { continue: expect.any(String), remainingItemCount: 1 },
    })
    const sets = await json(await call('/apis/apps/v1/namespaces/microservices/replicasets'))
    expect(sets.items).toHaveLength(3)
  })

  it('has no previous log of a container that never ended', async () => {
    for (const { lines, problem } of (await port.logs('payments', { tail: 5, previous: true })).pods) {
      expect(lines).toEqual([])
      expect(problem).toContain('previous terminated container "app" in pod')
    }
  })

  it('gives no more pods than its quota allows', async () => {
    await scaleTo(2_000_000_000)
    pass(1_000)
    expect((await port.deployment('checkout')).status.total).toBe(100)
    const { items, truncated } = await port.pods('checkout')
    expect([items.length, truncated]).toEqual([50, true])
  })
})

function annotating(annotations: Record<string, unknown>) {
  return { spec: { template: { metadata: { annotations } } } }
}
