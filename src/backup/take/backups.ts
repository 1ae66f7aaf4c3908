import { createHash } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { asActor, type Person } from '../../identity/person.ts'
import { type Refused, refuse, refused, whenUnidentified } from '../../operations/refusal.ts'
import type { Act } from '../../operations/rights.ts'
import type { Log } from '../../storage/log.ts'
import { GENERAL, type Ledger } from '../../timeline/ledger.ts'
import { type Header, lineOf } from '../format.ts'
import { sealOf } from '../seal.ts'
import { openSnapshot, type Snapshot } from './store.ts'

interface Asked {
  person: Person
  cause: string
}

type Taken =
  /** `content` ends with an error, and so without its seal, when the database goes away or the reader stalls. */
  { kind: 'backup'; name: string; content: Readable } | Refused

export interface Backups {
  /**
   * Everything that the ledger's database holds at one moment, but for tokens, as a stream that takes as much memory for
   * a large ledger as for a small one. For whoever policy lets `backup`; on record before the first byte leaves. One at
   * a time. Whoever doesn't read `content` to its end destroys it.
   */
  take(asked: Asked): Promise<Taken>
}

export interface BackupsOptions {
  /** The database, as the bot's role. */
  url: string
  ledger: Ledger
  whyNotEntitled(person: Person, act: Act): Promise<string | null>
  /** The names of this release's migrations. */
  migrations: string[]
  log: Log
}

export function createBackups({ url, ledger, whyNotEntitled, migrations, log }: BackupsOptions): Backups {
  let busy = false

  async function take(asked: Asked): Promise<Taken> {
    const denial = await whyNotEntitled(asked.person, 'backup')
    if (denial) return await refuse({ ledger }, { ...asked, line: 'backup' }, null, 'denied', denial)
    if (busy) return refused('busy', 'a backup is being taken already: try again when it is done')
    busy = true
    const snapshot = await openSnapshot(url).catch((error) => {
      busy = false
      throw error
    })
    const content = stream(snapshot, log).once('close', () => {
      busy = false
    })
    try {
      const { header } = snapshot
      const unknown = header.migrations.filter((name) => !migrations.includes(name))
      if (unknown.length > 0) {
        content.destroy()
        const reason = `the database is ahead of this release (${unknown.join(', ')}), and a backup would leave out what it doesn’t know: let the newer release take it`
        return refused('newer', reason)
      }
      await record(header, asked)
      return { kind: 'backup', name: `firebreak-${header.takenAt.replace(/[-:]|\.\d+/g, '')}.jsonl.gz`, content }
    } catch (error) {
      content.destroy()
      throw error
    }
  }

  async function record({ chains }: Header, { person, cause }: Asked) {
    const entries = chains.reduce((sum, { seq }) => sum + seq, 0)
    await ledger.transaction(cause, async (tx) => {
      const chain = await tx.hold(GENERAL)
      const body = { type: 'backup.taken', chains: chains.length, entries } as const
      await chain.append({ subject: GENERAL, actor: asActor(person), body })
    })
  }

  return { take: (asked) => take(asked).catch(whenUnidentified) }
}

/** Header, rows, their count, seal: made as fast as it is read, and no faster. */
function stream(snapshot: Snapshot, log: Log): PassThrough {
  const content = new PassThrough()
  pipeline(linesOf(snapshot), createGzip(), sealed, content, { signal: snapshot.lost })
    .catch((error) => log.warn({ err: error }, 'a backup was not finished'))
    .finally(snapshot.close)
  return content
}

async function* linesOf({ header, rows }: Snapshot): AsyncGenerator<string> {
  yield lineOf(header)
  const counts = Object.fromEntries(Object.keys(header.tables).map((table) => [table, 0]))
  for await (const { table, rows: some } of rows()) {
    counts[table] = (counts[table] ?? 0) + some.length
    yield some.map((values) => lineOf([table, ...values])).join('')
  }
  yield lineOf({ rows: counts })
}

async function* sealed(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const some of bytes) {
    hash.update(some)
    yield some
  }
  yield sealOf(hash.digest())
}
