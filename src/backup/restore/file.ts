import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import split from 'split2'
import type { Schema } from '../../storage/schema.ts'
import { BackupError } from '../error.ts'
import { EndLine, FORMAT, Header, type Row, TABLES, type Values, VERSION } from '../format.ts'
import { SEAL_BYTES, sealOf } from '../seal.ts'

/** A backup whose every byte is as it was written. */
export interface BackupFile {
  path: string
  header: Header
  /** Its rows in order; reads the file anew each time. Throws `damaged`, with the line, where one can't be. */
  rows(): AsyncGenerator<Row>
}

/** Opens a backup and checks its seal: from then on only who made it can have lied. Throws BackupError. */
export async function openBackup(path: string): Promise<BackupFile> {
  const content = await contentOf(path)
  const header = await headerOf(path, content)
  const rows = () => readRows(path, content.bytes, header)
  if (content.sealed) return { path, header, rows }
  const where = await whereItEnds(path, rows())
  throw damaged(path, `${content.problem}. ${where}. Use another copy of it`)
}

interface Content {
  /** How many there are before the seal, or in all. */
  bytes: number
  /** Whether it ends as a backup ends, and whether that seal is of these bytes. */
  ends: boolean
  sealed: boolean
  /** Why not. */
  problem: string
}

async function contentOf(path: string): Promise<Content> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new BackupError('not_a_backup', `${path} can’t be read: ${why}`, { cause })
  })
  try {
    const { size } = await file.stat()
    const { buffer: magic } = await file.read(Buffer.alloc(2), 0, 2, 0)
    if (magic.readUInt16BE() !== 0x1f8b) throw foreign(path, 'it does not begin as one')
    const bytes = Math.max(0, size - SEAL_BYTES)
    const { buffer: seal, bytesRead } = await file.read(Buffer.alloc(SEAL_BYTES), 0, SEAL_BYTES, bytes)
    const expected = sealOf(await hashOf(path, bytes))
    const sealed = bytesRead === SEAL_BYTES && seal.equals(expected)
    // Up to the digest all seals are alike.
    const ends = seal.subarray(0, 24).equals(expected.subarray(0, 24))
    const problem = ends
      ? 'its bytes are not those that were sealed'
      : 'it does not end as a backup ends: it was cut off'
    return { bytes: ends ? bytes : size, ends, sealed, problem }
  } finally {
    await file.close()
  }
}

async function hashOf(path: string, bytes: number): Promise<Buffer> {
  const hash = createHash('sha256')
  if (bytes > 0) for await (const some of createReadStream(path, { end: bytes - 1 })) hash.update(some)
  return hash.digest()
}

async function headerOf(path: string, { bytes, ends, sealed, problem }: Content): Promise<Header> {
  const first = await firstLine(path, bytes).catch((cause) => {
    if (ends)
      throw damaged(path, `${problem}, and it can’t be unpacked: ${cause.message}. Use another copy of it`, cause)
    throw foreign(path, `it can’t be unpacked: ${cause.message}`, cause)
  })
  const { format, version } = (first ?? {}) as { format?: unknown; version?: unknown }
  if (format !== FORMAT) throw foreign(path, 'its first line is not a backup’s')
  if (version !== VERSION) {
    if (ends && !sealed) throw damaged(path, `${problem}. Use another copy of it`)
    throw new BackupError(
      'newer',
      `${path} has format ${version}, and this release reads ${VERSION}: use the release that made it`,
    )
  }
  const header = Header.safeParse(first)
  if (header.success) return header.data
  const [issue] = header.error.issues
  throw damaged(path, `line 1, the header: ${issue?.path.join('.')} ${issue?.message}`)
}

async function firstLine(path: string, bytes: number): Promise<unknown> {
  for await (const line of lines(path, bytes)) return line
}

async function* readRows(path: string, bytes: number, { tables }: Header): AsyncGenerator<Row> {
  const counts: Record<string, number> = Object.fromEntries(Object.keys(tables).map((table) => [table, 0]))
  let number = 0
  let ended = false
  const wrong = (problem: string, cause?: unknown) => damaged(path, `line ${number}: ${problem}`, cause)
  try {
    for await (const line of lines(path, bytes)) {
      number += 1
      if (number === 1) continue
      if (ended) throw wrong('nothing is to follow the count of the rows')
      const end = EndLine.safeParse(line)
      if (end.success) {
        const differing = Object.keys(tables).find((table) => counts[table] !== end.data.rows[table])
        if (differing)
          throw wrong(
            `${end.data.rows[differing]} rows of ${differing} were written, and ${counts[differing]} are there`,
          )
        ended = true
        continue
      }
      const row = rowOf(line, tables)
      if (!row) throw wrong('it is no row of a table that the header names')
      counts[row.table] = (counts[row.table] ?? 0) + 1
      yield row
    }
  } catch (error) {
    if (error instanceof BackupError) throw error
    number += 1
    throw wrong(`it can’t be read: ${(error as Error).message}`, error)
  }
  if (!ended) throw damaged(path, `after line ${number}: the end is missing`)
}

function rowOf(line: unknown, tables: Header['tables']): Row | null {
  if (!Array.isArray(line)) return null
  const [table, ...values] = line as [keyof Schema, ...Values]
  if (!TABLES.includes(table) || values.length !== tables[table]?.length) return null
  return values.every((value) => value === null || typeof value === 'string') ? { table, values } : null
}

async function* lines(path: string, bytes: number): AsyncGenerator<unknown> {
  const file = createReadStream(path, { end: Math.max(0, bytes - 1) })
  // What goes wrong in one of them ends the last one with it.
  yield* pipeline(file, createGunzip(), split(parse), () => {})
}

/** What comes after the last line break: a line that was cut, or nothing. */
const parse = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

/** Of a file that is not what it was: what can be said about where it goes wrong. */
async function whereItEnds(path: string, rows: AsyncGenerator<Row>): Promise<string> {
  let last: Row | null = null
  try {
    for await (const row of rows) last = row
    return 'Every line can be read all the same, and at least one is not what it was'
  } catch (error) {
    const where = (error as BackupError).message.replace(damaged(path, '').message, '')
    return `It can be read up to ${where}${last ? `, after rows of ${last.table}` : ''}`
  }
}

const foreign = (path: string, why: string, cause?: unknown) =>
  new BackupError('not_a_backup', `${path} is no backup of Firebreak: ${why}`, { cause })

const damaged = (path: string, where: string, cause?: unknown) =>
  new BackupError('damaged', `${path} is damaged: ${where}`, { cause })
