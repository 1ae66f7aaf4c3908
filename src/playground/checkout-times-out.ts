import type { SimDeployment } from './deployment.ts'
import { crash, type SimPod, say, start } from './pod.ts'
import { type Scenario, STEP_MS } from './world.ts'

/** With fewer ready replicas than this, checkout can't carry its load. */
const ENOUGH = 5
const UNRESPONSIVE_AFTER_MS = 45_000
const OUT_OF_MEMORY_AFTER_MS = 30_000
const BACK_OFF_MS = 20_000

/**
 * `checkout` has too few replicas for its load: its calls to payments time out, its second pod fails the liveness probe
 * again and again, its third runs out of memory in a crash loop. At five replicas the load fits: the looping pod
 * survives its next start, and when five are ready, nothing fails any more. `payments` and `catalog` are well.
 */
export function checkoutTimesOut(): Scenario {
  let saturatedSince: number | null = null
  return {
    deployments: [
      { name: 'checkout', image: 'registry.example/checkout:2.14.1', replicas: 3 },
      { name: 'payments', image: 'registry.example/payments:5.0.3', replicas: 2 },
      { name: 'catalog', image: 'registry.example/catalog:1.92.0', replicas: 2 },
    ],
    autoscalers: [{ name: 'catalog', deployment: 'catalog', min: 2, max: 6 }],
    begin({ name, replicas, pods }, at) {
      const [, second, third] = pods
      if (name !== 'checkout' || replicas >= ENOUGH) return
      if (second) crash(second, { reason: 'Error', exitCode: 2, at }, { readyAt: at })
      if (third) crash(third, { reason: 'OOMKilled', exitCode: 137, at }, 'back-off')
      for (const pod of pods) pod.restarts *= 4
    },
    step(deployment, at) {
      const { name, pods } = deployment
      if (name !== 'checkout') return answerAll(pods, at, [`INFO GET /${name} 200 12ms`, `INFO GET /healthz 200 1ms`])
      const ready = pods.filter((pod) => pod.ready).length
      saturatedSince = ready < ENOUGH ? (saturatedSince ?? at) : null
      answerAll(pods, at, saturatedSince === null ? WELL : SATURATED)
      const looping = pods.filter((pod) => pod.looping).length
      if (ready + looping >= ENOUGH) recover(deployment, at)
      else if (saturatedSince !== null) suffer(deployment, at, saturatedSince)
    },
  }
}

const WELL = ['INFO POST /checkout 200 84ms', 'INFO payment authorized in 61ms', 'INFO GET /healthz 200 1ms']
const SATURATED = [
  'ERROR payment authorization failed: Post "http://payments/authorize": context deadline exceeded',
  'WARN worker pool saturated: 64 of 64 busy, 212 waiting',
  'ERROR POST /checkout 504 30001ms: context deadline exceeded',
  'INFO POST /checkout 200 11840ms',
]

/** Each pod that takes requests writes one line a second. */
function answerAll(pods: SimPod[], at: number, lines: string[]): void {
  const second = Math.floor(at / 1000)
  if (Math.floor((at - STEP_MS) / 1000) === second) return
  for (const [nth, pod] of pods.entries()) {
    if (pod.ready) say(pod, at, lines[(second + nth) % lines.length] ?? '')
  }
}

function recover({ pods, podReadyMs }: SimDeployment, at: number): void {
  for (const pod of pods) if (pod.looping) start(pod, at, at + podReadyMs)
}

function suffer({ pods: [, second, third], podReadyMs }: SimDeployment, at: number, since: number): void {
  const load = (pod: SimPod) => at - Math.max(pod.startedAt, since)
  if (second?.ready && load(second) >= UNRESPONSIVE_AFTER_MS) {
    say(second, at, 'FATAL liveness probe failed: no answer within 10s, shutting down')
    crash(second, { reason: 'Error', exitCode: 2, at }, { readyAt: at + podReadyMs })
  }
  const killed = third?.looping
    ? at - (third.lastEnd?.at ?? 0) >= BACK_OFF_MS
    : third?.ready && load(third) >= OUT_OF_MEMORY_AFTER_MS
  if (!third || !killed) return
  if (third.looping) start(third, at, at + podReadyMs)
  say(third, at, 'ERROR payment authorization failed: retrying, 3120 requests held')
  say(third, at, 'WARN heap 508 MiB of 512 MiB')
  crash(third, { reason: 'OOMKilled', exitCode: 137, at }, 'back-off')
}
