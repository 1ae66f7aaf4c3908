import type { V1Pod } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { checkedName } from './names.ts'
import { describePod, listPods } from './pods.ts'
import { KubernetesError, LOG_BYTES, LOG_POD_LIMIT, type LogOptions, type Logs, type PodLog } from './port.ts'

const CONCURRENT_READS = 4
/** Lines before those that were asked for: the newest ones may begin in the middle of a key. */
const MARGIN = 60

type Redact = (lines: string[]) => string[]

/** The logs of the deployment's pods, those in trouble first, because these are the ones that people look for. */
export async function readLogs(
  cluster: Cluster,
  deployment: string,
  options: LogOptions,
  redact: Redact,
): Promise<Logs> {
  const { items } = await listPods(cluster, deployment)
  const pods = items.toSorted((a, b) => wellness(a) - wellness(b)).slice(0, LOG_POD_LIMIT)
  const logs: PodLog[] = []
  const queue = pods.entries() // shared: each reader takes the next pod
  const reader = async () => {
    for (const [index, pod] of queue) logs[index] = await readLog(cluster, pod, options, redact)
  }
  await Promise.all(Array.from({ length: CONCURRENT_READS }, reader))
  return { pods: logs, others: items.length - pods.length }
}

async function readLog(cluster: Cluster, pod: V1Pod, options: LogOptions, redact: Redact): Promise<PodLog> {
  const name = checkedName('pod', pod.metadata?.name ?? '')
  try {
    const { lines: newest, truncated } = await readNewest(cluster, pod, name, options)
    const lines = redact(newest).slice(-options.tail)
    return { pod: name, lines: grep(lines, options.grep), looked: lines.length, problem: null, truncated }
  } catch (error) {
    // A pod that has no log yet, or is gone, must not hide the others; a right that is missing hides them all.
    if (!(error instanceof KubernetesError) || error.code === 'forbidden' || error.code === 'unauthorized') throw error
    return { pod: name, lines: [], looked: 0, problem: error.message, truncated: false }
  }
}

/** `limitBytes` cuts the end off, which is what people look for: then fewer lines are asked for, until they fit. */
async function readNewest(cluster: Cluster, pod: V1Pod, name: string, { tail, previous, sinceSeconds }: LogOptions) {
  for (let tailLines = tail + MARGIN; ; ) {
    const text = await cluster.call({ verb: 'get', resource: 'pods/log', object: { kind: 'pod', name } }, (request) =>
      cluster.core.readNamespacedPodLog(
        {
          name,
          namespace: cluster.namespace,
          container: mainContainer(pod),
          tailLines,
          limitBytes: LOG_BYTES,
          previous: previous ?? false,
          ...(sinceSeconds !== undefined && { sinceSeconds }),
        },
        request,
      ),
    )
    const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
    const cut = Buffer.byteLength(text) >= LOG_BYTES
    if (!cut || tailLines === 1) return { lines, truncated: cut || tailLines < tail }
    tailLines = Math.max(1, Math.floor(Math.min(lines.length, tailLines) * 0.8))
  }
}

/** A pod with sidecars has to be asked for one container; this is kubectl's choice. */
const mainContainer = ({ metadata, spec }: V1Pod) =>
  metadata?.annotations?.['kubectl.kubernetes.io/default-container'] ?? spec?.containers[0]?.name ?? ''

const grep = (lines: string[], wanted = ''): string[] =>
  lines.filter((line) => line.toLowerCase().includes(wanted.toLowerCase()))

/** 0 in trouble, 1 up again after a failure, 2 well. */
function wellness(pod: V1Pod): number {
  const { trouble, lastFailureAt } = describePod(pod)
  if (trouble !== null) return 0
  return lastFailureAt === null ? 2 : 1
}
