import { badRequest } from './answer.ts'
import type { SimPod } from './pod.ts'

/** What `pods/log` answers: `container`, `previous`, `sinceSeconds`, `tailLines` and `limitBytes`, like the real one. */
export function readLog(pod: SimPod, query: URLSearchParams, at: number): string {
  const container = query.get('container') ?? 'app'
  if (container !== 'app') throw badRequest(`container ${container} is not valid for pod ${pod.name}`)
  const previous = query.get('previous') === 'true'
  if (previous && !pod.lastEnd) {
    throw badRequest(`previous terminated container "app" in pod "${pod.name}" not found`)
  }
  const since = at - number(query, 'sinceSeconds', Number.POSITIVE_INFINITY) * 1000
  const lines = logOf(pod, previous).filter((line) => line.at >= since)
  const tail = number(query, 'tailLines', lines.length)
  const text = lines.slice(lines.length - Math.min(tail, lines.length)).map((line) => `${line.text}\n`)
  return Buffer.from(text.join(''))
    .subarray(0, number(query, 'limitBytes', Number.POSITIVE_INFINITY))
    .toString()
}

/** In a crash loop the last container is still the present one: `previous` is then the one before, or it again. */
function logOf({ log, previousLog }: SimPod, previous: boolean) {
  return previous && previousLog.length > 0 ? previousLog : log
}

function number(query: URLSearchParams, key: string, otherwise: number): number {
  const text = query.get(key)
  if (text === null) return otherwise
  if (!/^\d+$/.test(text)) throw badRequest(`${key}: invalid value ${JSON.stringify(text)}: must be a number from 0`)
  return Number(text)
}
