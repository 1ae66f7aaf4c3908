import type { V1Pod } from '@kubernetes/client-node'
import type { Cluster } from './cluster.ts'
import { checkedName } from './names.ts'
import { describePod, listPods } from './pods.ts'
import { KubernetesError, LOG_POD_LIMIT, type LogOptions, type PodLog } from './port.ts'

const CONCURRENT_READS = 4
const BYTES_PER_POD = 256 * 1024

/** The logs of the deployment's pods, those in trouble first, because these are the ones that people look for. */
export async function readLogs(cluster: Cluster, deployment: string, options: LogOptions): Promise<PodLog[]> {
  const { items } = await listPods(cluster, deployment)
  const pods = items.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b))).slice(0, LOG_POD_LIMIT)
  const logs: PodLog[] = []
  const queue = pods.entries() // shared: each reader takes the next pod
  const reader = async () => {
    for (const [index, pod] of queue) logs[index] = await readLog(cluster, pod, options)
  }
  await Promise.all(Array.from({ length: CONCURRENT_READS }, reader))
  return logs
}

async function readLog(cluster: Cluster, pod: V1Pod, options: LogOptions): Promise<PodLog> {
  const name = checkedName('pod', pod.metadata?.name ?? '')
  try {
    const text = await cluster.call({ verb: 'get', resource: 'pods/log', object: { kind: 'pod', name } }, (request) =>
      cluster.core.readNamespacedPodLog(
        {
          name,
          namespace: cluster.namespace,
          container: mainContainer(pod),
          tailLines: options.tail,
          limitBytes: BYTES_PER_POD,
          previous: options.previous ?? false,
          ...(options.sinceSeconds !== undefined && { sinceSeconds: options.sinceSeconds }),
        },
        request,
      ),
    )
    return {
      pod: name,
      lines: grep(text, options.grep),
      problem: null,
      truncated: Buffer.byteLength(text) >= BYTES_PER_POD,
    }
  } catch (error) {
    // A pod that has no log yet, or is gone, must not hide the others; a right that is missing hides them all.
    if (!(error instanceof KubernetesError) || error.code === 'forbidden' || error.code === 'unauthorized') throw error
    return { pod: name, lines: [], problem: error.message, truncated: false }
  }
}

/** A pod with sidecars has to be asked for one container; this is kubectl's choice. */
const mainContainer = ({ metadata, spec }: V1Pod) =>
  metadata?.annotations?.['kubectl.kubernetes.io/default-container'] ?? spec?.containers[0]?.name ?? ''

function grep(text: string, wanted = ''): string[] {
  if (text === '') return []
  const lines = text.replace(/\n$/, '').split('\n')
  return lines.filter((line) => line.toLowerCase().includes(wanted.toLowerCase()))
}

const isWell = (pod: V1Pod) => describePod(pod).trouble === null
