import type { Kysely } from 'kysely'
import type { Handoff } from '../incidents/handoff.ts'
import { handoffsTo } from '../incidents/handoffs/store.ts'
import type { Incident } from '../incidents/incident.ts'
import { type IncidentRole, rolesHeld } from '../incidents/roles.ts'
import { openIncidents, readIncidents } from '../incidents/store.ts'
import type { Schema } from '../storage/schema.ts'
import { changesWaitingFor, type OwnTask, type Requested, requestedLast, tasksOf, type WaitingChange } from './store.ts'

/** What concerns one person now. */
export interface Home {
  /** Newest first. */
  open: Incident[]
  /** What they hold in those. */
  roles: { incident: Incident; role: IncidentRole }[]
  waiting: WaitingChange[]
  handoffs: { handoff: Handoff; incident: Incident }[]
  tasks: OwnTask[]
  /** What they asked for last, newest first. */
  requested: Requested[]
}

const LAST = 5

/**
 * Reads what concerns whoever has these person ids. What belongs to an incident that they may not see is left out,
 * whatever it is.
 */
export async function readHome(db: Kysely<Schema>, ids: string[]): Promise<Home> {
  const viewer = { ids, channel: '' }
  const [open, waiting, handoffs, tasks, requested] = await Promise.all([
    openIncidents(db, viewer),
    changesWaitingFor(db, ids),
    handoffsTo(db, ids),
    tasksOf(db, ids),
    requestedLast(db, ids, LAST),
  ])
  const known = new Map(open.map((incident) => [incident.id, incident]))
  const meant = [...waiting, ...handoffs, ...tasks, ...requested].flatMap(({ incident }) => incident ?? [])
  const over = [...new Set(meant)].filter((id) => !known.has(id))
  for (const incident of await readIncidents(db, viewer, over)) known.set(incident.id, incident)

  const isShown = ({ incident }: { incident: number | null }) => incident === null || known.has(incident)
  return {
    open,
    roles: open.flatMap((incident) => rolesHeld(incident, ids).map((role) => ({ incident, role }))),
    waiting: waiting.filter(isShown),
    handoffs: handoffs.flatMap((handoff) => {
      const incident = known.get(handoff.incident)
      // Nobody can answer it any more.
      return incident && incident.status !== 'closed' ? [{ handoff, incident }] : []
    }),
    tasks: tasks.filter(isShown),
    requested: requested.filter(isShown),
  }
}
