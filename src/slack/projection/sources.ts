import type { Kysely } from 'kysely'
import { askReply, glassReply } from '../../../templates/ask-reply.ts'
import { changeCard } from '../../../templates/change-card.ts'
import { outcomeReply } from '../../../templates/change-replies.ts'
import type { Needs } from '../../../templates/change-status.ts'
import { holdCard } from '../../../templates/hold-card.ts'
import { incidentCard } from '../../../templates/incident-card.ts'
import {
  duplicateReply,
  exportedReply,
  type Names,
  nextSteps,
  severityReply,
  statusReply,
  updateReply,
} from '../../../templates/incident-replies.ts'
import type { Message } from '../../../templates/message.ts'
import { notInside } from '../../../templates/not-inside.ts'
import { readingFile, readingReply } from '../../../templates/reading.ts'
import { recoveryCard } from '../../../templates/recovery-card.ts'
import { roleDirect } from '../../../templates/role-direct.ts'
import { roomRefused } from '../../../templates/room-refused.ts'
import { withSignature } from '../../../templates/signed.ts'
import { incidentName, isOpen, parseIncidentName, type Severity } from '../../incidents/incident.ts'
import { parseRole } from '../../incidents/roles.ts'
import { mayBeTold } from '../../incidents/rooms/store.ts'
import { ALL, openIncidents, readIncident } from '../../incidents/store.ts'
import { type Change, changeName, parseChangeName } from '../../operations/change.ts'
import { parseHoldName } from '../../operations/hold.ts'
import { readHold } from '../../operations/holds/store.ts'
import type { State } from '../../operations/states.ts'
import { liveChanges, readChange } from '../../operations/store.ts'
import { parseRecoveryName } from '../../recovery/standing.ts'
import { lastBegan, pendingBefore, readRecovery, standingRecovery } from '../../recovery/store.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Entry } from '../../timeline/entries.ts'
import { GENERAL } from '../../timeline/ledger.ts'
import { newestEntries, readEntries } from '../../timeline/store.ts'
import { lent } from './lent.ts'
import { createRoomSources } from './room-sources.ts'
import { toldTo } from './told.ts'
import type { Sources, Upload } from './tools.ts'

export interface SourcesOptions {
  db: Kysely<Schema>
  /** These two as they are now: the configuration may change. */
  readonly severities: Severity[]
  /** The names of the catalogue's services. */
  readonly services: string[]
  names: Names
  /** The incidents channel: where what concerns everybody is said. */
  channel: string
  /** What the names of incidents’ own channels begin with. */
  roomPrefix: string
  needsOf(change: Change): Needs
  /** The address of an incident's thread (`INC-7`), for people; null while it isn't known. */
  linkTo(chain: string): Promise<string | null>
  /** A chain's rendering through an entry, as `incident.exported` asks for it. */
  exportOf(entry: Entry): Pick<Upload, 'name' | 'lend'>
}

/** More names in a card say no more. */
const MOST_DUPLICATES = 10

