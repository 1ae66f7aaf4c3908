import { z } from 'zod'
import type { PodLog } from '../../src/adapters/kubernetes/port.ts'
import { defineRead } from '../../src/operations/operation.ts'
import { ServiceName, wholeNumber } from '../arguments.ts'

const DEFAULT_TAIL = 100

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
    const found = await port.logs(deployment, {
      tail,
      ...(grep !== undefined && { grep }),
      ...(since !== undefined && { sinceSeconds: since * 60 }),
      ...(previous && { previous: true }),
    })
    const count = found.reduce((sum, pod) => sum + pod.lines.length, 0)
    const silent = found.filter((pod) => pod.problem !== null)
    const where = `in the last ${tail} lines of each of ${found.length} pods`
    const what = grep === undefined ? `${count} lines` : `${count} lines with “${grep}”`
    return {
      finding: `${service}: ${what} ${where}${silent.length > 0 ? `; ${silent.length} pods gave no logs` : ''}`,
      alarming: silent.length > 0 || (grep !== undefined && count > 0),
      detail: found.map(section).join('\n\n'),
    }
  },
})

function section({ pod, lines, problem, truncated }: PodLog): string {
  if (problem !== null) return `== ${pod}: ${problem}`
  const body = lines.length === 0 ? '(nothing)' : lines.join('\n')
  return `== ${pod}${truncated ? ' (cut: the log is longer)' : ''}\n${body}`
}
