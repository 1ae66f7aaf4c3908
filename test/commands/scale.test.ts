import { describe, expect, it } from 'vitest'
import { scale as operation } from '../../commands/ops/scale.ts'
import type { ChangeOperation, Step } from '../../src/operations/operation.ts'
import { there } from './there.ts'

const scale = operation as ChangeOperation

const plan = (from: number, to: number) => scale.plan({ service: 'checkout', replicas: to }, there(from), new Date())

describe('the drift that an approval of scale covers', () => {
  it.each([
    [3, 5, { min: 2, max: 5 }],
    [5, 3, { min: 3, max: 6 }],
    [1, 5, { min: 1, max: 5 }],
    [0, 5, { min: 0, max: 5 }],
    [3, 0, { min: 0, max: 4 }],
  ])('from %i to %i is one replica either way, not past the goal and not to what was switched off', async (from, to, envelope) => {
    expect((await plan(from, to)).steps[0]?.envelope).toEqual({ replicas: envelope })
  })

  it('is what an autoscaler may do, where there is one: it moves them all the time', async () => {
    const place = there(4)
    place.port.autoscalers = async () => [{ name: 'hpa', min: 2, max: 9 }]
    const envelope = async (to: number) =>
      (await scale.plan({ service: 'checkout', replicas: to }, place, new Date())).steps[0]?.envelope.replicas
    expect(await envelope(6)).toEqual({ min: 2, max: 6 })
    expect(await envelope(3)).toEqual({ min: 3, max: 9 })
  })
})

describe('a deployment that is stuck', () => {
  it('tells since when: what it was before the change is not the change’s doing', async () => {
    const [step] = (await plan(3, 5)).steps
    const status = { observed: true, updated: 5, total: 5, ready: 3, available: 3 }
    const since = new Date('2026-03-01T03:00:00Z')
    const stuck = { why: 'ReplicaSet "checkout-7f9" has timed out progressing.', since }
    expect(await scale.observe(step as Step, there(5, { status, stuck }))).toEqual({
      ...{ effect: 'present', health: 'failed', failedSince: since },
      summary: '3/5 ready: ReplicaSet "checkout-7f9" has timed out progressing.',
    })
  })
})
