import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { type Playground, startPlayground } from '../../src/playground/playground.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'

const { lines: redactLines } = createRedactor({ emails: false, patterns: [], secrets: [] })

let playground: Playground
let folder: string
let port: KubernetesPort
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-logs-'))
  // The world stands still, so that the pods write nothing but this.
  const now = Date.now()
  playground = await startPlayground({ now: () => now })
  await playground.kubeconfig(join(folder, 'kubeconfig'))
  port = connectKubernetes({ kubeconfig: join(folder, 'kubeconfig'), namespace: 'microservices', redactLines })
  playground.world.catchUp()
  for (const pod of playground.world.deployments.get('payments')?.pods ?? []) {
    for (const text of ['login with ghp_0123456789abcdefghij', 'ABCDEFGHIJ012345 for the deploy user', 'done']) {
      pod.log.push({ at: now, text })
    }
  }
})
afterAll(async () => {
  await playground.close()
  await rm(folder, { recursive: true })
})

const linesOf = async (options: { tail: number; grep?: string }) =>
  (await port.logs('payments', options)).pods[0]?.lines

describe('a token split over two log lines', () => {
  it('is redacted before the lines are searched', async () => {
    expect(await linesOf({ tail: 3 })).toEqual(['login with [redacted: GitHub token]', ' for the deploy user', 'done'])
    expect(await linesOf({ tail: 3, grep: 'deploy user' })).toEqual([' for the deploy user'])
    expect(await linesOf({ tail: 3, grep: 'ABCDEFGHIJ' })).toEqual([])
  })

  it('is redacted before they are cut: also when only its second half was asked for', async () => {
    expect(await linesOf({ tail: 2 })).toEqual([' for the deploy user', 'done'])
  })
})
