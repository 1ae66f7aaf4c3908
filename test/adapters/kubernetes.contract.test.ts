import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectKubernetes } from '../../src/adapters/kubernetes/adapter.ts'
import { type Examined, examineKubernetes } from '../../src/adapters/kubernetes/examine.ts'
import type { KubernetesPort } from '../../src/adapters/kubernetes/port.ts'
import { RIGHTS } from '../../src/adapters/kubernetes/rights.ts'
import { startPlayground } from '../../src/playground/playground.ts'
import { type ControlPlane, NO_CONTROL_PLANE, startControlPlane } from '../support/control-plane.ts'
import { makeNamespace } from '../support/kubernetes-namespace.ts'

/**
 * Where the contract is run. In its namespace: `checkout`, 3 replicas, at least one of them in a crash loop for want of
 * memory, with `payment authorization failed` in the logs; `payments`, 2 replicas; `catalog`, 2 replicas and an
 * autoscaler from 2 to 6.
 */
interface Stage {
  /** Has exactly `RIGHTS`. */
  bot: KubernetesPort
  /** Has them too, but for patching. */
  viewer: KubernetesPort
  examine(account: 'bot' | 'viewer'): Promise<Examined>
  /** Somebody else scales. */
  scale(deployment: string, replicas: number): Promise<void>
  /** Somebody else deletes the deployment and creates it again under the same name. */
  recreate(deployment: string): Promise<void>
  close(): Promise<void>
}

async function onPlayground(): Promise<Stage> {
  const dir = await mkdtemp(path.join(tmpdir(), 'firebreak-playground-'))
  const playground = await startPlayground({ podReadyMs: 100 })
  const { namespace } = playground.world
  const kubeconfigs = { bot: path.join(dir, 'bot'), viewer: path.join(dir, 'viewer') }
  await playground.kubeconfig(kubeconfigs.bot, 'bot')
  await playground.kubeconfig(kubeconfigs.viewer, 'viewer')
  return {
    bot: connectKubernetes({ kubeconfig: kubeconfigs.bot, namespace }),
    viewer: connectKubernetes({ kubeconfig: kubeconfigs.viewer, namespace }),
    examine: (account) => examineKubernetes({ kubeconfig: kubeconfigs[account], namespace }),
    scale: async (name, replicas) => void playground.world.scale(name, replicas),
    recreate: async (name) => void playground.world.recreate(name),
    async close() {
      await playground.close()
      await rm(dir, { recursive: true })
    },
  }
}

async function onCluster(controlPlane: ControlPlane): Promise<Stage> {
  const namespace = await makeNamespace(controlPlane.kubeconfig)
  const kubeconfigs = { bot: controlPlane.bot, viewer: await controlPlane.as('viewer') }
  return {
    bot: connectKubernetes({ kubeconfig: kubeconfigs.bot, namespace: namespace.name }),
    viewer: connectKubernetes({ kubeconfig: kubeconfigs.viewer, namespace: namespace.name }),
    examine: (account) => examineKubernetes({ kubeconfig: kubeconfigs[account], namespace: namespace.name }),
    scale: namespace.scale,
    recreate: namespace.recreate,
    async close() {
      await namespace.remove()
      await controlPlane.stop()
    },
  }
}

describe('the Kubernetes port on the playground', () => keepsTheContract(onPlayground))

const controlPlane = await startControlPlane()
if (controlPlane)
  describe('the Kubernetes port on a control plane', () => keepsTheContract(() => onCluster(controlPlane)))
else describe.skip(`the Kubernetes port on a control plane (${NO_CONTROL_PLANE})`, () => it('keeps the contract'))

const AT = '2026-11-21T20:02:00Z'
const OTHER = '0b1e7a2c-8d7a-4d1e-9d0f-3c1d2b4a5f60'

/** A cluster that runs containers has to pull their image first. */
const SETTLED = { timeout: 120_000, interval: 200 }

