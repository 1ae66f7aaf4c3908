import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely } from 'kysely'
import { isDatabaseAway } from '../storage/away.ts'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import type { Ledger } from '../timeline/ledger.ts'
import { judge } from './judge.ts'
import type { Sighting } from './lost.ts'
import { recoveryName } from './standing.ts'
import { readServer } from './store.ts'

export interface Guard {
  /**
   * Whether nothing that is pending may run now: a recovery stands, or it isn't known yet whether one has to begin. To be
   * asked before anything is taken up. Rejects while the database is away.
   */
  holds(): Promise<boolean>
  stop(): void
}

export interface GuardOptions {
  db: Kysely<Schema>
  ledger: Ledger
  /** What Slack shows of what the ledger said lately. Rejects when Slack can't be asked. */
  witness(signal: AbortSignal): Promise<Sighting[]>
  /** Called when a recovery stands that did not before or has begun anew, and when it stands no more. */
  changed(): void
  log: Log
  /** For so long everything waits for the comparison, if it doesn't end before. */
  waitMs?: number
  /** When Slack couldn't be asked, it is asked again after so long. */
  againMs?: number
}

/** So many chains are remembered: those that grew last. */
const REMEMBERED = 1_000

/**
 * Finds out whether the ledger has lost entries, each time that this process meets a database server: at its start, and
 * after a failover. What Slack shows and what this process itself recorded is compared with what is there. When Slack is
 * away nothing waits for it: such an hour is not the one to stop everything in, and a failover is rare.
 */
export function createGuard(options: GuardOptions): Guard {
  const { db, ledger, log, waitMs = 15_000, againMs = 10_000 } = options
  const remembered = new Map<string, Sighting>()
  const stopping = new AbortController()
  let met: string | null = null
  let compared = false
  let waitUntil = 0
  let again = 0
  let looking = false
  /** Which recovery stood, and since when: one that loses more begins anew. */
  let stood = ''
  let saidAway: string | null = null

  ledger.onAppend((chain, { seq, hash, recordedAt }) => {
    remembered.delete(chain)
    remembered.set(chain, { subject: chain, chain, seq, head: hash, recordedAt })
    const [oldest] = remembered.keys()
    if (oldest !== undefined && remembered.size > REMEMBERED) remembered.delete(oldest)
  })

  async function look(server: string) {
    const own = [...remembered.values()]
    await judge({ db, ledger }, own, { final: false })
    const seen = await options.witness(stopping.signal).catch((error) => {
      if (met === server) waitUntil = 0
      throw error
    })
    await judge({ db, ledger }, [...own, ...seen], { final: true })
    if (met !== server) return
    compared = true
    log.info({ messages: seen.length }, 'The ledger was compared with what Slack shows of it')
  }

  // Whoever asks first has nothing to do with what is compared.
  const begin = AsyncLocalStorage.bind((server: string) => {
    looking = true
    look(server)
      .catch((error) => {
        if (stopping.signal.aborted) return
        if (saidAway === server) return
        saidAway = server
        const who = isDatabaseAway(error) ? 'the database' : 'Slack'
        log.warn(
          { err: error },
          `Whether the ledger lost entries is not known yet: ${who} can’t be asked; trying again`,
        )
      })
      .finally(() => {
        looking = false
        again = Date.now() + againMs
      })
  })

  return {
    async holds() {
      // Before the tables are asked: what is found meanwhile stands in them by then.
      const open = compared || Date.now() >= waitUntil
      const { server, standing } = await readServer(db)
      const known = server === met
      if (!known) {
        met = server
        compared = false
        waitUntil = Date.now() + waitMs
        again = 0
      }
      if (!compared && !looking && Date.now() >= again && !stopping.signal.aborted) begin(server)
      const stands = standing ? `${standing.id} since ${standing.beganAt.toISOString()}` : ''
      if (stands !== stood) {
        stood = stands
        const { reason } = standing ?? {}
        log.warn(
          { reason },
          standing ? `${recoveryName(standing.id)} stands: nothing pending runs` : 'The recovery is over',
        )
        options.changed()
      }
      return standing !== null || !known || !open
    },
    stop: () => stopping.abort(),
  }
}
