import type { Kysely } from 'kysely'
import type { Desk } from '../commands/desk.ts'
import { readUpdateTemplates } from '../templates/updates.ts'
import type { Config } from './config/config.ts'
import type { Identity } from './identity/identity.ts'
import { parseIncidentName } from './incidents/incident.ts'
import { createIncidents } from './incidents/incidents.ts'
import type { Limits } from './limits/limits.ts'
import { parseChangeName } from './operations/change.ts'
import { clearAway } from './operations/clear-away.ts'
import type { Schedule } from './schedule/schedule.ts'
import type { Schema } from './storage/schema.ts'
import type { Ledger } from './timeline/ledger.ts'

interface Parts
  extends Pick<Desk, 'engine' | 'endRecovery' | 'tokens' | 'channels' | 'operations' | 'names' | 'redact'> {
  db: Kysely<Schema>
  ledger: Ledger
  identity: Identity
  limits: Pick<Limits<'gestures' | 'decisions'>, 'take'>
  /** The room that public incidents open in. */
  room(): string
  wake: Schedule['wake']
  /** The configuration as it is now. */
  now(): Config
}

/** What commands work with, and what is done when something is due. */
export function createDesk({ db, ledger, identity, limits, room, wake, now, ...parts }: Parts) {
  const incidents = createIncidents({
    ...{ db, ledger, room, clearAway, wake },
    ownRooms: () => now().slack.rooms.own && parts.channels.mayMake('public'),
    severities: () => now().severities,
    onCall(service) {
      const schedule = service === null ? undefined : now().services[service]?.onCall
      return schedule ? identity.turns(schedule, new Date()) : []
    },
  })
  const desk: Desk = {
    ...parts,
    incidents,
    templates: readUpdateTemplates(),
    flood: { perMinute: now().slack.limits.gesturesPerMinute, take: limits.take },
    get severities() {
      return now().severities
    },
    get services() {
      return Object.keys(now().services)
    },
    async serviceOf(person) {
      const { services } = now()
      const { roles } = await identity.rolesOf(person)
      const theirs = Object.entries(services).find(
        ([, { owners, onCall }]) =>
          owners.some((role) => roles.includes(role)) || (onCall && identity.isOnCall(person.id, onCall, new Date())),
      )
      return theirs?.[0] ?? Object.keys(services)[0] ?? null
    },
    shifts(service) {
      const { schedules, services } = now()
      const named = service === null ? Object.keys(schedules) : [services[service]?.onCall ?? []].flat()
      return named.flatMap((name) => identity.shift(name, new Date()) ?? [])
    },
  }
  /** Something may be due in this incident, or about this change. */
  async function look(subject: string) {
    const incident = subject.startsWith('INC-') ? parseIncidentName(subject) : null
    const change = subject.startsWith('OP-') ? parseChangeName(subject) : null
    if (incident !== null) await incidents.look(incident)
    if (change !== null) await parts.engine.remindOfWaiting(change)
  }
  return { desk, look }
}