function keepsTheContract(set: () => Promise<Stage>): void {
  let stage: Stage
  beforeAll(async () => {
    stage = await set()
  })
  afterAll(() => stage.close())

  it('tells what a deployment should be and what it is', { timeout: 130_000 }, async () => {
    await vi.waitFor(
      async () =>
        expect(await stage.bot.deployment('payments')).toEqual({
          name: 'payments',
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          replicas: 2,
          status: { observed: true, updated: 2, total: 2, ready: 2, available: 2 },
          stuck: null,
          paused: false,
          restartedAt: null,
          mayTakeAway: 0,
          images: [expect.stringMatching(/./)],
        }),
      SETTLED,
    )
  })

  it('says that a deployment is not there', async () => {
    await expect(stage.bot.deployment('chekout')).rejects.toMatchObject({
      code: 'not_found',
      message: `no deployment \`chekout\` in ${stage.bot.namespace}`,
    })
    await expect(stage.bot.pods('chekout')).rejects.toMatchObject({ code: 'not_found' })
    const chekout = { name: 'chekout', uid: '3f0c8d9e' }
    const none = { code: 'not_found', maybeApplied: false }
    await expect(stage.bot.scale(chekout, { from: 3, to: 5 })).rejects.toMatchObject(none)
    await expect(stage.bot.restart(chekout, AT)).rejects.toMatchObject(none)
  })

  it('sees the want of memory that a crash loop hides', { timeout: 130_000 }, async () => {
    await vi.waitFor(async () => {
      const { items, truncated } = await stage.bot.pods('checkout')
      expect(truncated).toBe(false)
      expect(items).toHaveLength(3)
      expect(items.find(({ trouble }) => trouble === 'CrashLoopBackOff')).toMatchObject({
        name: expect.stringMatching(/^checkout-/),
        phase: 'Running',
        ready: false,
        restarts: expect.toSatisfy((restarts: number) => restarts > 0),
        lastEnd: 'OOMKilled (exit 137)',
        node: expect.any(String),
        startedAt: expect.any(Date),
      })
    }, SETTLED)
  })

  it('finds nothing wrong with pods that are well', { timeout: 130_000 }, async () => {
    await vi.waitFor(async () => {
      const { items } = await stage.bot.pods('catalog')
      expect(items.map(({ ready, trouble, lastEnd }) => ({ ready, trouble, lastEnd }))).toEqual([
        { ready: true, trouble: null, lastEnd: null },
        { ready: true, trouble: null, lastEnd: null },
      ])
    }, SETTLED)
  })

  it('reads the last lines of each pod, those in trouble first', async () => {
    const { pods: logs, others } = await stage.bot.logs('checkout', { tail: 2 })
    expect([logs.length, others]).toEqual([3, 0])
    for (const { lines, problem, truncated } of logs) {
      expect({ problem, truncated }).toEqual({ problem: null, truncated: false })
      expect(lines).toHaveLength(2)
    }
    const { items } = await stage.bot.pods('checkout')
    expect(items.find(({ name }) => name === logs[0]?.pod)?.trouble).toBe('CrashLoopBackOff')
  })

  it('keeps the lines that contain a text, literally and in any case', async () => {
    const { pods: found } = await stage.bot.logs('checkout', { tail: 100, grep: 'PAYMENT authorization FAILED' })
    const lines = found.flatMap(({ lines }) => lines)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.every((line) => line.includes('payment authorization failed'))).toBe(true)
    const { pods: pattern } = await stage.bot.logs('checkout', { tail: 100, grep: 'payment.*failed' })
    expect(pattern.flatMap(({ lines }) => lines)).toEqual([])
  })

  it('names the autoscaler that would reset the replicas', async () => {
    expect(await stage.bot.autoscalers('catalog')).toEqual([{ name: 'catalog', min: 2, max: 6 }])
    expect(await stage.bot.autoscalers('checkout')).toEqual([])
  })

  it('changes nothing in a dry run, which checks everything', async () => {
    const before = await stage.bot.deployment('checkout')
    expect(await stage.bot.scale(before, { from: 3, to: 5 }, { dryRun: true })).toBe('applied')
    expect(await stage.bot.scale(before, { from: 4, to: 5 }, { dryRun: true })).toBe('conflict')
    expect(await stage.bot.restart(before, AT, { dryRun: true })).toBe('applied')
    expect(await stage.bot.restart({ ...before, uid: OTHER }, AT, { dryRun: true })).toBe('conflict')
    const { replicas, restartedAt } = await stage.bot.deployment('checkout')
    expect({ replicas, restartedAt }).toEqual({ replicas: 3, restartedAt: null })
  })

  it('has all pods replaced, and at the same time again none', { timeout: 130_000 }, async () => {
    const namesOf = async () => (await stage.bot.pods('payments')).items.map(({ name }) => name).sort()
    const replaced = (at: string) =>
      vi.waitFor(async () => {
        const { status, restartedAt, stuck } = await stage.bot.deployment('payments')
        expect({ restartedAt, stuck, ...status }).toMatchObject({
          ...{ restartedAt: at, stuck: null },
          ...{ observed: true, updated: 2, total: 2, ready: 2, available: 2 },
        })
        expect(await namesOf()).toHaveLength(2)
      }, SETTLED)
    const before = await stage.bot.deployment('payments')
    const old = await namesOf()
    expect(await stage.bot.restart(before, AT)).toBe('applied')
    await replaced(AT)
    const fresh = await namesOf()
    expect(fresh.filter((name) => old.includes(name))).toEqual([])

    expect(await stage.bot.restart(before, AT)).toBe('applied')
    expect((await stage.bot.deployment('payments')).status.observed).toBe(true)
    expect(await namesOf()).toEqual(fresh)

    // Once more, with its annotation there already.
    const later = '2026-11-21T20:05:00Z'
    expect(await stage.bot.restart(before, later)).toBe('applied')
    await replaced(later)
    expect((await namesOf()).filter((name) => fresh.includes(name))).toEqual([])
  })

  it('scales from 3 to 5', async () => {
    const before = await stage.bot.deployment('checkout')
    expect(await stage.bot.scale(before, { from: 3, to: 5 })).toBe('applied')
    await vi.waitFor(async () => {
      const { uid, replicas, status } = await stage.bot.deployment('checkout')
      expect({ uid, replicas, ...status }).toMatchObject({ uid: before.uid, replicas: 5, observed: true, total: 5 })
    }, SETTLED)
  })

  it('scales to nothing and back', async () => {
    const { uid } = await stage.bot.deployment('payments')
    const payments = { name: 'payments', uid }
    expect(await stage.bot.scale(payments, { from: 2, to: 0 })).toBe('applied')
    expect((await stage.bot.deployment('payments')).replicas).toBe(0)
    expect(await stage.bot.scale(payments, { from: 2, to: 3 })).toBe('conflict')
    expect(await stage.bot.scale(payments, { from: 0, to: 2 })).toBe('applied')
    expect(await stage.bot.scale(payments, { from: 0, to: 3 })).toBe('conflict')
    expect((await stage.bot.deployment('payments')).replicas).toBe(2)
  })

  it('changes nothing when the replicas have drifted', async () => {
    const planned = await stage.bot.deployment('payments')
    await stage.scale('payments', 4)
    expect(await stage.bot.scale(planned, { from: planned.replicas, to: 6 })).toBe('conflict')
    expect((await stage.bot.deployment('payments')).replicas).toBe(4)
  })

  it('changes nothing when another object has taken the name', async () => {
    const planned = await stage.bot.deployment('catalog')
    await stage.recreate('catalog')
    expect(await stage.bot.scale(planned, { from: planned.replicas, to: 5 })).toBe('conflict')
    expect(await stage.bot.restart(planned, AT)).toBe('conflict')
    const now = await stage.bot.deployment('catalog')
    expect([now.replicas, now.restartedAt]).toEqual([planned.replicas, null])
    expect(now.uid).not.toBe(planned.uid)
  })

  it('passes on what the cluster refuses', async () => {
    const checkout = await stage.bot.deployment('checkout')
    await expect(stage.bot.scale(checkout, { from: checkout.replicas, to: -1 })).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('must be greater than or equal to 0'),
      maybeApplied: false,
    })
  })

  it('needs no other rights than those it lists, and names those that are missing', async () => {
    expect(await stage.bot.missingRights(RIGHTS)).toEqual([])
    expect(await stage.viewer.missingRights(RIGHTS)).toEqual([
      { verb: 'patch', resource: 'apps/deployments/scale' },
      { verb: 'patch', resource: 'apps/deployments' },
    ])
  })

  it('is examined: where it is, its version, how many rights the bot has to have and which it lacks', async () => {
    const { server, ...examined } = await stage.examine('bot')
    expect(URL.canParse(server)).toBe(true)
    expect(examined).toEqual({ version: expect.stringMatching(/^v\d+\.\d+\./), rights: RIGHTS.length, missing: [] })
    expect((await stage.examine('viewer')).missing).toHaveLength(2)
  })

  it('says which right a refused call lacks', async () => {
    const payments = await stage.viewer.deployment('payments')
    await expect(stage.viewer.scale(payments, { from: payments.replicas, to: 5 })).rejects.toMatchObject({
      code: 'forbidden',
      message: `the bot's account may not patch deployments/scale in ${stage.viewer.namespace}`,
      maybeApplied: false,
    })
    await expect(stage.viewer.restart(payments, AT)).rejects.toMatchObject({
      code: 'forbidden',
      message: `the bot's account may not patch deployments in ${stage.viewer.namespace}`,
    })
  })
}
