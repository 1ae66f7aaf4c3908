import { describe, expect, it } from 'vitest'
import { answerRequest } from '../../commands/ops/answers.ts'
import { logs } from '../../commands/ops/logs.ts'
import { pods } from '../../commands/ops/pods.ts'
import { describePod } from '../../src/adapters/kubernetes/pods.ts'
import type { KubernetesPort, Logs, Pod, PodLog } from '../../src/adapters/kubernetes/port.ts'
import type { ReadOperation } from '../../src/operations/operation.ts'

const at = (port: object) => ({
  ...{ service: 'checkout', target: 'prod', environment: 'production', deployment: 'checkout', healthy: null },
  port: port as KubernetesPort,
})

describe('pods', () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const runsAgain = (finishedAt: Date, exitCode = 137): Pod =>
    describePod({
      metadata: { name: 'checkout-7f9' },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            ...{ name: 'app', image: '', imageID: '', ready: true, restartCount: 14, state: { running: {} } },
            lastState: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'OOMKilled', finishedAt } },
          },
        ],
      },
    })
  const read = async (pod: Pod) =>
    await (pods as ReadOperation).read(
      { service: 'checkout' },
      at({
        deployment: async () => ({ replicas: 1, status: { ready: 1 } }),
        pods: async () => ({ items: [pod], truncated: false }),
      }),
    )

  it('names a loop also while the container runs between two kills', async () => {
    expect(await read(runsAgain(ago(4)))).toMatchObject({
      alarming: true,
      finding: 'checkout: 1/1 ready. checkout-7f9 runs again, 4 min after OOMKilled (exit 137), 14 restarts',
    })
  })

  it('is calm about one that ended long ago, or well', async () => {
    for (const pod of [runsAgain(ago(31)), runsAgain(ago(4), 0)]) {
      expect(await read(pod)).toMatchObject({ alarming: false, finding: 'checkout: 1/1 ready' })
    }
  })
})

describe('logs', () => {
  const log = (over: Partial<PodLog> = {}): PodLog => ({
    ...{ pod: 'checkout-7f9', lines: ['one', 'two'], looked: 2, problem: null, truncated: false },
    ...over,
  })
  const read = async (found: Logs, args: object = {}) =>
    await (logs as ReadOperation).read({ service: 'checkout', ...args }, at({ logs: async () => found }))

  it('say of how many pods they are, and of how many only the newest lines', async () => {
    const found = { pods: [log({ lines: [], looked: 812, truncated: true }), log()], others: 38 }
    const { finding, detail } = await read(found, { tail: 5_000, grep: 'payment' })
    expect(finding).toBe(
      'checkout: 2 lines with “payment” in the last 5000 lines of each of 2 of 40 pods, of 1 of them only the newest, for they are too long',
    )
    expect(detail).toContain('== checkout-7f9 (only its newest 812 lines were looked at)\n(nothing)')
  })

  it('show their end where there is no thread for all of them', async () => {
    const reading = await read({
      pods: [log({ lines: Array.from({ length: 500 }, (_, i) => `line ${i}`) })],
      others: 0,
    })
    const answer = answerRequest({ kind: 'read', reading, recorded: false }, {} as never)
    expect(answer).toMatchObject({ kind: 'text', text: expect.stringMatching(/```\n…\nline \d+\n.*line 499\n```$/s) })
  })

  it('keep the newest lines of each pod when all would be too much for a timeline', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `${i} ${'x'.repeat(120)}`)
    const { detail } = await read({ pods: [log({ lines, looked: 5_000 }), log({ lines })], others: 0 }, { tail: 5_000 })
    expect(detail.length).toBeLessThan(260 * 1024)
    expect(detail).toMatch(/^== checkout-7f9 \(the newest \d+ of 5000 lines\)\n/)
    expect(detail.match(/^4999 x/gm)).toHaveLength(2)
  })
})
