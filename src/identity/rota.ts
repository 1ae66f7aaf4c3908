import { tzOffset } from '@date-fns/tz'

/** Whose turn it is follows from the calendar alone: nobody has to be asked. */
export interface Rota {
  /** IANA; `starts` and the overrides are local times in it: `2026-11-02 09:00`. */
  zone: string
  /** User ids, in the order of their turns. */
  people: string[]
  starts: string
  everyMs: number
  overrides: { person: string; from: string; until: string }[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Who is on call at this time, then who is next in turn, everybody once. Before its start the first one is. */
export function onCall(rota: Rota, at: Date): string[] {
  const { people, overrides, zone } = rota
  const turn = turnAt(rota, at) % people.length
  const inTurn = [...people.slice(turn), ...people.slice(0, turn)]
  const standIns = overrides.filter(({ from, until }) => instant(from, zone) <= at && at < instant(until, zone))
  return [...new Set([...standIns.map(({ person }) => person).reverse(), ...inTurn])]
}

/** When somebody else will be on call than at this time, and who; null when nobody ever will. */
export function nextChange(rota: Rota, at: Date): { at: Date; person: string } | null {
  const { people, overrides, zone } = rota
  const [now] = onCall(rota, at)
  const edges = overrides.flatMap(({ from, until }) => [instant(from, zone), instant(until, zone)])
  // Between two edges nothing but turns changes hands, and within one round everybody had theirs.
  const times = [at, ...edges.filter((edge) => edge > at)].flatMap((from) => {
    const turn = turnAt(rota, from)
    return [from, ...people.map((_, i) => handover(rota, turn + 1 + i))]
  })
  const next = times.sort((a, b) => a.getTime() - b.getTime()).find((time) => onCall(rota, time)[0] !== now)
  return next ? { at: next, person: onCall(rota, next)[0] as string } : null
}

/** How many turns have begun since the first one, which has the number 0 and began long ago. */
function turnAt(rota: Rota, at: Date): number {
  const { starts, zone, everyMs } = rota
  let turn = Math.max(0, Math.floor((at.getTime() - instant(starts, zone).getTime()) / everyMs))
  // Days have 23 or 25 hours twice a year.
  while (turn > 0 && handover(rota, turn) > at) turn -= 1
  while (handover(rota, turn + 1) <= at) turn += 1
  return turn
}

/** When a turn begins. Turns of whole days change hands at the same time of the day all year. */
function handover({ starts, zone, everyMs }: Rota, turn: number): Date {
  if (everyMs % DAY_MS === 0) return toInstant(wallClock(starts) + turn * everyMs, zone)
  return new Date(instant(starts, zone).getTime() + turn * everyMs)
}

const instant = (local: string, zone: string): Date => toInstant(wallClock(local), zone)

/** What a clock shows, as if it were in UTC: `2026-11-02 09:00`. */
function wallClock(local: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = local.split(/[-T: ]/).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute)
}

/**
 * When clocks there show that. Shown twice, when they are set back, it is the first time; never, when they are set
 * forward, it is as late as if they had not been (as calendars do it, RFC 5545). TZDate's own choice depends on the zone
 * of the machine, and replicas must agree.
 */
function toInstant(wall: number, zone: string): Date {
  const offset = (time: number) => tzOffset(zone, new Date(time)) * MINUTE_MS
  const [before, after] = [offset(wall - DAY_MS), offset(wall + DAY_MS)]
  const shows = (ahead: number) => offset(wall - ahead) === ahead
  return new Date(wall - (!shows(before) && shows(after) ? after : before))
}
