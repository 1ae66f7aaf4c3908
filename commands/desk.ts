import type { Severity } from '../src/incidents/incident.ts'
import type { Incidents } from '../src/incidents/incidents.ts'
import type { Engine } from '../src/operations/engine.ts'
import type { Operation } from '../src/operations/operation.ts'

/** What commands work with. main makes it. */
export interface Desk {
  incidents: Incidents
  engine: Engine
  severities: Severity[]
  /** The names of the catalogue's services. */
  services: string[]
  operations: Operation[]
  /** What the slash commands are called in this workspace: `/incident`, `/ops`. */
  names: { incident: string; ops: string }
}
