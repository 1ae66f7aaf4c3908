import { subscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { scale } from '../commands/ops/scale.ts'
import { connectKubernetes } from '../src/adapters/kubernetes/adapter.ts'
import type { Bound, ChangeOperation } from '../src/operations/operation.ts'
import { drift } from '../src/operations/plan.ts'
import { startPlayground } from '../src/playground/playground.ts'
import type { Scenario, World } from '../src/playground/world.ts'
import { createRandom } from '../test/chaos/random.ts'
import { startBot } from './bot.ts'
import { tenReplicas } from './contention.ts'
import { median, percentile } from './load.ts'

/**
 * The engine's figures of bench/RESULTS.md: how long the program itself takes for a governed operation, how long an approval
 * waits for its effect while twenty operations run, how long an undo takes, and how many plans an autoscaler makes stale.
 */
const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 60)
const RUNNING = 20
const ROOM = 'C0INCIDENTS'

const names = (count: number) => Array.from({ length: count }, (_, i) => `service-${i}`)
const quiet = (deployments: string[]): Scenario => ({
  deployments: deployments.map((name) => ({ name, image: `${name}:1`, replicas: 3 })),
  ...{ autoscalers: [], begin: () => {}, step: () => {} },
})

await ownShare()
await whileTwentyRun()
await staleByAutoscaler()
await contention()
process.exit(0)

/** A bot whose production answers at once; what it is asked and when is kept. */
async function start(podReadyMs: number, services: string[]) {
  const production = await startPlayground({ podReadyMs, scenario: quiet(services) })
  const calls = callsTo(production.url)
  const bot = await startBot({ production, services })
  await bot.slack.command({ user: 'U0ALICE', channel: ROOM, command: '/incident', text: 'open P1 "Bench"' })
  const root = await bot.slack.until(() => bot.slack.messages(ROOM)[0])
  let count = 0
  return {
    ...{ bot, calls, production },
    /** Asks for a change; resolves to its card. */
    async plan(service: string, replicas: number) {
      count += 1
      const name = `*OP-${count}*`
      const text = `scale ${service} ${replicas} --incident INC-1`
      await bot.slack.command({ user: 'U0ALICE', channel: ROOM, command: '/ops', text })
      return await card(name, /change\.approve/)
    },
    card,
    /** When the change came to be in that state, by the database's clock, which is this machine's. */
    async ended(message: { text: string }, state: string): Promise<number> {
      const id = Number(/OP-(\d+)/.exec(message.text)?.[1])
      for (;;) {
        const row = await bot.db
          .selectFrom('changes')
          .select(['state', 'finished_at'])
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (row.state === state && row.finished_at) return row.finished_at.getTime()
        await sleep(5)
      }
    },
    click: (user: string, message: { ts: string }, actionId: string) =>
      bot.slack.click({ user, message: { channel: ROOM, ts: message.ts }, actionId }),
    /** The card that an undo makes. */
    undone: () => {
      count += 1
      return `*OP-${count}*`
    },
  }

  function card(name: string, shows: RegExp) {
    const is = (text: string, whole: unknown) => text.includes(name) && shows.test(JSON.stringify(whole))
    return bot.slack.until(() => bot.slack.thread(ROOM, root.ts).find((m) => is(m.text, m)), 30_000)
  }
}

interface Call {
  method: string
  url: string
  from: number
  to: number
}

/** What a server in this process is asked from now on, and for how long it had the word; ms since 1970. */
function callsTo(server: string): Call[] {
  const calls: Call[] = []
  const begun = new WeakMap<IncomingMessage, number>()
  subscribe('http.server.request.start', (message) => {
    begun.set((message as { request: IncomingMessage }).request, Date.now())
  })
  subscribe('http.server.response.finish', (message) => {
    const { request } = message as { request: IncomingMessage }
    const { method = '', url = '', headers } = request
    const from = begun.get(request)
    if (from && server.endsWith(headers.host ?? '?')) calls.push({ method, url, from, to: Date.now() })
  })
  return calls
}

/** From the tap on Approve to the entry that says succeeded, without the time in which the cluster had the word. */
async function ownShare() {
  const { bot, calls, production, plan, click, ended: endOf } = await start(0, ['checkout'])
  const times: number[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const shown = await plan('checkout', i % 2 === 0 ? 5 : 3)
    const started = Date.now()
    await click('U0BOB', shown, 'change.approve')
    const settling = settled(production.world, 'checkout', i % 2 === 0 ? 5 : 3)
    const ended = await endOf(shown, 'succeeded')
    const spans = calls.filter(({ from, to }) => from >= started && to <= ended)
    const changed = spans.find(({ method, url }) => method === 'PATCH' && !url.includes('dryRun'))
    const cluster = [...spans, { from: changed?.to ?? ended, to: Math.min(ended, await settling) }]
    times.push(ended - started - union(cluster))
  }
  await bot.stop()
  report('Approve → verified, the program’s own share', times, 50)
}

