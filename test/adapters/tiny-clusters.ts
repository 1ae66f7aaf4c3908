import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { KubernetesError, type KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import type { Call } from '../../src/adapters/kubernetes/told.ts'
import { startTinyServer } from '../support/tiny-server.ts'

/** What no error may show. */
export const TOKEN = 'a-token-that-nobody-may-see'

interface Connecting {
  token?: string
  timeoutMs?: number
  told?: (call: Call) => void
}

/** For a test file: a folder for kubeconfigs, and clusters that answer as a test says; both end with each test. */
export function tinyClusters() {
  let folder: string
  const closing: (() => Promise<void>)[] = []
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'firebreak-kubeconfig-'))
    closing.push(() => rm(folder, { recursive: true }))
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  return {
    file: (name: string) => path.join(folder, name),
    async connect(
      server: string,
      { token = TOKEN, timeoutMs = 10_000, told = () => {} }: Connecting = {},
    ): Promise<KubernetesPort> {
      const kubeconfig = path.join(folder, 'kubeconfig')
      const config = {
        'current-context': 'it',
        clusters: [{ name: 'it', cluster: { server, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'bot', user: { token } }],
        contexts: [{ name: 'it', context: { cluster: 'it', user: 'bot' } }],
      }
      await writeFile(kubeconfig, JSON.stringify(config))
      return connectKubernetes({ kubeconfig, namespace: 'microservices', timeoutMs, told })
    },
    async serve(listener: RequestListener) {
      const server = await startTinyServer(listener)
      closing.push(server.close)
      return server
    },
  }
}

/** What the call fails with; fails itself when that is no KubernetesError, or none at all. */
export async function failure(call: Promise<unknown>): Promise<KubernetesError> {
  const error = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof KubernetesError)) throw new Error(`expected a KubernetesError, got ${inspect(error)}`)
  return error
}
