import type { Kysely } from 'kysely'
import { announcement } from '../../../templates/announcement.ts'
import { userOf } from '../../identity/person.ts'
import { type Incident, parseIncidentName } from '../../incidents/incident.ts'
import { readMembership } from '../../incidents/rooms/store.ts'
import { readIncident } from '../../incidents/store.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Entry } from '../../timeline/entries.ts'
import type { Card, Place, Sources } from './tools.ts'

/** Slack's limit for a channel's name. */
const LONGEST_NAME = 80

/** What is said of incidents' own channels, and who comes into them. `shared`: the channel that incidents share. */
export function createRoomSources(db: Kysely<Schema>, { shared, prefix }: { shared: string; prefix: string }) {
  const incidentOf = async (id: number | null) => (id === null ? null : await readIncident(db, id))
  return {
    placeOf(incident: Incident): Place {
      const { id, channel, visibility, declaredAt: since } = incident
      if (channel !== null) return { channel }
      return { room: { incident: id, name: nameOf(incident, prefix), isPrivate: visibility === 'private', since } }
    },

    /** Where it goes on, said in the shared channel; of a private one nothing is said. */
    async announced(subject: string): Promise<Card | null> {
      const id = /^ANNOUNCEMENT-(\d+)$/.exec(subject)?.[1]
      const incident = await incidentOf(id === undefined ? null : Number(id))
      if (!incident?.ownRoom || incident.visibility === 'private' || incident.channel === null) return null
      return {
        place: { channel: shared },
        message: announcement({ ...incident, channel: incident.channel }),
        shownBy: null,
      }
    },

    async roomOf({ chain }: Entry) {
      return (await incidentOf(parseIncidentName(chain)))?.channel ?? null
    },

    async invited({ chain, body }: Entry) {
      const incident = await incidentOf(parseIncidentName(chain))
      if (!incident || body.type !== 'room.invited') return []
      const users: string[] = []
      for (const person of body.people) {
        if ((await readMembership(db, incident.id, person)) === 'invited') users.push(userOf(person))
      }
      return users
    },
  } satisfies Partial<Sources> & Record<string, unknown>
}

/** `inc-7-checkout`. Of a private one a name says nothing but its number: whoever tries names learns which are taken. */
function nameOf({ id, service, visibility }: Incident, prefix: string): string {
  const about = visibility === 'private' ? null : service?.toLowerCase().replace(/[^a-z0-9_-]+/g, '-')
  return [prefix, id, about].filter(Boolean).join('-').slice(0, LONGEST_NAME)
}
