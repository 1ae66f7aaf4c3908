import { describe, expect, it } from 'vitest'
import { checkDeployment } from '../../commands/ops/health.ts'
import { restart } from '../../commands/ops/restart.ts'
import { scale } from '../../commands/ops/scale.ts'
import type { Pod } from '../../src/adapters/kubernetes/port.ts'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { ago, pod, there } from './there.ts'

const LOOPING = { trouble: 'CrashLoopBackOff', ready: false, lastFailureAt: ago(200), lastEnd: 'Error (exit 1)' }
const ready = (ready: number, replicas: number) => ({
  status: { observed: true, updated: replicas, total: replicas, ready, available: ready },
})
const pods =
  (...special: Partial<Pod>[]) =>
  (count: number) =>
    Array.from({ length: count }, (_, i) => pod(special[i]))

describe('how a service is that says nothing of its own', () => {
  it.each<[string, Parameters<typeof there>, boolean, string]>([
    ['well', [3, { pods: pods()(3) }], true, '3/3 ready'],
    ['scaled to 0', [0, {}], true, '0/0 ready'],
    ['starting', [3, { ...ready(2, 3), pods: pods({ ready: false })(3) }], false, '2/3 ready, 1 starting'],
    [
      'in trouble',
      [3, { ...ready(1, 3), pods: pods(LOOPING, { trouble: 'ImagePullBackOff', ready: false })(3) }],
      false,
      '1/3 ready, 2 pods in trouble (CrashLoopBackOff, ImagePullBackOff)',
    ],
    [
      'well while a pod goes, whatever it ends with',
      [3, { pods: pods({ trouble: 'Terminating', ready: false, lastFailureAt: ago(1) })(4) }],
      true,
      '3/3 ready',
    ],
    ['well beside a job that is done', [3, { pods: pods({ phase: 'Succeeded', ready: false })(4) }], true, '3/3 ready'],
    ['well a moment after a failure', [3, { pods: pods({ lastFailureAt: ago(5) })(3) }], true, '3/3 ready'],
    [
      'more than is looked at',
      [60, { pods: pods()(50), truncated: true }],
      true,
      '60/60 ready, only 50 pods were looked at',
    ],
  ])('is %s', async (_, [replicas, over], healthy, summary) => {
    expect(await checkDeployment(there(replicas, over))).toEqual({ healthy, summary })
  })
})

describe('a service that calls 80% ready healthy', () => {
  const healthy = { readyPercent: 80, noRestartForMs: null }
  it.each([
    [4, 5, true],
    [3, 5, false],
    [3, 3, true],
    [2, 3, false],
    [1, 1, true],
    [0, 1, false],
  ])('is so with %i of %i: %s', async (up, replicas, expected) => {
    const broken = Array.from({ length: replicas - up }, () => LOOPING)
    const bound = there(replicas, { ...ready(up, replicas), healthy, pods: pods(...broken)(replicas) })
    expect((await checkDeployment(bound)).healthy).toBe(expected)
  })

  it('is not while a pod may still get ready', async () => {
    const bound = there(5, { ...ready(4, 5), healthy, pods: pods({ ready: false })(5) })
    expect(await checkDeployment(bound)).toEqual({ healthy: false, summary: '4/5 ready, 1 starting' })
  })
})

describe('a service that calls no restart for 30 s healthy', () => {
  const healthy = { readyPercent: null, noRestartForMs: 30_000 }
  it.each<[string, Partial<Pod>, boolean, string]>([
    ['is so when all have run for longer', {}, true, '3/3 ready'],
    ['is so after the last failure is long ago', { lastFailureAt: ago(31) }, true, '3/3 ready'],
    [
      'is not after a failure, though all are ready',
      { lastFailureAt: ago(20) },
      false,
      '3/3 ready, 1 failed within 30 s',
    ],
    ['is not while a pod is new', { startedAt: ago(5) }, false, '3/3 ready, 1 up for less than 30 s'],
    [
      'says of a new pod that failed only that',
      { startedAt: ago(5), lastFailureAt: ago(2) },
      false,
      '3/3 ready, 1 failed within 30 s',
    ],
  ])('%s', async (_, special, expected, summary) => {
    expect(await checkDeployment(there(3, { healthy, pods: pods(special)(3) }))).toEqual({ healthy: expected, summary })
  })

  it('is not while a pod waits for its next crash, though enough are ready', async () => {
    const bound = there(5, {
      ...ready(4, 5),
      ...{ healthy: { readyPercent: 80, noRestartForMs: 30_000 }, pods: pods(LOOPING)(5) },
    })
    expect(await checkDeployment(bound)).toEqual({
      ...{ healthy: false, summary: '4/5 ready, 1 pod in trouble (CrashLoopBackOff)' },
    })
  })

  it.each([scale, restart] as ChangeOperation[])('gives a $name so much longer to be verified', async (operation) => {
    const settling = async (own: typeof healthy | null) =>
      (await operation.plan({ service: 'checkout', replicas: 5 }, there(3, { healthy: own }), new Date()))
        .settleWithinMs
    expect(await settling(healthy)).toBe((await settling(null)) + 30_000)
  })
})
