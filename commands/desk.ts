import type { Shift } from '../src/identity/identity.ts'
import type { Person } from '../src/identity/person.ts'
import type { Tokens } from '../src/identity/tokens.ts'
import type { Incident, Severity } from '../src/incidents/incident.ts'
import type { Incidents } from '../src/incidents/incidents.ts'
import type { Engine } from '../src/operations/engine.ts'
import type { Operation } from '../src/operations/operation.ts'
import type { EndAsked, Ended } from '../src/recovery/end.ts'
import type { Redactor } from '../src/redaction/redactor.ts'
import type { UpdateTemplate } from '../templates/updates.ts'
import type { Flood } from './flood.ts'

/** What commands work with. main makes it. */
export interface Desk {
  incidents: Incidents
  engine: Engine
  endRecovery(asked: EndAsked): Promise<Ended>
  tokens: Tokens
  channels: Channels
  /** These two as they are now: the configuration may change. */
  readonly severities: Severity[]
  /** The names of the catalogue's services. */
  readonly services: string[]
  /** A service that this person owns or is on call for, for examples; any other one, when there is none. */
  serviceOf(person: Person): Promise<string | null>
  /** Who is on call now: in the schedule of this service, if it has one, or in all of them. */
  shifts(service: string | null): Shift[]
  operations: Operation[]
  /** What updates are made with; the first is meant when none is named. */
  templates: UpdateTemplate[]
  /** What the slash commands are called in this workspace: `/incident`, `/ops`. */
  names: { incident: string; ops: string }
  /** For whatever people typed, before anything else sees it. */
  redact: Redactor
  flood: Flood
}

/** Why nothing may be done somewhere; null when it may. The reasons are mrkdwn, without a full stop at the end. */
interface Channels {
  /** In this channel, or shown in it: another company reads along. */
  whyUnfit(channel: string): Promise<string | null>
  /** In the room that such an incident would be in. */
  whyNoRoom(visibility?: Incident['visibility']): Promise<string | null>
  /** Whether there can be channels of their own for such incidents. */
  mayMake(visibility: Incident['visibility']): boolean
}
