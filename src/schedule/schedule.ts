import type { Transaction } from 'kysely'
import { fromKysely, PgBoss } from 'pg-boss'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import { QUEUE, SCHEMA } from './install.ts'

/** Has something looked at when its time has come, in whichever replica, however often they start anew meanwhile. */
export interface Schedule {
  /**
   * Has the subject (`INC-7`, `OP-12`) looked at then; commits with the transaction. A look that is lost costs latency and
   * no truth: what is due is in the tables, and the next start looks at all of it.
   */
  wake(trx: Transaction<Schema>, subject: string, at: Date): Promise<void>
  /** Before anything else. Rejects when the database is away, and may be called again then. */
  open(): Promise<void>
  /** `look` decides what is due; it may come twice, and is asked again when it throws. */
  start(look: (subject: string) => Promise<void>): Promise<void>
  /** Waits for the looks under way, 2 s at most. */
  stop(): Promise<void>
}

const STOP_MS = 2_000
/** Twice a second is as often as pg-boss polls. */
const POLL_S = 1

interface Wake {
  subject: string
}

/** @param url the bot's own role: `installSchedule` made the tables before, as their owner */
export function createSchedule(
  url: string,
  { log, pollSeconds = POLL_S }: { log: Log; pollSeconds?: number },
): Schedule {
  const boss = new PgBoss({
    ...{ connectionString: url, schema: SCHEMA, application_name: 'firebreak schedule', max: 2 },
    // All of these are the owner's to do.
    ...{ migrate: false, createSchema: false, reindex: false, monitorVacuum: false },
    // Nothing comes back at fixed times.
    schedule: false,
  })
  boss.on('error', (err) => log.warn({ err }, 'the schedule could not be asked; trying again'))
  return {
    async wake(trx, subject, at) {
      await boss.send(QUEUE, { subject } satisfies Wake, { startAfter: at, db: fromKysely(trx) })
    },
    async open() {
      try {
        await boss.start()
      } catch (error) {
        await boss.stop({ graceful: false }).catch(() => {})
        throw error
      }
    },
    async start(look) {
      await boss.work<Wake>(QUEUE, { pollingIntervalSeconds: pollSeconds, batchSize: 20 }, async (jobs) => {
        await Promise.all(jobs.map(({ data }) => look(data.subject)))
      })
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_MS }),
  }
}
