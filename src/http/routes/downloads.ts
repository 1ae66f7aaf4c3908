import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Desk } from '../../../commands/desk.ts'
import type { Backups } from '../../backup/take/backups.ts'
import { asActor } from '../../identity/person.ts'
import { parseIncidentName } from '../../incidents/incident.ts'
import { EVIDENCE_TABLES, evidenceCsv, isRecorded, recordEvidence } from '../../review/evidence.ts'
import type { Schema } from '../../storage/schema.ts'
import { DuplicateCause, type Ledger } from '../../timeline/ledger.ts'
import { ApiError, Download, defineRoute, Key } from './route.ts'

const Moment = z.iso
  .datetime({ error: 'must be a time such as 2026-10-01T00:00:00Z' })
  .transform((text) => new Date(text))

/** `GET /api/evidence?table=changes&from=…&to=…`: one of the auditors' tables. All that share a `key` are one request. */
export const evidence = ({ db, ledger, desk }: { db: Kysely<Schema>; ledger: Ledger; desk: Pick<Desk, 'incidents'> }) =>
  defineRoute({
    method: 'GET',
    path: '/api/evidence',
    act: 'evidence',
    input: z
      .strictObject({ table: z.enum(EVIDENCE_TABLES as [string, ...string[]]), from: Moment, to: Moment, key: Key })
      .refine(({ from, to }) => from < to, { error: 'must be after from', path: ['to'] }),

    async handle({ table, from, to }, { person, cause }) {
      const asked = { actor: asActor(person), cause, from, to }
      await recordEvidence(ledger, asked).catch(async (error) => {
        if (!(error instanceof DuplicateCause)) throw error
        if (await isRecorded(db, asked)) return
        throw new ApiError(409, 'key_used', 'this key was used for another request: make one anew for each')
      })
      const known = new Map<string, Promise<boolean>>()
      /** What belongs to a private incident is for those who may know of it. */
      const sees = async (chain: string) => {
        const id = parseIncidentName(chain)
        if (id === null) return true
        const asked = known.get(chain) ?? desk.incidents.find({ person }, id).then((found) => found !== null)
        known.set(chain, asked)
        return await asked
      }
      return new Download(
        `${table}.csv`,
        'text/csv; charset=utf-8',
        evidenceCsv(db, table as never, { from, to }, sees),
      )
    },
  })

/** `GET /api/backup?key=…`: everything, as one stream. */
export const backup = ({ backups }: { backups: Backups }) =>
  defineRoute({
    method: 'GET',
    path: '/api/backup',
    act: null, // the backup itself asks, and records
    input: z.strictObject({ key: Key }),

    async handle(_, { person, cause }) {
      const taken = await backups.take({ person, cause })
      if (taken.kind === 'refused') throw new ApiError(403, taken.code, taken.reason)
      return new Download(taken.name, 'application/gzip', taken.content)
    },
  })
