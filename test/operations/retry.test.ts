import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { restart } from '../../commands/ops/restart.ts'
import { scale } from '../../commands/ops/scale.ts'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { type Playground, startPlayground } from '../../src/playground/playground.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

let folder: string
let playground: Playground
let proxy: TcpProxy
let port: KubernetesPort
let t: TestEngine
/** How often something was sent to be applied. */
let sent: number
/** What happens to the connection just before the first time, and whether the API server is there again the next. */
let mishap: () => Promise<void>
let comesBack: boolean

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-retry-'))
  playground = await startPlayground({ podReadyMs: 20 })
  const { hostname, port: behind } = new URL(playground.url)
  proxy = await startTcpProxy({ host: hostname, port: Number(behind) })
  const kubeconfig = join(folder, 'kubeconfig')
  await playground.kubeconfig(kubeconfig)
  await writeFile(kubeconfig, (await readFile(kubeconfig, 'utf8')).replace(behind, String(proxy.port)))
  port = connectKubernetes({ kubeconfig, namespace: 'microservices' })
  sent = 0
  comesBack = true
  t = await testEngine({ operations: [through(restart as ChangeOperation), through(scale as ChangeOperation)] })
  t.rules.targets = [{ name: 'lab', kind: 'kubernetes', environment: 'production', port }]
  const [dial] = Object.values(t.rules.services)
  if (dial) t.rules.services.payments = { ...dial, name: 'payments', on: [{ target: 'lab', deployment: 'payments' }] }
  for (const { operations } of t.rules.policy) operations.push('restart', 'scale')
  t.engine.worker.start()
})
afterEach(async () => {
  await t.close()
  await proxy.off().catch(() => {})
  await playground.close()
  await rm(folder, { recursive: true })
})

/** The operation, with a mishap before what it sends first. */
const through = (operation: ChangeOperation): ChangeOperation => ({
  ...operation,
  async apply(step, bound) {
    sent += 1
    if (sent === 1) await mishap()
    else if (comesBack) await proxy.on()
    return await operation.apply(step, bound)
  },
})

async function goAway(): Promise<void> {
  await proxy.off()
  // The connections that were kept are gone as well.
  await vi.waitFor(() => expect(port.deployment('payments')).rejects.toMatchObject({ transient: true }), 5_000)
}

async function approved(name: string, args: { service: string; replicas?: number }): Promise<number> {
  const planned = await t.engine.request({
    ...{ person: alice, cause: t.cause(), channel: 'C0INCIDENTS', incident: t.incident },
    operation: t.context.operations.find((operation) => operation.name === name) as ChangeOperation,
    args,
    line: `${name} ${Object.values(args).join(' ')}`,
  })
  if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned))
  expect(await t.vote(planned.change, bob)).toEqual({ kind: 'done' })
  return planned.change
}

const RESTART = ['restart', { service: 'payments' }] as const
const SCALE = ['scale', { service: 'payments', replicas: 3 }] as const
/** Every patch that changes something is a generation of the deployment. */
const generation = () => playground.world.deployments.get('payments')?.generation

describe.each([RESTART, SCALE])('%s', (name, args) => {
  it('is sent again when an API server refused the connection, and is applied once, with one intent', async () => {
    mishap = goAway
    const id = await approved(name, args)
    const change = await t.until(id, 'succeeded')
    expect(sent).toBe(2)
    expect(generation()).toBe(2)
    expect(await readSteps(t.db, change)).toMatchObject([{ step: 0, outcome: 'applied' }])
    expect((await t.story()).filter((entry) => entry === 'claimed → intended')).toHaveLength(1)
  })

  it('fails, and is not applied, when the API server stays away', async () => {
    mishap = goAway
    comesBack = false
    expect((await t.until(await approved(name, args), 'failed')).detail).toContain("can't be reached (ECONNREFUSED)")
    expect(sent).toBe(3)
    expect(generation()).toBe(1)
  })

  it('is looked for, and not sent again, when the answer was lost', async () => {
    mishap = async () => proxy.loseAnswerTo('PATCH')
    await t.until(await approved(name, args), 'succeeded')
    expect(sent).toBe(1)
    expect(generation()).toBe(2)
  })
})
