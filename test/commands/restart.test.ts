import { describe, expect, it, vi } from 'vitest'
import { restart as operation } from '../../commands/ops/restart.ts'
import type { Service } from '../../src/operations/catalogue.ts'
import type { Bound, ChangeOperation, Step } from '../../src/operations/operation.ts'
import { drift } from '../../src/operations/plan.ts'
import { preapproval } from '../../src/operations/preapproval.ts'
import { incident } from '../support/examples.ts'
import { pod, there } from './there.ts'

const restart = operation as ChangeOperation
const AT = new Date('2026-11-21T20:02:00.417Z')
const plan = (bound: Bound, at = AT) => restart.plan({ service: 'checkout' }, bound, at)
const OLD = '2026-11-01T08:00:00Z'

describe('what a restart shows, and what it applies', () => {
  it.each([
    [null, 'never'],
    [OLD, '2026-11-01 08:00:00 UTC'],
    ['2026-11-01T08:00:00+01:00', '2026-11-01T08:00:00+01:00'],
    ['last tuesday', 'last tuesday'],
  ])('from %s reads as %s', async (restartedAt, before) => {
    const { steps } = await plan(there(3, { restartedAt }))
    expect(steps).toEqual([
      {
        object: { kind: 'deployment', name: 'checkout', namespace: 'microservices', uid: 'a' },
        before: { 'last restart': before },
        after: { 'last restart': '2026-11-21 20:02:00 UTC' },
        envelope: {},
      },
    ])
  })

  it('applies the time that it shows, as kubectl writes it, and tried that before', async () => {
    const bound = there(3)
    const sent = vi.spyOn(bound.port, 'restart')
    const { steps } = await plan(bound)
    expect(await restart.apply(steps[0] as Step, bound)).toBe('applied')
    expect(sent.mock.calls).toEqual([
      [{ name: 'checkout', uid: 'a' }, '2026-11-21T20:02:00Z', { dryRun: true }],
      [expect.objectContaining({ name: 'checkout', uid: 'a' }), '2026-11-21T20:02:00Z'],
    ])
  })

  it('is the same when it is planned again to be run, and stale after somebody else’s restart', async () => {
    const { steps } = await plan(there(3))
    expect(drift(steps, (await plan(there(3))).steps)).toBeNull()
    expect(drift(steps, (await plan(there(3, { restartedAt: '2026-11-21T20:03:10Z' }))).steps)).toBe(
      'last restart of deployment checkout in microservices is 2026-11-21 20:03:10 UTC now; it was never when planned',
    )
  })

  it('says what it touches', async () => {
    const status = { observed: true, updated: 3, total: 3, ready: 2, available: 2 }
    expect((await plan(there(3, { status }))).affects).toBe(
      'deployment checkout in microservices (production): its 3 pods are replaced, 2/3 ready when planned',
    )
    expect((await plan(there(1))).affects).toContain('its only pod is replaced, 1/1 ready')
  })
})

describe('a restart that needs nobody else', () => {
  const onCall = { incident: incident(), onCall: () => true }
  const service: Service = {
    ...{ name: 'checkout', owners: [], onCall: 'payments', healthy: null, on: [] },
    bounds: { restart: {} },
  }

  it('is one that its service allows, with nothing to bound, to who is on call', () => {
    expect(preapproval(service, restart, { service: 'checkout' }, onCall)).toEqual({
      rule: 'bounds of checkout: restart',
    })
    const without = preapproval({ ...service, bounds: {} }, restart, { service: 'checkout' }, onCall)
    expect(without).toEqual({ why: 'checkout declares no bounds for restart' })
  })
})

describe('what a restart warns of', () => {
  it('is nothing where all is well', async () => {
    expect((await plan(there(3, { pods: [pod(), pod(), pod({ trouble: 'Terminating' })] }))).warnings).toEqual([])
  })

  it.each([
    [3, 3],
    [1, 1],
  ])('is the gap, when of %i pods %i may be taken away at once', async (replicas, mayTakeAway) => {
    expect((await plan(there(replicas, { mayTakeAway }))).warnings).toEqual([
      'all of its pods may stop before new ones are ready: nothing serves checkout meanwhile',
    ])
  })

  it('is that logs of pods in trouble go with them', async () => {
    const pods = [pod(), pod({ trouble: 'CrashLoopBackOff', ready: false }), pod({ trouble: 'Terminating' })]
    expect((await plan(there(2, { pods }))).warnings).toEqual([
      '1 pod in trouble (CrashLoopBackOff): what their logs say is gone afterwards, read it first',
    ])
  })

  it.each([
    { observed: true, updated: 1, total: 4, ready: 3, available: 3 },
    { observed: true, updated: 1, total: 3, ready: 3, available: 3 },
  ])('is a rollout that is under way: %o', async (status) => {
    expect((await plan(there(3, { status }))).warnings).toEqual([
      'a rollout of it is under way (1/3 pods replaced): this begins another',
    ])
  })
})

