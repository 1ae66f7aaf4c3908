import { AsyncLocalStorage } from 'node:async_hooks'
import { because } from '../../timeline/because.ts'
import { FIREBREAK } from '../../timeline/entries.ts'
import { unheeded } from '../approvals/store.ts'
import { askNext, LOOKING_MS } from '../asking.ts'
import { changeName } from '../change.ts'
import type { Context } from '../context.ts'
import { IllegalMove, move, withChange } from '../move.ts'
import { execute } from './execute.ts'
import { type Due, dueChanges, readCause } from './store.ts'
import { takeOver } from './take-over.ts'
import { waitsFor } from './waits.ts'

/** Claims what is approved, expires what waited too long, takes over from workers that went silent. */
export interface Worker {
  start(): void
  /** Looks now rather than at the next poll: something was approved. */
  wake(): void
  /** Takes nothing new, lets effects under way get their outcome, hands over what only has to be watched. */
  stop(): Promise<void>
}

/** What this process appends wakes it at once; the poll is for other processes' work, and for time passing. */
const POLL_MS = 1_000
/** As many as one look finds: most of them only watch. */
const AT_ONCE = 100

export function createWorker(context: Context): Worker {
  const running = new Map<number, Promise<unknown>>()
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let again = false

  async function look(): Promise<void> {
    if (await context.recovering()) return
    const { severities, afterMs } = context.rules().askNext
    const asks = await unheeded(context.db, { severities, afterMs, lookingMs: LOOKING_MS })
    const changes = (await dueChanges(context.db)).filter((change) => !stillWaits(change))
    const due = [...asks.map((id) => ({ id, due: 'ask' as const })), ...changes]
    for (const { id, due: kind } of due) start(id, kind)
  }

  function start(id: number, due: keyof typeof WORK) {
    if (stopping.signal.aborted || running.size >= AT_ONCE || running.has(id)) return
    const task = attempt(id, due)
      .finally(() => running.delete(id))
      // What has to wait, and what failed, is for the poll: at once would be a loop as fast as the database can answer.
      .then((did) => did && wake())
    running.set(id, task)
  }

  async function attempt(id: number, due: keyof typeof WORK): Promise<boolean> {
    // Only the log wants it: nothing waits for a database that can't tell.
    const cause = await readCause(context.db, id).catch(() => null)
    if (stopping.signal.aborted) return false
    return await because({ change: changeName(id), ...(cause !== null && { cause }) }, async () => {
      const since = performance.now()
      try {
        const did = await WORK[due](context, id, stopping.signal)
        const ms = Math.round(performance.now() - since)
        if (did) context.log.info({ due, ms }, 'a worker is done with a change')
        return did
      } catch (error) {
        if (error instanceof IllegalMove)
          context.log.warn(
            { err: error, due },
            'This change is not ours any more: its lease ran out, or somebody else moved it',
          )
        else context.log.error({ err: error, due }, 'A change is left as it is; trying again')
        return false
      }
    })
  }

  // Whoever wakes it has nothing to do with what it finds.
  const wake = AsyncLocalStorage.bind(() => {
    if (!timer || stopping.signal.aborted) return
    if (looking) {
      again = true
      return
    }
    looking = look()
      .catch((error) => context.log.warn({ err: error }, 'Could not look for approved changes; trying again'))
      .finally(() => {
        looking = null
        if (again) {
          again = false
          wake()
        }
      })
  })

  return {
    start() {
      timer = setInterval(wake, POLL_MS)
      wake()
    },
    wake,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await looking
      await Promise.all(running.values())
    },
  }
}

/** It was told what it waits for, and that is so still: to try again would only keep others from the chain. */
const stillWaits = ({ due, detail, ...on }: Due): boolean =>
  due === 'claim' && detail !== null && waitsFor(on) === detail

/** Each does its part, and says whether it did something. */
export const WORK = { ask: askNext, expire, claim: execute, take_over: takeOver }

async function expire(context: Context, id: number): Promise<boolean> {
  return await withChange(context, id, null, async (held) => {
    const { state, approveBy, executeBy } = held.change
    const deadline = state === 'planned' ? approveBy : executeBy
    if ((state !== 'planned' && state !== 'approved') || deadline > held.chain.now) return false
    const detail = state === 'planned' ? 'nobody approved it in time' : 'it was not executed in time'
    await move(held, 'expired', FIREBREAK, detail, { finished_at: held.chain.now })
    return true
  })
}
