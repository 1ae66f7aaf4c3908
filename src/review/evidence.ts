import { pipeline, Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import type { Actor } from '../timeline/entries.ts'
import { GENERAL, type Ledger } from '../timeline/ledger.ts'
import { readByCause } from '../timeline/store.ts'
import {
  breakGlassRows,
  changeRows,
  configurationRows,
  membershipRows,
  type Row,
  type Sees,
  type Span,
} from './evidence-rows.ts'

/** The tables that auditors ask for, and their columns. */
const TABLES = {
  changes: {
    rows: changeRows,
    columns: [
      ...['change', 'incident', 'severity', 'requested_at', 'requester_id', 'requester', 'request', 'operation'],
      ...['service', 'target', 'environment', 'undoes', 'tier', 'plan', 'plan_hash', 'before_after', 'approver_ids'],
      ...['approvers', 'approver_roles', 'approved_at', 'approval', 'break_glass', 'rejected_by', 'outcome'],
      ...['outcome_detail', 'ended_at', 'entries'],
    ],
  },
  'break-glass': {
    rows: breakGlassRows,
    columns: [
      ...['at', 'entry', 'incident', 'change', 'person_id', 'person', 'role', 'reason'],
      ...['review_item', 'reviewed', 'reviewed_by', 'reviewed_at'],
    ],
  },
  membership: {
    rows: membershipRows,
    columns: [
      ...['at', 'entry', 'what', 'by_id', 'by', 'person_id', 'person', 'group', 'roles', 'joined', 'left'],
      ...['token', 'expires_at', 'reason'],
    ],
  },
  configuration: { rows: configurationRows, columns: ['at', 'entry', 'what', 'by_id', 'by', 'hash', 'details'] },
} satisfies Record<
  string,
  { rows: (db: Kysely<Schema>, span: Span, sees: Sees) => AsyncIterable<Row>; columns: string[] }
>

export type EvidenceTable = keyof typeof TABLES

export const EVIDENCE_TABLES = Object.keys(TABLES) as EvidenceTable[]

/**
 * One table as CSV (RFC 4180, UTF-8, a header line), streamed: times in ISO 8601, UTC, with milliseconds; several values
 * in a cell are parted by `; `. A cell that a spreadsheet would take for a formula begins with an apostrophe.
 *
 * Whether somebody may have it, and that they had it, is the caller's to see to (`recordEvidence`).
 *
 * @param sees which chains are in it: all, unless given
 */
export function evidenceCsv(db: Kysely<Schema>, table: EvidenceTable, span: Span, sees: Sees = () => true): Readable {
  const { rows, columns } = TABLES[table]
  const csv = stringify({ header: true, columns, escape_formulas: true, record_delimiter: 'windows' })
  // An error of the source destroys the stream with it: whoever reads it sees that it isn't whole.
  return pipeline(Readable.from(rows(db, span, sees)), csv, () => {})
}

/** Puts on record that somebody had the evidence of this span. The same cause a second time throws `DuplicateCause`. */
export async function recordEvidence(
  ledger: Ledger,
  { actor, cause, from, to }: Span & { actor: Actor; cause: string },
) {
  await ledger.transaction(cause, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const body = { type: 'evidence.exported', from: from.toISOString(), to: to.toISOString() } as const
    await chain.append({ subject: GENERAL, actor, body })
    await chain.sign()
  })
}

/** Whether what this cause recorded is that somebody had the evidence of this very span: another table of it is no news. */
export async function isRecorded(db: Kysely<Schema>, { cause, from, to }: Span & { cause: string }): Promise<boolean> {
  const body = (await readByCause(db, cause))?.body
  return body?.type === 'evidence.exported' && body.from === from.toISOString() && body.to === to.toISOString()
}
