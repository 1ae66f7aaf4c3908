import { stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { API, json, playgroundScene } from './scene.ts'

const scene = playgroundScene()
const { pass, scaleTo, token, call } = scene

describe('the API server of the playground', () => {
  const patch = (operations: unknown, query = '') =>
    call(`${API}/checkout/scale${query}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(operations),
    })

  it('listens on loopback, and keeps its token in a file for its owner', async () => {
    expect(scene.playground.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await stat(scene.kubeconfig())).mode & 0o777).toBe(0o600)
  })

  it('takes no other token', async () => {
    for (const authorization of ['Bearer other', '', await token()]) {
      const response = await fetch(`${scene.playground.url}${API}/checkout`, { headers: { authorization } })
      expect([response.status, (await json(response)).reason]).toEqual(
        authorization === (await token()) ? [200, undefined] : [401, 'Unauthorized'],
      )
    }
  })

  it('lags behind what was asked for, as controllers do', async () => {
    await scaleTo(5)
    expect((await scene.port.deployment('checkout')).status).toMatchObject({ observed: false, total: 3 })
    pass(500)
    expect((await scene.port.deployment('checkout')).status).toMatchObject({ observed: true, total: 5, updated: 5 })
  })

  it('applies a patch whole or not at all', async () => {
    const response = await patch([
      { op: 'replace', path: '/spec/replicas', value: 9 },
      { op: 'test', path: '/spec/replicas', value: 3 },
    ])
    expect([response.status, (await json(response)).reason]).toEqual([422, 'Invalid'])
    expect((await scene.port.deployment('checkout')).replicas).toBe(3)
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
    expect((await scene.port.deployment('checkout')).replicas).toBe(3)
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
    for (const { lines, problem } of (await scene.port.logs('payments', { tail: 5, previous: true })).pods) {
      expect(lines).toEqual([])
      expect(problem).toContain('previous terminated container "app" in pod')
    }
  })

  it('gives no more pods than its quota allows', async () => {
    await scaleTo(2_000_000_000)
    pass(1_000)
    expect((await scene.port.deployment('checkout')).status.total).toBe(100)
    const { items, truncated } = await scene.port.pods('checkout')
    expect([items.length, truncated]).toEqual([50, true])
  })
})
