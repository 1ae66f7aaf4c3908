import { z } from 'zod'
import type { PodLog } from '../../src/adapters/kubernetes/port.ts'
import { defineRead } from '../../src/operations/operation.ts'
import { ServiceName, wholeNumber } from '../arguments.ts'

const DEFAULT_TAIL = 100
/** What is kept of one look, in characters: timelines hold many of them, and are exported whole. */
const DETAIL_LIMIT = 256 * 1024

export const logs = defineRead({
  name: 'logs',
  version: 1,
  usage: '<service> [--tail lines] [--grep text] [--since minutes] [--previous yes]',
  summary: 'Show the last log lines of a service’s pods, those with a text in them',
  examples: ['logs checkout', 'logs checkout --tail 100 --grep payment'],
  positionals: ['service'],
  flags: ['tail', 'grep', 'since', 'previous'],
  args: z.strictObject({
    service: ServiceName,
    tail: wholeNumber(1, 5_000).optional(),
    grep: z.string().max(200, 'must be at most 200 characters').optional(),
    since: wholeNumber(1, 1_440).optional(),
    previous: z.literal('yes', 'must be `yes`, or left out').optional(),
  }),
  on: 'kubernetes',

  async read({ service, tail = DEFAULT_TAIL, grep, since, previous }, { port, deployment }) {
    const { pods: found, others } = await port.logs(deployment, {
      tail,
      ...(grep !== undefined && { grep }),
      ...(since !== undefined && { sinceSeconds: since * 60 }),
      ...(previous && { previous: true }),
    })
    const count = found.reduce((sum, pod) => sum + pod.lines.length, 0)
    const silent = found.filter((pod) => pod.problem !== null)
    const cut = found.filter((pod) => pod.truncated).length
    const pods = others > 0 ? `${found.length} of ${found.length + others} pods` : `${found.length} pods`
    const when = since === undefined ? '' : ` of the last ${since} min`
    const where = `in the last ${tail} lines${when} of each of ${pods}`
    const rest = [
      cut > 0 ? `, of ${cut} of them only the newest, for they are too long` : '',
      silent.length > 0 ? `; ${silent.length} pods gave no logs` : '',
    ]
    const what = grep === undefined ? `${count} lines` : `${count} lines with “${grep}”`
    return {
      finding: `${service}: ${what} ${where}${rest.join('')}`,
      // Lines with a text in them may be good news, and a container that never restarted has no log before it.
      alarming: silent.length > 0 && !previous,
      detail: found.map((pod) => section(pod, Math.floor(DETAIL_LIMIT / found.length))).join('\n\n'),
    }
  },
})

function section({ pod, lines, looked, problem, truncated }: PodLog, limit: number): string {
  if (problem !== null) return `== ${pod}: ${problem}`
  const kept = newest(lines, limit)
  const notes = [
    truncated ? ` (only its newest ${looked} lines were looked at)` : '',
    kept.length < lines.length ? ` (the newest ${kept.length} of ${lines.length} lines)` : '',
  ]
  return `== ${pod}${notes.join('')}\n${kept.length === 0 ? '(nothing)' : kept.join('\n')}`
}

/** As many of the last lines as fit, whole. */
function newest(lines: string[], limit: number): string[] {
  const text = lines.join('\n')
  return text.length <= limit ? lines : text.slice(-limit).split('\n').slice(1)
}
