import { describe, expect, it } from 'vitest'
import { API, playgroundScene } from './scene.ts'

const scene = playgroundScene()
const { pass, readyOf, scaleTo, call } = scene

describe('a deployment that is restarted', () => {
  const restart = async (name: string) => {
    expect(await scene.port.restart(await scene.port.deployment(name), scene.now())).toBe('applied')
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
      const { status } = await scene.port.deployment('checkout')
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
    const { items } = await scene.port.pods('payments')
    for (const { name } of items) expect(name).toContain(present?.metadata.name)
  })

  it('gets no better by that at 3: too few replicas fail as before', async () => {
    await restart('checkout')
    pass(15_000)
    expect(await readyOf('checkout')).toBe('3/3')
    pass(120_000)
    expect((await scene.port.pods('checkout')).items.map(({ lastEnd }) => lastEnd)).toContain('OOMKilled (exit 137)')
  })

  it('can be scaled meanwhile', async () => {
    await restart('payments')
    pass(500)
    const { uid } = await scene.port.deployment('payments')
    await scene.port.scale({ name: 'payments', uid }, { from: 2, to: 1 })
    pass(20_000)
    expect((await scene.port.deployment('payments')).status).toMatchObject({ updated: 1, total: 1, ready: 1 })
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

function annotating(annotations: Record<string, unknown>) {
  return { spec: { template: { metadata: { annotations } } } }
}
