import { TZDate, tzOffset } from '@date-fns/tz'
import { format } from 'date-fns/format'
import type { Incident } from '../incidents/incident.ts'

/** `2026-10-25 00:59:30`. */
export const utc = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ')

/** `2026-10-25 01:59:30 +01:00`: with the offset, an hour that comes twice stays two hours. */
export const inZone = (date: Date, zone: string): string =>
  format(new TZDate(date.getTime(), zone), 'yyyy-MM-dd HH:mm:ss xxx')

/** The zone, or UTC for one that this machine doesn't know: an export shall not fail for it. */
export const knownZone = (zone: string): string => (Number.isNaN(tzOffset(zone, new Date(0))) ? 'UTC' : zone)

export interface Interval {
  name: 'TTD' | 'TTA' | 'TTM' | 'TTR'
  /** From when to when: `declared → resolved`. */
  span: string
  ms: number
}

/** What took how long, as far as both its times are known. What people felt counts from the impact, when that is known. */
export function intervalsOf(incident: Incident): Interval[] {
  const { impactStartedAt, detectedAt, declaredAt, acknowledgedAt, mitigatedAt, resolvedAt } = incident
  const [start, since] = impactStartedAt ? [impactStartedAt, 'impact'] : [declaredAt, 'declared']
  const candidates = [
    ['TTD', 'impact → detected', impactStartedAt, detectedAt],
    ['TTA', 'declared → acknowledged', declaredAt, acknowledgedAt],
    ['TTM', `${since} → mitigated`, start, mitigatedAt],
    ['TTR', `${since} → resolved`, start, resolvedAt],
  ] as const
  return candidates.flatMap(([name, span, from, to]) =>
    from && to ? [{ name, span, ms: to.getTime() - from.getTime() }] : [],
  )
}
