import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { type Playground, startPlayground } from '../../src/playground/playground.ts'

export const API = '/apis/apps/v1/namespaces/microservices/deployments'

interface Json {
  message?: string
  reason?: string
  items?: object[]
}
export const json = async (response: Response) => (await response.json()) as Json

/** For a test file: a playground anew for each test, its clock in the test's hand, and the real adapter on it. */
export function playgroundScene() {
  let folder: string
  let clock: number
  let playground: Playground
  let port: KubernetesPort

  async function start(options: Parameters<typeof startPlayground>[0] = {}): Promise<void> {
    playground = await startPlayground({ podReadyMs: 1500, now: () => clock, ...options })
    await playground.kubeconfig(path.join(folder, 'kubeconfig'))
    port = connectKubernetes({ kubeconfig: path.join(folder, 'kubeconfig'), namespace: 'microservices' })
  }
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'firebreak-playground-'))
    clock = Date.parse('2026-03-01T03:00:00Z')
    await start()
  })
  afterEach(async () => {
    await playground.close()
    await rm(folder, { recursive: true })
  })

  const token = async () => JSON.parse(await readFile(path.join(folder, 'kubeconfig'), 'utf8')).users[0].user.token
  return {
    start,
    token,
    get playground() {
      return playground
    },
    get port() {
      return port
    },
    kubeconfig: () => path.join(folder, 'kubeconfig'),
    now: () => new Date(clock).toISOString(),
    pass: (ms: number) => {
      clock += ms
    },
    logOf: async (deployment: string, tail: number) =>
      (await port.logs(deployment, { tail })).pods.flatMap(({ lines }) => lines).join('\n'),
    readyOf: async (deployment: string) => {
      const { replicas, status } = await port.deployment(deployment)
      return `${status.ready}/${replicas}`
    },
    scaleTo: async (to: number) => {
      const checkout = await port.deployment('checkout')
      expect(await port.scale(checkout, { from: checkout.replicas, to })).toBe('applied')
    },
    call: async (url: string, init: RequestInit = {}) => {
      const authorization = `Bearer ${await token()}`
      return fetch(playground.url + url, { ...init, headers: { authorization, ...init.headers } })
    },
  }
}
