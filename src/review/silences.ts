import type { Severity } from '../incidents/incident.ts'
import type { Milestone } from './fold/fold.ts'
import { broken, type Gap } from './gap.ts'

/** Less than this after its time an update is on time. */
const LATE_MS = 60_000

/**
 * Where no update came for longer than was promised: by the update before, or by the severity, from the declaration, a
 * change of severity or a reopening on. What is still open when the export is asked for counts up to then.
 */
export function silences(
  milestones: Milestone[],
  { severities, until }: { severities: readonly Severity[]; until: Date },
): Gap[] {
  const gaps: Gap[] = []
  let severity = ''
  let since: Date | null = null
  let due: number | null = null
  const everyMs = () =>
    severities.find(({ name, aliases }) => name === severity || aliases.includes(severity))?.updateEveryMs ?? null

  /** Nobody waits any more: an update came, or a new promise took the place of the old one. */
  function end(at: Date, to: Date | null) {
    if (since && due !== null && at.getTime() >= due + LATE_MS) {
      const text = `no update for ${broken(at.getTime() - since.getTime(), due - since.getTime())}`
      gaps.push({ kind: 'no_update', text, from: since, to })
    }
    since = null
    due = null
  }
  /** `next`: what the update itself promises; undefined: nothing, so the severity does. */
  function begin(at: Date, next?: number | null) {
    const every = everyMs()
    since = at
    due = next === undefined ? every && at.getTime() + every : next
  }

  for (const { at, body } of milestones) {
    switch (body.type) {
      case 'incident.opened':
        severity = body.severity
        begin(at)
        break
      case 'incident.severity_changed':
        severity = body.to
        if (since === null) break
        end(at, at)
        begin(at)
        break
      case 'incident.updated':
        if (since === null) break
        end(at, at)
        begin(at, body.next === null ? null : Date.parse(body.next))
        break
      case 'erased':
        // What it promised is gone with it.
        if (body.was !== 'incident.updated' || since === null) break
        end(at, at)
        begin(at)
        break
      case 'incident.status_changed':
        if (['resolved', 'closed', 'cancelled'].includes(body.to)) end(at, at)
        else if (since === null) begin(at)
        break
      case 'incident.duplicated':
        end(at, at)
        break
    }
  }
  end(until, null)
  return gaps
}
