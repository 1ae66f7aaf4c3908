import type { Kysely, Transaction } from 'kysely'
import { recoveryName } from '../../recovery/standing.ts'
import { standAfterRestore } from '../../recovery/store.ts'
import type { Schema } from '../../storage/schema.ts'
import { GENESIS, seal } from '../../timeline/chain.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import { GENERAL } from '../../timeline/ledger.ts'
import { readSealed } from '../../timeline/sealed/store.ts'
import { insertEntry, lockChain } from '../../timeline/store.ts'
import { BackupError } from '../error.ts'
import type { Header, Row, Values } from '../format.ts'
import type { Contents } from './check.ts'
import type { BackupFile } from './file.ts'
import { openJudge } from './judge.ts'
import { columnTypes, continueNumbers, countRows, insertRows, lockEverything } from './store.ts'

/** What is sent to Postgres at once: so many rows, or so many characters. */
const ROWS = 500
const CHARACTERS = 1_000_000

/** Loads every row, checks what lies there then, and begins the recovery; returns its number. In one transaction. */
export async function load(
  trx: Transaction<Schema>,
  backup: BackupFile,
  contents: Contents,
  requireEmpty: (db: Kysely<Schema>) => Promise<void>,
): Promise<number> {
  await lockEverything(trx)
  // Asked again: now nobody else can write.
  await requireEmpty(trx)
  try {
    let types = new Map<string, string>()
    let of: string | null = null
    for await (const { table, rows } of batches(backup.rows())) {
      if (table !== of) types = await columnTypes(trx, table)
      of = table
      const columns = backup.header.tables[table] as string[]
      const foreign = columns.find((column) => !types.has(column))
      if (foreign) throw new BackupError('damaged', `${backup.path} is damaged: ${table} has no column ${foreign}`)
      await insertRows(trx, { table, columns, types }, rows)
    }
  } catch (error) {
    throw explain(backup.path, error)
  }
  await continueNumbers(trx, backup.header.numbers)
  await verify(trx, backup.header, contents)
  return await begin(trx, backup.header.takenAt)
}

async function* batches(all: AsyncGenerator<Row>): AsyncGenerator<{ table: keyof Schema; rows: Values[] }> {
  let table: keyof Schema | null = null
  let rows: Values[] = []
  let characters = 0
  for await (const row of all) {
    if (table && (row.table !== table || rows.length === ROWS || characters > CHARACTERS)) {
      yield { table, rows }
      rows = []
      characters = 0
    }
    table = row.table
    rows.push(row.values)
    for (const value of row.values) characters += value?.length ?? 0
  }
  if (table) yield { table, rows }
}

/** What lies in the tables against what the backup says: how many rows, and every chain from its bytes to its head. */
async function verify(trx: Transaction<Schema>, { chains }: Header, { rows }: Contents) {
  for (const [table, expected] of Object.entries(rows)) {
    const found = await countRows(trx, table)
    if (found !== expected)
      throw new Error(`${found} rows of ${table} lie in the database, and ${expected} were loaded`)
  }
  for (const known of chains) {
    const judge = openJudge(known)
    for (let after = 0; after < known.seq; after += ROWS) {
      for (const entry of await readSealed(trx, known.chain, { after, limit: ROWS })) judge.add(entry)
    }
    const verdict = judge.verdict()
    if ('problem' in verdict) throw new Error(`in the database ${verdict.problem}`)
  }
}

async function begin(trx: Transaction<Schema>, takenAt: string): Promise<number> {
  const { seq, head, now } = await lockChain(trx, GENERAL, GENESIS)
  const reason = `restored from the backup of ${takenAt.slice(0, 16).replace('T', ' ')} UTC`
  const recovery = await standAfterRestore(trx, reason, now)
  const entry = { subject: recoveryName(recovery), actor: FIREBREAK, body: { type: 'recovery.began', reason } } as const
  await insertEntry(trx, seal(entry, { chain: GENERAL, seq: seq + 1, prev: head, now, cause: null }))
  return recovery
}

/** A value that its column doesn't take, a row that refers to none: Postgres found what the checks of the file did not. */
function explain(path: string, error: unknown): unknown {
  const { code, message, detail, table } = error as Error & { code?: unknown; detail?: string; table?: string }
  if (typeof code !== 'string' || !/^2[23]...$/.test(code)) return error
  const where = [table && `in ${table}: `, message, detail && `: ${detail}`].filter(Boolean).join('')
  return new BackupError('damaged', `${path} is damaged: ${where}`, { cause: error })
}