describe('a restart that would do nothing is not planned', () => {
  it.each([
    ['of a paused deployment', { paused: true }, 3, 'paused', /is paused.*kubectl rollout resume deployment\/checkout/],
    ['of nothing', {}, 0, 'nothing_to_do', /scaled to 0: there is nothing to restart/],
    ['for the second time', { restartedAt: '2026-11-21T20:02:00Z' }, 3, 'nothing_to_do', /in that very second already/],
  ])('%s', async (_, over, replicas, code, message) => {
    const bound = there(replicas, over)
    const sent = vi.spyOn(bound.port, 'restart')
    await expect(plan(bound)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(sent).not.toHaveBeenCalled()
  })

  it('without the right to it', async () => {
    const bound = there(3)
    bound.port.missingRights = async (needs) => needs.filter(({ verb }) => verb === 'patch')
    await expect(plan(bound)).rejects.toMatchObject({
      code: 'missing_rights',
      message: 'Firebreak’s account in microservices lacks the right to patch apps/deployments',
    })
  })
})

describe('what is seen of a restart', () => {
  const done = '2026-11-21T20:02:00Z'
  const step = async (restartedAt: string | null = OLD) => (await plan(there(3, { restartedAt }))).steps[0] as Step
  const seen = async (bound: Bound) => await restart.observe(await step(), bound)
  const status = { observed: true, updated: 3, total: 3, ready: 3, available: 3 }

  it('is absent while the mark is the old one, and other when it is somebody else’s', async () => {
    expect(await seen(there(3, { restartedAt: OLD }))).toEqual({
      ...{ effect: 'absent', health: 'settling' },
      summary: 'last restart: 2026-11-01 08:00:00 UTC, not 2026-11-21 20:02:00 UTC',
    })
    expect(await seen(there(3, { restartedAt: '2026-11-21T20:02:01Z' }))).toMatchObject({ effect: 'other' })
    expect(await seen(there(3, { restartedAt: null }))).toMatchObject({
      ...{ effect: 'other', summary: 'last restart: never, not 2026-11-21 20:02:00 UTC' },
    })
    expect(await restart.observe(await step(null), there(3))).toMatchObject({ effect: 'absent' })
  })

  it('is other when the deployment was made anew', async () => {
    expect(await seen(there(3, { uid: 'b', restartedAt: done }))).toMatchObject({ effect: 'other', health: 'failed' })
  })

  it.each([
    ['the controller saw nothing yet', { ...status, observed: false }, '3/3 pods replaced, 3/3 ready'],
    ['some are not replaced', { ...status, updated: 1, total: 4 }, '1/3 pods replaced, 3/3 ready'],
    ['old ones are left', { ...status, total: 4 }, '3/3 pods replaced, 3/3 ready'],
    ['one is not available', { ...status, ready: 2, available: 2 }, '3/3 pods replaced, 2/3 ready'],
  ])('is settling while %s', async (_, status, summary) => {
    const observed = await seen(there(3, { restartedAt: done, status }))
    expect(observed).toEqual({ effect: 'present', health: 'settling', summary })
  })

  it('is settled when all are replaced and available, or as many as the service calls healthy', async () => {
    expect(await seen(there(3, { restartedAt: done }))).toMatchObject({ effect: 'present', health: 'settled' })
    const status = { observed: true, updated: 5, total: 5, ready: 4, available: 4 }
    const healthy = { readyPercent: 80, noRestartForMs: null }
    expect(await seen(there(5, { restartedAt: done, status, healthy }))).toMatchObject({ health: 'settled' })
    const fewer = { ...status, ready: 3, available: 3 }
    expect(await seen(there(5, { restartedAt: done, status: fewer, healthy }))).toMatchObject({ health: 'settling' })
  })

  it('is failed since the cluster says that it is stuck', async () => {
    const since = new Date('2026-11-21T20:12:00Z')
    const stuck = { why: 'ReplicaSet "checkout-7f9" has timed out progressing.', since }
    const status = { observed: true, updated: 1, total: 4, ready: 3, available: 3 }
    expect(await seen(there(3, { restartedAt: done, status, stuck }))).toEqual({
      ...{ effect: 'present', health: 'failed', failedSince: since },
      summary: '1/3 pods replaced, 3/3 ready: ReplicaSet "checkout-7f9" has timed out progressing.',
    })
  })

  it('names what keeps it, and knows the effect where pods can’t be listed', async () => {
    const status = { observed: true, updated: 1, total: 4, ready: 3, available: 3 }
    const pods = [pod(), pod(), pod(), pod({ trouble: 'ImagePullBackOff', ready: false })]
    const bound = there(3, { restartedAt: done, status, pods })
    expect((await seen(bound)).summary).toBe('1/3 pods replaced, 3/3 ready, 1 pod in trouble (ImagePullBackOff)')
    bound.port.pods = () => Promise.reject(new Error('not now'))
    expect(await seen(bound)).toMatchObject({ effect: 'present', summary: '1/3 pods replaced, 3/3 ready' })
  })

  it('says that somebody paused it', async () => {
    const status = { observed: true, updated: 1, total: 4, ready: 3, available: 3 }
    expect((await seen(there(3, { restartedAt: done, status, paused: true }))).summary).toBe(
      '1/3 pods replaced and no more, for it is paused, 3/3 ready',
    )
  })
})
