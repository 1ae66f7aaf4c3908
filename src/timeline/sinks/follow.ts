import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import pRetry, { AbortError } from 'p-retry'
import { isDatabaseAway } from '../../storage/away.ts'
import type { Log } from '../../storage/log.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Session } from '../../storage/session.ts'
import type { Ledger } from '../ledger.ts'
import { readSealed } from '../sealed/store.ts'
import { LEDGER_CHANNEL } from '../store.ts'
import type { StoredEntry } from '../verify.ts'
import type { Sink } from './sink.ts'
import { chainsBehindSink, markSent, readCursor } from './store.ts'

/** What following takes. */
export interface Tools {
  db: Kysely<Schema>
  ledger: Ledger
  session: Session
  log: Log
  /** How many entries a sink lacks; null: another replica knows. */
  behind(sink: string, entries: number | null): void
  /** How long a send that failed is held back, in milliseconds: first, and at most. */
  backoff?: { firstMs: number; mostMs: number }
  /** How often what was overheard is looked for. */
  pollMs?: number
}

export interface Follower {
  start(): void
  /** Ends what is under way within some seconds. */
  stop(): Promise<void>
}

/** A batch has at most so many entries and, unless one alone is longer, characters. */
const BATCH = { entries: 500, characters: 1_000_000 }
const POLL_MS = 30_000
const BACKOFF = { firstMs: 1_000, mostMs: 60_000 }
/** How often it is asked for whether a sink has lost its replica. */
const TAKE_OVER_MS = 1_000

/** The sink is another replica's now. */
class NotMine extends Error {
  readonly code = 'not_mine'
}

/**
 * Streams every chain to a sink: in order within a chain, each entry at least once. How far it has come is marked after
 * it was sent: a crash in between sends again and never skips. One replica at a time has a sink (an advisory lock).
 */
export function createFollower(sink: Sink, tools: Tools): Follower {
  const { db, ledger, session, log, behind, backoff = BACKOFF, pollMs = POLL_MS } = tools
  const key = `sink:${sink.name}`
  const stopping = new AbortController()
  const { signal } = stopping
  /** Chains that have grown; null: not known which, look at all. */
  let grown: Set<string> | null = null
  let bell = new AbortController()
  let running: Promise<void> | null = null
  /** What was said of the sink already. */
  let saidAway = false
  const noted = new Set<string>()

  function wake(chain: string) {
    grown?.add(chain)
    bell.abort()
  }

  async function follow() {
    while (!signal.aborted) {
      try {
        bell = new AbortController()
        if (await session.tryLock(key)) await catchUp()
        else behind(sink.name, null)
      } catch (error) {
        grown = null
        if (signal.aborted) break
        if (error instanceof NotMine) log.warn({ sink: sink.name }, 'an audit sink was lost to another replica')
        else if (isDatabaseAway(error))
          log.warn({ err: error, sink: sink.name }, 'the database is away; the audit sink waits')
        else log.error({ err: error, sink: sink.name }, 'the audit sink can not be fed; trying again')
        bell = new AbortController()
      }
      const ms = session.held(key) ? pollMs : Math.min(TAKE_OVER_MS, pollMs)
      await delay(ms, undefined, { signal: AbortSignal.any([signal, bell.signal]) }).catch(() => {})
      if (!bell.signal.aborted || !session.held(key)) grown = null
    }
    await session.unlock(key)
    await sink.close()
  }

  async function catchUp() {
    const known = grown
    grown = new Set()
    if (known === null) for (const chain of await measure()) await sendChain(chain)
    else for (const chain of known) await sendChain(chain)
    behind(sink.name, 0)
  }

  async function measure(): Promise<string[]> {
    const chains = await chainsBehindSink(db, sink.name)
    behind(
      sink.name,
      chains.reduce((sum, { behind }) => sum + behind, 0),
    )
    return chains.map(({ chain }) => chain)
  }

  async function sendChain(chain: string) {
    for (let after = await readCursor(db, sink.name, chain); ; ) {
      const entries = fitting(await readSealed(db, chain, { after, limit: BATCH.entries }))
      const last = entries.at(-1)
      if (!last) return
      await deliver(entries.map((entry) => lineOf(chain, entry)))
      await markSent(db, sink.name, chain, last.seq)
      after = last.seq
    }
  }

  /** Until it has arrived, or this replica has lost the sink. */
  async function deliver(lines: string[]) {
    const attempt = async () => {
      if (!session.held(key)) throw new AbortError(new NotMine(`${sink.name} is another replica's`))
      return await sink.send(lines, signal)
    }
    const note = await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      ...{ minTimeout: backoff.firstMs, maxTimeout: backoff.mostMs, randomize: true, signal },
      async onFailedAttempt({ error }) {
        if (error instanceof NotMine || signal.aborted) return
        if (!saidAway) log.warn({ err: error, sink: sink.name }, 'an audit sink is away; what it lacks is sent later')
        saidAway = true
        await measure().catch(() => {})
      },
    })
    if (saidAway) log.info({ sink: sink.name }, 'an audit sink is back')
    saidAway = false
    if (note !== null && !noted.has(note)) log.warn({ sink: sink.name }, `audit sink: ${note}`)
    if (note !== null) noted.add(note)
  }

  ledger.onAppend(wake)
  session.listen(LEDGER_CHANNEL, wake)
  session.onConnect(() => {
    grown = null
    bell.abort()
  })
  return {
    start() {
      running ??= follow()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function fitting(entries: StoredEntry[]): StoredEntry[] {
  let characters = 0
  const end = entries.findIndex(({ bytes, payload }, i) => {
    characters += bytes.length + (payload?.length ?? 0)
    return characters > BATCH.characters && i > 0
  })
  return end < 0 ? entries : entries.slice(0, end)
}

const lineOf = (chain: string, { seq, hash, bytes, salt, payload }: StoredEntry): string =>
  JSON.stringify({ chain, seq, hash, bytes, salt, payload })