/** What the messages say: the tables' state in the templates' words. */
export function createSources(options: SourcesOptions): Sources {
  const { db } = options
  const rooms = createRoomSources(db, { shared: options.channel, prefix: options.roomPrefix })
  return {
    open: async () => (await openIncidents(db, ALL)).map(({ id }) => incidentName(id)),
    async live(chain) {
      if (chain === GENERAL) return (await liveChanges(db, null)).map(({ id }) => changeName(id))
      const incident = await incidentOf(chain)
      if (!incident || !isOpen(incident.status)) return []
      return [chain, ...(await liveChanges(db, incident.id)).map(({ id }) => changeName(id))]
    },
    async card(subject) {
      const incident = await incidentOf(subject)
      if (incident) {
        const severity = options.severities.find(({ name }) => name === incident.severity)
        const [live, duplicates] = await Promise.all([liveChanges(db, incident.id), duplicatesOf(subject)])
        const message = incidentCard(incident, severity, { live, duplicates })
        return { place: rooms.placeOf(incident), message, shownBy: null }
      }
      const told = await toldTo(db, subject, options.linkTo)
      if (told) return { place: { person: told.person }, message: told.message, shownBy: null }
      const announced = await rooms.announced(subject)
      if (announced) return announced
      const held = parseHoldName(subject)
      const hold = held === null ? null : await readHold(db, held)
      if (hold) return { place: { channel: options.channel }, message: holdCard(hold), shownBy: null }
      const recovery = await recoveryOf(subject)
      if (recovery) return { place: { channel: options.channel }, message: recovery, shownBy: null }
      const change = await changeOf(subject)
      if (!change) return null
      const halted = (await standingRecovery(db))?.id ?? null
      const message = changeCard(change, { needs: options.needsOf(change), halted })
      return {
        place: { channel: change.channel },
        message,
        shownBy: change.undoes === null ? null : changeName(change.undoes),
      }
    },
    recoveredAt: () => lastBegan(db),
    reply,
    direct,
    file,
    roomOf: rooms.roomOf,
    invited: rooms.invited,
  }

  /** As the chain says: the other incident's row may follow. */
  async function duplicatesOf(chain: string): Promise<string[]> {
    const found = await newestEntries(db, chain, ['incident.duplicate_found'], MOST_DUPLICATES)
    return found.flatMap(({ body }) => (body.type === 'incident.duplicate_found' ? [body.duplicate] : [])).reverse()
  }

  async function recoveryOf(subject: string) {
    const id = parseRecoveryName(subject)
    const recovery = id === null ? null : await readRecovery(db, id)
    if (!recovery) return null
    const pending = recovery.endedAt ? [] : await pendingBefore(db, recovery.beganAt)
    return recoveryCard(recovery, { pending, ops: options.names.ops })
  }

  /** A status' head is signed in the same transaction: what tells of the one tells of the other. */
  async function reply(entry: Entry): Promise<Message | null> {
    const message = await said(entry)
    if (!message || !entry.body.type.startsWith('incident.')) return message
    const [next] = await readEntries(db, entry.chain, { after: entry.seq, limit: 1 })
    return withSignature(message, next?.body.type === 'chain.signed' ? next.body : null)
  }

  async function said({ subject, actor, body }: Entry): Promise<Message | null> {
    switch (body.type) {
      case 'incident.opened': {
        const incident = await incidentOf(subject)
        return incident && nextSteps(incident, options.services, options.names)
      }
      case 'incident.status_changed': {
        const incident = await incidentOf(subject)
        return incident && statusReply(incident, body, actor.id)
      }
      case 'incident.updated':
        return updateReply(body, actor.id)
      case 'incident.severity_changed': {
        const incident = await incidentOf(subject)
        return incident && severityReply(incident, body, actor.id)
      }
      case 'incident.duplicated':
      case 'incident.duplicate_found':
        return duplicateReply(body, actor.id)
      case 'operation.read':
        return readingReply(body, actor.id)
      case 'change.asked': {
        const change = await changeOf(subject)
        // Whoever decided meanwhile needn't be called any more.
        return change?.state === 'planned' ? askReply(change, body.people) : null
      }
      case 'change.voted': {
        const change = await changeOf(subject)
        return change && glassReply(change, actor.id, body.comment ?? '')
      }
      case 'change.moved': {
        const change = await changeOf(subject)
        // As it was then: it may have moved on.
        return change && outcomeReply({ ...change, state: body.to as State, detail: body.detail })
      }
      default:
        return null
    }
  }

  async function direct({ chain, actor, body }: Entry) {
    const incident = await incidentOf(chain)
    if (body.type === 'room.refused' && incident) {
      return { person: incident.openedBy, message: roomRefused(incident, body.error) }
    }
    if (body.type !== 'incident.assigned' || body.person === null || !incident) return null
    const role = parseRole(body.role)
    // Whoever takes a role by themselves knows what they do; whoever accepted it was told what waits.
    if (!role || body.person === actor.id) return null
    if (!(await mayBeTold(db, incident, body.person))) return { person: body.person, message: notInside(incident) }
    const link = await options.linkTo(chain)
    return { person: body.person, message: roleDirect(incident, role, { by: actor.id, link }) }
  }

  async function file(entry: Entry) {
    const { chain, actor, body } = entry
    if (body.type === 'operation.read') {
      const long = readingFile(body)
      return long && { name: long.name, title: body.line, lend: lent(long.content) }
    }
    const incident = await incidentOf(chain)
    if (body.type !== 'incident.exported' || !incident) return null
    return {
      ...options.exportOf(entry),
      title: `${chain} timeline`,
      comment: exportedReply(incident, body, actor.id).text,
    }
  }

  async function incidentOf(subject: string) {
    const id = subject.startsWith('INC-') ? parseIncidentName(subject) : null
    return id === null ? null : readIncident(db, id)
  }

  async function changeOf(subject: string) {
    const id = subject.startsWith('OP-') ? parseChangeName(subject) : null
    return id === null ? null : readChange(db, id)
  }
}