/** Twenty changes are being watched (their pods never get ready), and others are approved and undone. */
async function whileTwentyRun() {
  const services = names(RUNNING + 1)
  const { bot, calls, production, plan, click, card, ended, undone } = await start(3_600_000, services)
  Object.assign(production.world.deployments.get('service-0') ?? {}, { podReadyMs: 0 })
  const effect = async (service: string, since: number) => {
    const is = ({ method, url, to }: (typeof calls)[0]) =>
      method === 'PATCH' && !url.includes('dryRun') && url.includes(`/${service}/`) && to >= since
    for (;;) {
      const found = calls.find(is)
      if (found) return found.to
      await sleep(1)
    }
  }
  for (const service of services.slice(1)) await click('U0BOB', await plan(service, 5), 'change.approve')
  const [approved, undo]: [number[], number[]] = [[], []]
  for (let i = 0; i < SAMPLES; i++) {
    const shown = await plan('service-0', 2) // fewer pods settle at once
    let since = Date.now()
    await click('U0BOB', shown, 'change.approve')
    approved.push((await effect('service-0', since)) - since)
    await ended(shown, 'succeeded')
    const done = await card(/\*OP-\d+\*/.exec(shown.text)?.[0] as string, /change\.undo/)
    since = Date.now()
    await click('U0ALICE', done, 'change.undo')
    const back = undone()
    undo.push((await effect('service-0', since)) - since)
    await ended({ text: back }, 'succeeded')
  }
  await bot.stop()
  report(`Approve → effect, while ${RUNNING} operations run`, approved, 99)
  report('Undo tapped → effect, meanwhile', undo, 95)
}

/**
 * Plans that wait for their approval while an autoscaler follows a load that wanders: every 15 s one replica more, one less,
 * or none, within 2 and 10. Approvals take 5 s to 5 min, half of them under 40 s. Time is simulated, plan and drift are not.
 */
async function staleByAutoscaler() {
  const random = createRandom(7)
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
  const scenario = { ...quiet(['checkout']), autoscalers: [{ name: 'hpa', deployment: 'checkout', min: 2, max: 10 }] }
  const playground = await startPlayground({ podReadyMs: 0, scenario })
  await playground.kubeconfig(join(folder, 'kubeconfig'))
  const port = connectKubernetes({ kubeconfig: join(folder, 'kubeconfig'), namespace: 'microservices' })
  const place = {
    service: 'checkout',
    target: 'prod',
    environment: 'production',
    deployment: 'checkout',
    healthy: null,
  }
  const bound: Bound = { ...place, port }
  const operation = scale as unknown as ChangeOperation
  let [stale, planned] = [0, 0]
  while (planned < 500) {
    const from = random.between(2, 10)
    playground.world.scale('checkout', from)
    const to = random.chance(0.7) ? random.between(from + 1, 14) : random.between(2, Math.max(2, from - 1))
    if (to === from) continue
    planned += 1
    const args = { service: 'checkout', replicas: to }
    const draft = await operation.plan(args, bound, new Date())
    const waited = Math.min(300, 5 + 35 * Math.exp(2 * (random.between(0, 1000) / 1000 - 0.5)) - 20)
    let now = from
    for (let at = 15; at <= waited; at += 15) now = Math.min(10, Math.max(2, now + random.between(-1, 1)))
    playground.world.scale('checkout', now)
    const fresh = await operation.plan(args, bound, new Date()).catch(() => null)
    if (!fresh || drift(draft.steps, fresh.steps)) stale += 1
  }
  await playground.close()
  await rm(folder, { recursive: true, force: true })
  console.log(`plans made stale by an autoscaler  ${stale} of ${planned}  ${((100 * stale) / planned).toFixed(1)} %`)
}

async function contention() {
  const { winners, told } = await tenReplicas()
  report(`told whom it waits for, ten replicas and ten changes of one object`, told, 100)
  console.log(`changes that were applied first, round by round  ${winners.join(' ')}`)
}

/** When the deployment runs so many replicas, all of them ready. */
async function settled(world: World, name: string, replicas: number): Promise<number> {
  for (;;) {
    world.catchUp()
    const { pods } = world.deployments.get(name) ?? { pods: [] }
    if (pods.length === replicas && pods.every(({ ready }) => ready)) return Date.now()
    await sleep(2)
  }
}

/** How long at least one of these spans lasted, in ms. */
function union(spans: { from: number; to: number }[]): number {
  let [total, end] = [0, 0]
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return total
}

function report(name: string, times: number[], p: number) {
  const high = p === 50 ? '' : `  p${p} ${percentile(times, p).toFixed(0)} ms`
  console.log(`${name}  median ${median(times).toFixed(0)} ms${high}  (${times.length})`)
}
