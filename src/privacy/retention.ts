import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { isDatabaseAway } from '../storage/away.ts'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import type { Session } from '../storage/session.ts'
import { typesOf } from '../timeline/classes.ts'
import type { Ledger } from '../timeline/ledger.ts'
import { eraseByAge, MOST_ENTRIES } from './erase.ts'
import { expiredChains, expiredEntries } from './store.ts'

/** For how long content is kept, in milliseconds; null: for ever. */
export interface Retention {
  conversation: number | null
  output: number | null
}

export interface Sweeper {
  start(): void
  stop(): Promise<void>
}

const EVERY_MS = 3_600_000
/** Another replica sweeps, or the session is not connected yet. */
const AGAIN_MS = 60_000
const LOCK = 'retention'

/**
 * Once an hour, by one replica: erases all that is older than its class is kept for, in incidents that are over and in
 * what belongs to none. An entry in each chain says so; its place and its hash stay.
 */
export function createSweeper(
  db: Kysely<Schema>,
  {
    ledger,
    session,
    retention,
    log,
    everyMs = EVERY_MS,
  }: {
    ledger: Ledger
    session: Session
    retention: Retention
    log: Log
    everyMs?: number
  },
): Sweeper {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | null = null

  /** False when it was not this replica's turn. */
  async function sweep(): Promise<boolean> {
    if (!(await session.tryLock(LOCK))) return false
    try {
      for (const name of ['conversation', 'output'] as const) {
        const ms = retention[name]
        const types = typesOf(name)
        if (ms === null || types.length === 0) continue
        for (const chain of await expiredChains(db, { types, olderThanMs: ms })) await sweepChain(name, ms, chain)
      }
      return true
    } finally {
      await session.unlock(LOCK)
    }
  }

  /** All of it, a batch at a time: between two of them the chain is anybody's. */
  async function sweepChain(name: keyof Retention, olderThanMs: number, chain: string) {
    for (let after = 0; !signal.aborted; ) {
      const expired = { types: typesOf(name), olderThanMs }
      const entries = await expiredEntries(db, expired, { chain, after, limit: MOST_ENTRIES })
      const last = entries.at(-1)
      if (last === undefined) return
      const erased = await eraseByAge(ledger, chain, entries, { class: name, for: days(olderThanMs) })
      if (erased.kind === 'done')
        log.info({ chain, entries: entries.length, class: name }, 'erased what is past its retention')
      after = last
    }
  }

  async function keepSweeping() {
    while (!signal.aborted) {
      const swept = await sweep().catch((error) => {
        if (signal.aborted) return false
        if (isDatabaseAway(error)) log.warn({ err: error }, 'the database is away; retention waits')
        else log.error({ err: error }, 'retention could not erase what is past it; trying again later')
        return false
      })
      await delay(swept ? everyMs : Math.min(everyMs, AGAIN_MS), undefined, { signal }).catch(() => {})
    }
  }

  return {
    start() {
      if (Object.values(retention).some((ms) => ms !== null)) running ??= keepSweeping()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** `30 days`; what is no whole number of days, in hours. */
const days = (ms: number): string => {
  const [count, unit] = ms % 86_400_000 === 0 ? [ms / 86_400_000, 'day'] : [Math.round(ms / 3_600_000), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
