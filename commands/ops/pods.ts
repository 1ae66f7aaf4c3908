import { z } from 'zod'
import type { Pod } from '../../src/adapters/kubernetes/port.ts'
import { defineRead } from '../../src/operations/operation.ts'
import { ServiceName } from '../arguments.ts'

export const pods = defineRead({
  name: 'pods',
  version: 1,
  usage: '<service>',
  summary: 'Show how a service’s pods are',
  examples: ['pods checkout'],
  positionals: ['service'],
  flags: [],
  args: z.strictObject({ service: ServiceName }),
  on: 'kubernetes',

  async read({ service }, { port, deployment }) {
    const [{ replicas, status }, { items, truncated }] = await Promise.all([
      port.deployment(deployment),
      port.pods(deployment),
    ])
    const troubled = items.filter((pod) => pod.trouble !== null || failedLately(pod))
    const count = replicas === 0 ? 'scaled to 0, it serves nobody' : `${status.ready}/${replicas} ready`
    return {
      finding:
        troubled.length === 0 ? `${service}: ${count}` : `${service}: ${count}. ${troubled.map(sentence).join('; ')}`,
      alarming: troubled.length > 0 || status.ready < replicas || replicas === 0,
      detail: table(items) + (truncated ? `\n(the first ${items.length} pods; there are more)` : ''),
    }
  },
})

/** Between two kills a container runs, and its pod is ready: a loop is to be named then too. */
const LATELY_MS = 30 * 60_000
const failedLately = ({ lastFailureAt }: Pod): boolean =>
  lastFailureAt !== null && Date.now() - lastFailureAt.getTime() < LATELY_MS

function sentence({ name, trouble, lastEnd, lastFailureAt, restarts }: Pod): string {
  if (trouble !== null) return `${name} is ${trouble}${lastEnd ? ` (last end: ${lastEnd})` : ''}, ${restarts} restarts`
  const minutes = Math.round((Date.now() - (lastFailureAt?.getTime() ?? 0)) / 60_000)
  return `${name} runs again, ${minutes < 1 ? 'less than a minute' : `${minutes} min`} after ${lastEnd}, ${restarts} restarts`
}

/** Narrow enough for a phone: what matters stands first. */
function table(pods: Pod[]): string {
  const rows = pods.map((pod) => [
    pod.name,
    pod.ready ? 'yes' : 'no',
    String(pod.restarts),
    `${pod.trouble ?? pod.phase}${pod.lastEnd ? `, last end ${pod.lastEnd}` : ''}`,
  ])
  const all = [['POD', 'READY', 'RESTARTS', 'STATUS'], ...rows]
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0))
  const widths = [width(0), width(1), width(2), 0]
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
