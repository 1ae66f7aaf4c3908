import { AppsV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readSteps } from '../../src/operations/runs/store.ts'
import { changesOf } from '../../src/operations/store.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import type { BotProcess } from '../process/bot-process.ts'
import { configOf, sceneWith } from '../process/scene.ts'
import { type ControlPlane, NO_CONTROL_PLANE, startControlPlane } from '../support/control-plane.ts'
import { fold, foldedChanges } from '../support/fold.ts'
import { deployment, makeNamespace } from '../support/kubernetes-namespace.ts'
import { EFFECT, startRelay } from '../support/relay.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { assertDoneTwice, assertNoResponse, assertObserved } from './effects.ts'
import { kubernetesWorld } from './kubernetes-world.ts'
import { isObservable, listed } from './subjects.ts'
import type { World } from './world.ts'

const controlPlane = await startControlPlane()
if (controlPlane) describe('on a real control plane', () => onCluster(controlPlane))
else describe.skip(`on a real control plane (${NO_CONTROL_PLANE})`, () => it('keeps the laws', () => {}))

/** Where each of the four changes is when its process is stopped; each has a deployment of that name. */
const POINTS = ['claimed', 'intended', 'unanswered', 'settling'] as const
/** What settles is not there yet when another process takes over. */
const SETTLES_AFTER_MS = 15_000

async function startCluster({ kubeconfig, bot }: ControlPlane) {
  const deployments = POINTS.map((name) =>
    deployment(name, 2, name === 'settling' ? { readyAfterMs: SETTLES_AFTER_MS } : {}),
  )
  const namespace = await makeNamespace(kubeconfig, deployments)
  const lines: string[] = []
  const kept: { line: RegExp; reached: () => void; released: Promise<void> }[] = []
  const relay = await startRelay(bot, async ({ line, perform }) => {
    lines.push(line)
    const answer = await perform()
    const keeps = kept.find((one) => one.line.test(line))
    keeps?.reached()
    await keeps?.released
    return answer
  })
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const apps = config.makeApiClient(AppsV1Api)
  return {
    namespace: namespace.name,
    kubeconfig: relay.kubeconfig,
    /** How often the bots asked for a change of this deployment. */
    effects: (name: string) =>
      lines.filter((line) => EFFECT.test(line) && line.includes(`/deployments/${name}`)).length,
    deployment: (name: string) => apps.readNamespacedDeployment({ name, namespace: namespace.name }),
    /** Keeps the answer to the next such request. */
    keep(line: RegExp) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      kept.push({ line, reached: reached.resolve, released: released.promise })
      return {
        reached: reached.promise,
        release() {
          kept.splice(0)
          released.resolve()
        },
      }
    },
    async close() {
      await relay.close()
      await namespace.remove()
    },
  }
}

function onCluster(controlPlane: ControlPlane) {
  afterAll(() => controlPlane.stop())

  async function world(): Promise<World> {
    const { kubeconfig, bot } = controlPlane
    const namespace = await makeNamespace(kubeconfig, [deployment('checkout', 3), deployment('payments', 2)])
    const { name, scale, recreate, remove } = namespace
    return await kubernetesWorld({ kubeconfig, bot, namespace: name, scale, recreate, close: remove })
  }

  describe.concurrent.each(listed({ kubernetes: world }))('$name', { timeout: 120_000 }, (subject) => {
    it(`done twice, does what “${subject.operation.effect}” says`, () => assertDoneTwice(subject))
    it('is observed as absent before and present after', () => assertObserved(subject))
    it('with its response lost, is recorded as what the cluster shows', async () =>
      assertNoResponse(subject, { step: 0, fault: 'the answer is lost', observable: await isObservable(subject) }))
  })

  /** Two processes; the first has four changes in its hands, each at another point, when it is stopped so. */
  async function stopped(stop: (bot: BotProcess) => Promise<void>, goOn: (bot: BotProcess) => Promise<void>) {
    const cluster = await startCluster(controlPlane)
    const scene = await sceneWith(Promise.resolve(cluster), {
      mode: 'http',
      config: configOf(cluster.namespace, [...POINTS]),
    })
    const { hostname, port } = new URL(scene.env.DATABASE_URL)
    const postgres = await startTcpProxy({ host: hostname, port: Number(port) })
    const through = new URL(scene.env.DATABASE_URL)
    through.port = String(postgres.port)
    const second = await scene.start()
    const first = await scene.start({ DATABASE_URL: through.href })

    const root = await scene.open('claimed')
    const cards = []
    for (const name of POINTS) cards.push(await scene.plan(root, `scale ${name} 4`))
    const read = cluster.keep(/^GET .*\/deployments\/claimed/)
    const patched = cluster.keep(/^PATCH (?!.*dryRun).*\/deployments\/unanswered/)
    const intended = postgres.holdCommit('"name":"intended"')
    // So that the first one has them all.
    second.freeze()
    await Promise.all(cards.map(scene.approve))
    await Promise.all([read.reached, patched.reached, intended.reached])
    const states = async () => (await changesOf(scene.db, 1)).map(({ state }) => state)
    const are = (wanted: string[]) =>
      vi.waitFor(async () => expect(await states()).toEqual(wanted), { timeout: 60_000, interval: 50 })
    await are(['claimed', 'intended', 'intended', 'applied'])
    await stop(first)
    for (const held of [read, patched, intended]) held.release()
    second.thaw()

    const ended = ['succeeded', 'failed', 'succeeded', 'succeeded']
    await are(ended)
    await goOn(first)

    const changes = await changesOf(scene.db, 1)
    expect(changes.map(({ state }) => state)).toEqual(ended)
    const entries = await readEntries(scene.db, 'INC-1')
    expect(fold(entries).changes).toEqual(foldedChanges(changes))
    expect(await verifyChain(scene.db, 'INC-1')).toMatchObject({
      ok: true,
    })
    for (const [n, name] of POINTS.entries()) {
      const [step] = await readSteps(scene.db, changes[n] as (typeof changes)[0])
      const { metadata, spec } = await cluster.deployment(name)
      const happened = step?.outcome === 'applied' ? 1 : 0
      expect(happened, name).toBe(name === 'intended' ? 0 : 1)
      expect(cluster.effects(name), `${name} was asked for once at most`).toBe(happened)
      expect(metadata?.generation, `${name} changed as often as is on record`).toBe(1 + happened)
      expect(spec?.replicas, name).toBe(happened === 1 ? 4 : 2)
    }
    await postgres.off()
    await scene.close()
    scene.slack.assertClean()
  }

  describe.concurrent('a process that has four changes in its hands', { timeout: 150_000 }, () => {
    it('is killed with -9: another takes over, nothing happens twice', async () => {
      await stopped(
        async (bot) => void (await bot.end('SIGKILL')),
        async () => {},
      )
    })

    it('is frozen past its lease: another takes over, and what it does when it wakes up counts for nothing', async () => {
      await stopped(
        async (bot) => bot.freeze(),
        async (bot) => {
          bot.thaw()
          const letGo = () => bot.log().filter(({ msg }) => /is not ours any more|left as it is/.test(msg))
          const all = () => expect(new Set(letGo().map(({ change }) => change)).size).toBe(POINTS.length)
          await vi.waitFor(all, { timeout: 30_000, interval: 50 })
        },
      )
    })
  })
}
