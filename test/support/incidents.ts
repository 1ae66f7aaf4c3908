import type { Kysely } from 'kysely'
import type { Context } from '../../src/incidents/context.ts'
import { createIncidents } from '../../src/incidents/incidents.ts'
import type { Schema } from '../../src/storage/schema.ts'
import type { Ledger } from '../../src/timeline/ledger.ts'

/** Incidents without promises, a schedule or operations, unless given. */
export const incidentsOf = (db: Kysely<Schema>, ledger: Ledger, changed: Partial<Context> = {}) =>
  createIncidents({
    ...{ db, ledger, room: () => 'C0INCIDENTS', ownRooms: () => false },
    severities: () => [],
    onCall: () => [],
    wake: async () => {},
    clearAway: async () => null,
    ...changed,
  })
