import type { Shift } from '../src/identity/identity.ts'
import { inline, line, person, when } from './text.ts'

/** Who is on call in these schedules; `service` when only its own was asked for. Times are in the reader's zone. */
export function onCallNow(shifts: Shift[], service: string | null): string {
  if (shifts.length > 0) return shifts.map(shiftLine).join('\n')
  return service === null
    ? 'Nobody is on call: there are no schedules yet. They are in `firebreak.yml`, under `schedules`.'
    : `Nobody is on call for ${inline(service)}: it names no schedule. One goes to its \`on_call\` in \`firebreak.yml\`.`
}

function shiftLine({ schedule, now, next }: Shift): string {
  const shift = `*${line(schedule)}*: ${person(now)}`
  return next ? `${shift} until ${when(next.at)}, then ${person(next.person)}` : `${shift}, always`
}
