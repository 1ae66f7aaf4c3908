import { TZDate, tzOffset } from '@date-fns/tz'
import { format } from 'date-fns/format'

const DAY_MS = 86_400_000
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
/** The days that were written last: a timeline has thousands of times, and few days. */
const days = new Map<number, string>()

/** `2026-10-25 00:59:30`. By hand: it is most of what a long export writes, and Date takes fifteen times as long. */
export function utc(date: Date): string {
  const ms = date.getTime()
  const day = Math.floor(ms / DAY_MS)
  const second = Math.floor((ms - day * DAY_MS) / 1000)
  const [h, min, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
  return `${dayOf(day)} ${TWO_DIGITS[h]}:${TWO_DIGITS[min]}:${TWO_DIGITS[s]}`
}

function dayOf(day: number): string {
  const known = days.get(day)
  if (known !== undefined) return known
  if (days.size > 1000) days.clear()
  const written = new Date(day * DAY_MS).toISOString().slice(0, 10)
  days.set(day, written)
  return written
}

/** Times in UTC and in the zone of whoever asked. */
export interface Clock {
  /** Its name; UTC, for one that this machine doesn't know: an export shall not fail for it. */
  zone: string
  /** `2026-10-25 01:59:30 +01:00`: with the offset, an hour that comes twice stays two hours. */
  local(date: Date): string
  /** The same beside its day in UTC: without the date, unless it is another day there. */
  localOn(date: Date, day: string): string
  /** `2026-10-25 00:59:30 UTC (01:59:30 +01:00)`: for a sentence. */
  stamp(date: Date): string
  /** `2026-10-25 00:30:00 to 01:30:00 UTC (01:30:00 +01:00 to 01:30:00 +00:00)`: of two times what differs. */
  span(from: Date, to: Date): string
}

export function createClock(asked: string): Clock {
  const zone = Number.isNaN(tzOffset(asked, new Date(0))) ? 'UTC' : asked
  const offsets = new Map<number, { ms: number; text: string }>()

  function offsetAt(ms: number) {
    const quarter = Math.floor(ms / QUARTER_MS)
    const known = offsets.get(quarter)
    if (known) return known
    const start = new Date(quarter * QUARTER_MS)
    const offset = { ms: tzOffset(zone, start) * 60_000, text: format(new TZDate(start.getTime(), zone), 'xxx') }
    offsets.set(quarter, offset)
    return offset
  }

  function local(date: Date): string {
    const { ms, text } = offsetAt(date.getTime())
    return `${utc(new Date(date.getTime() + ms))} ${text}`
  }

  function localOn(date: Date, day: string): string {
    const there = local(date)
    return there.startsWith(day) ? there.slice(day.length + 1) : there
  }

  function stamp(date: Date): string {
    const here = utc(date)
    return zone === 'UTC' ? `${here} UTC` : `${here} UTC (${localOn(date, here.slice(0, 10))})`
  }

  function span(from: Date, to: Date): string {
    const [start, end] = [utc(from), utc(to)]
    const day = start.slice(0, 10)
    const here = `${start} to ${end.startsWith(day) ? end.slice(day.length + 1) : end} UTC`
    if (zone === 'UTC') return here
    const isSame = offsetAt(from.getTime()).text === offsetAt(to.getTime()).text
    const began = isSame ? localOn(from, day).replace(/ [+-][\d:]+$/, '') : localOn(from, day)
    return `${here} (${began} to ${localOn(to, local(from).slice(0, 10))})`
  }

  return { zone, local, localOn, stamp, span }
}

/** Offsets change at the quarters of an hour, so one look at the zone's rules serves for all of a quarter. */
const QUARTER_MS = 900_000
