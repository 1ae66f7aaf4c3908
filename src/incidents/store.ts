import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import type { Incident, Status } from './incident.ts'

const fromRow = (row: Selectable<Schema['incidents']>): Incident => ({
  id: row.id,
  title: row.title,
  severity: row.severity,
  status: row.status as Status,
  kind: row.kind as Incident['kind'],
  visibility: row.visibility as Incident['visibility'],
  world: row.world,
  channel: row.channel,
  ownRoom: row.own_room,
  service: row.service,
  commander: row.commander,
  openedBy: row.opened_by,
  impactStartedAt: row.impact_started_at,
  detectedAt: row.detected_at,
  declaredAt: row.declared_at,
  acknowledgedAt: row.acknowledged_at,
  mitigatedAt: row.mitigated_at,
  resolvedAt: row.resolved_at,
  cause: row.cause,
  fix: row.fix,
  acknowledgeBy: row.acknowledge_by,
  breachedAt: row.breached_at,
  updateDue: row.update_due,
  updatedAt: row.updated_at,
  closedAt: row.closed_at,
  duplicateOf: row.duplicate_of,
  deputy: row.deputy,
  operationsLead: row.operations_lead,
  communicationsLead: row.communications_lead,
  scribe: row.scribe,
})

export async function readIncident(db: Kysely<Schema>, id: number): Promise<Incident | null> {
  const row = await db.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** Whoever wants to know, by their person ids, and the channel that they ask in (empty: in none). */
export interface Viewer {
  ids: string[]
  channel: string
}

/** Whoever may know of everything: Firebreak itself. */
export const ALL = 'all'

/**
 * Everybody may know of a public incident. Of a private one may who was asked into its room or came into it, and did not
 * leave; and who asks from there, since nobody types in a private channel without being in it.
 */
export const seenBy = (viewer: Viewer | typeof ALL) =>
  viewer === ALL
    ? sql<boolean>`true`
    : sql<boolean>`(incidents.visibility = 'public' or (incidents.own_room and incidents.channel = ${viewer.channel}) or exists (
        select from room_members m where m.incident = incidents.id and m.person = any(${viewer.ids}) and m.state <> 'left'
      ))`

/** Null also when the viewer may not know that there is one. */
export async function readSeen(db: Kysely<Schema>, viewer: Viewer, id: number): Promise<Incident | null> {
  const row = await db.selectFrom('incidents').selectAll().where('id', '=', id).where(seenBy(viewer)).executeTakeFirst()
  return row ? fromRow(row) : null
}

/** Those of them that there are, in no order. */
export async function readIncidents(db: Kysely<Schema>, viewer: Viewer, ids: number[]): Promise<Incident[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('incidents').selectAll().where('id', 'in', ids).where(seenBy(viewer)).execute()
  return rows.map(fromRow)
}

/** Open incidents, newest first. */
export async function openIncidents(db: Kysely<Schema>, viewer: Viewer | typeof ALL): Promise<Incident[]> {
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where(seenBy(viewer))
    .where('status', 'not in', ['resolved', 'closed', 'cancelled'])
    .orderBy('id', 'desc')
    .execute()
  return rows.map(fromRow)
}

/** The newest incidents that are over. */
export async function pastIncidents(db: Kysely<Schema>, viewer: Viewer, limit: number): Promise<Incident[]> {
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where(seenBy(viewer))
    .where('status', 'in', ['resolved', 'closed', 'cancelled'])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(fromRow)
}

export interface NewIncident {
  title: string
  severity: string
  service: string | null
  kind: Incident['kind']
  visibility: Incident['visibility']
  channel: string | null
  ownRoom: boolean
  commander: string
}

/** Returns the new incident's number, and when it was declared by the database's clock. */
export async function insertIncident(
  trx: Transaction<Schema>,
  incident: NewIncident,
): Promise<{ id: number; declaredAt: Date }> {
  const row = await trx
    .insertInto('incidents')
    .values({
      title: incident.title,
      severity: incident.severity,
      status: 'investigating',
      service: incident.service,
      kind: incident.kind,
      visibility: incident.visibility,
      channel: incident.channel,
      own_room: incident.ownRoom,
      commander: incident.commander,
      opened_by: incident.commander,
      declared_at: sql<Date>`date_trunc('milliseconds', clock_timestamp())`,
    })
    .returning(['id', 'declared_at as declaredAt'])
    .executeTakeFirstOrThrow()
  return row
}

/** Takes the words out of an incident that entries of its chain held, which were erased. */
export async function blankWords(trx: Transaction<Schema>, id: number, blank: { title: boolean; conclusion: boolean }) {
  if (!blank.title && !blank.conclusion) return
  await trx
    .updateTable('incidents')
    .set({ ...(blank.title && { title: ERASED_TITLE }), ...(blank.conclusion && { cause: null, fix: null }) })
    .where('id', '=', id)
    .execute()
}

const ERASED_TITLE = '(erased)'

/** What of an incident may change; its chain has to be held. */
export type Changed = Partial<
  Omit<Incident, 'id' | 'kind' | 'visibility' | 'ownRoom' | 'world' | 'openedBy' | 'declaredAt' | 'service'> & {
    service: string | null
  }
>

const COLUMNS = {
  title: 'title',
  severity: 'severity',
  status: 'status',
  channel: 'channel',
  service: 'service',
  commander: 'commander',
  impactStartedAt: 'impact_started_at',
  detectedAt: 'detected_at',
  acknowledgedAt: 'acknowledged_at',
  mitigatedAt: 'mitigated_at',
  resolvedAt: 'resolved_at',
  cause: 'cause',
  fix: 'fix',
  acknowledgeBy: 'acknowledge_by',
  breachedAt: 'breached_at',
  updateDue: 'update_due',
  updatedAt: 'updated_at',
  closedAt: 'closed_at',
  duplicateOf: 'duplicate_of',
  deputy: 'deputy',
  operationsLead: 'operations_lead',
  communicationsLead: 'communications_lead',
  scribe: 'scribe',
} as const satisfies Record<keyof Changed, keyof Schema['incidents']>

export async function updateIncident(trx: Transaction<Schema>, id: number, changed: Changed): Promise<void> {
  const columns = Object.entries(changed).map(([field, value]) => [COLUMNS[field as keyof Changed], value])
  await trx.updateTable('incidents').set(Object.fromEntries(columns)).where('id', '=', id).execute()
}
