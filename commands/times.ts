import { tz } from '@date-fns/tz'
import { isValid } from 'date-fns/isValid'
import { parse } from 'date-fns/parse'
import { subDays } from 'date-fns/subDays'
import { z } from 'zod'

/** `45m`, `1h`, `2d`: in milliseconds. */
export const Span = z
  .string()
  .toLowerCase()
  .regex(/^[1-9]\d{0,3} ?(m|min|h|d)$/, 'must be a time such as `45m`, `2h` or `1d`')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/[\d ]/g, '') as keyof typeof UNITS])

const UNITS = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** What a moment may look like; `inZone` makes a time of it. */
export const Moment = z
  .string()
  .trim()
  .regex(
    /^(\d{1,2}:\d{2}|\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}|[1-9]\d{0,3} ?(m|min|h|d)( ago)?|now|unknown)$/i,
    'must be a time in your own zone such as `10:05` or `2026-11-22 10:05`, or how long ago: `25m`',
  )

const FORMATS = ['H:mm', 'yyyy-MM-dd H:mm', "yyyy-MM-dd'T'H:mm"]

/**
 * A moment as somebody means it who lives in that zone: a time without a day is the last one that has been. Null for
 * `unknown`, and `undefined` for one that there isn't, such as 25:00.
 */
export function inZone(text: string, zone: string, now: Date): Date | null | undefined {
  const typed = text.trim().toLowerCase()
  if (typed === 'unknown') return null
  if (typed === 'now') return now
  const span = Span.safeParse(typed.replace(/ ago$/, ''))
  if (span.success) return new Date(now.getTime() - span.data)
  for (const format of FORMATS) {
    const time = parse(text.trim().toUpperCase(), format, now, { in: tz(zone) })
    if (!isValid(time)) continue
    const late = format === 'H:mm' && time.getTime() > now.getTime() + 60_000
    return new Date((late ? subDays(time, 1) : time).getTime())
  }
  return undefined
}
