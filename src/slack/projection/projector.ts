import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from '../../storage/away.ts'
import type { Session } from '../../storage/session.ts'
import { because } from '../../timeline/because.ts'
import { GENERAL, type Ledger } from '../../timeline/ledger.ts'
import { chainsBehind, LEDGER_CHANNEL } from '../../timeline/store.ts'
import { type Bell, createBell } from './bell.ts'
import { NotMine, projectChain } from './project-chain.ts'
import type { Tools } from './tools.ts'
import { createTroubles } from './trouble.ts'

export interface Projector {
  /** From now on Slack follows the ledger. First of all, the cards of open incidents that Slack has lost come anew. */
  start(): void
  /** Looks anew at every card of what is open or under way: what is true of all of them has changed. */
  recheck(): void
  /** Finishes the message in hand, for so many ms at most, and leaves the rest for the next start. */
  stop(deadlineMs: number): Promise<void>
  /** Resolves when Slack shows everything that is recorded. */
  idle(): Promise<void>
}

const POLL_MS = 1_000

/**
 * Messages as a projection of the ledger, reconciled: a commit in this process wakes the chain at once, one elsewhere by
 * NOTIFY, and whatever was missed is found by the poll. One replica at a time works on a chain (an advisory lock of its
 * session), and what it needs to know is in the tables, so that any other can go on.
 */
export function createProjector(
  tools: Tools,
  { ledger, session, pollMs = POLL_MS }: { ledger: Ledger; session: Session; pollMs?: number },
): Projector {
  const { db, log, sources } = tools
  const stopping = new AbortController()
  const { signal } = stopping
  const troubles = createTroubles(log)
  /** Rings when its chain has grown. */
  const bells = new Map<string, Bell>()
  const workers = new Set<Promise<void>>()
  /** Incidents whose root was not looked at yet; null: not known which are open. */
  let unchecked: Set<string> | null = null
  /** Of those, the cards that Slack still has too; and what belongs to no incident. */
  let all = false
  let polling: Promise<void> | null = null
  /** Rings when notifications may have been missed. */
  const missed = createBell(signal)

  function wake(chain: string) {
    if (!polling || signal.aborted) return
    const bell = bells.get(chain)
    if (bell) return bell.ring()
    const worker = because({ chain }, () => work(chain)).finally(() => workers.delete(worker))
    workers.add(worker)
  }

  async function work(chain: string) {
    const key = `project:${chain}`
    const bell = createBell(signal)
    bells.set(chain, bell)
    const assertMine = () => {
      if (signal.aborted || !session.held(key)) throw new NotMine(`${chain} is not ours to show`)
    }
    try {
      do {
        bell.reset()
        if (!(await session.tryLock(key))) return
        try {
          // A recheck makes another list: what was only being looked at before stays on that.
          const list = unchecked
          const check = list?.has(chain) ? (all ? 'all' : 'lost') : null
          await projectChain({ ...tools, chain, assertMine, signal }, { check, troubles, pause: bell.wait })
          list?.delete(chain)
        } finally {
          await session.unlock(key)
        }
      } while (bell.rung() && !signal.aborted)
    } catch (error) {
      if (error instanceof NotMine || signal.aborted) return
      if (isDatabaseAway(error)) log.warn({ err: error }, 'the database is away; Slack is told later')
      else log.error({ err: error }, 'a chain can not be shown in Slack; trying again')
    } finally {
      bells.delete(chain)
    }
  }

  async function poll() {
    unchecked ??= new Set([...(await sources.open()), ...(all ? [GENERAL] : [])])
    for (const chain of new Set([...unchecked, ...(await chainsBehind(db))])) wake(chain)
  }

  async function keepPolling() {
    while (!signal.aborted) {
      await poll().catch((error) => {
        if (signal.aborted) return
        if (isDatabaseAway(error)) log.warn({ err: error }, 'the database is away; Slack is told later')
        else log.error({ err: error }, 'the ledger can not be followed; trying again')
      })
      await missed.wait(pollMs)
    }
  }

  ledger.onAppend(wake)
  session.listen(LEDGER_CHANNEL, wake)
  session.onConnect(missed.ring)
  return {
    start() {
      polling ??= keepPolling()
    },
    recheck() {
      unchecked = null
      all = true
      missed.ring()
    },
    async stop(deadlineMs) {
      stopping.abort()
      const deadline = new AbortController()
      await Promise.race([
        Promise.all([polling, ...workers]),
        delay(deadlineMs, undefined, { signal: deadline.signal, ref: false }).catch(() => {}),
      ])
      deadline.abort()
    },
    async idle() {
      while (workers.size > 0 || unchecked === null || unchecked.size > 0 || (await chainsBehind(db)).length > 0)
        await delay(5, undefined, { signal })
    },
  }
}
