import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach } from 'vitest'
import { createGuard, type Guard, type GuardOptions } from '../../src/recovery/guard.ts'
import type { Sighting } from '../../src/recovery/lost.ts'
import { withClient } from '../../src/storage/connection.ts'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { type TestEngine, testEngine } from '../support/engine.ts'
import { quiet } from '../support/log.ts'

/** For each test of a file an engine on a database of its own, and guards of its ledger. */
export function guardWorld() {
  let t: TestEngine
  let guards: Guard[]
  let changes: number
  beforeEach(async () => {
    t = await testEngine()
    guards = []
    changes = 0
  })
  afterEach(async () => {
    for (const guard of guards) guard.stop()
    await t.close()
  })

  function start(options: Partial<GuardOptions> = {}, seen: Partial<Sighting>[] = []) {
    const usual = { subject: 'INC-1', chain: 'INC-1', seq: 1, head: null, recordedAt: new Date() }
    const guard = createGuard({
      ...{ db: t.db, ledger: t.ledger, log: quiet, waitMs: 30_000, againMs: 20 },
      witness: async () => seen.map((one) => ({ ...usual, ...one })),
      changed: () => {
        changes += 1
      },
      ...options,
    })
    guards.push(guard)
    return guard
  }

  /** Asks until it is no longer in the way, or until a recovery stands. */
  async function settled(guard: Guard) {
    for (let tries = 0; tries < 500; tries++) {
      if (!(await guard.holds())) return 'free'
      if (await standing()) return 'recovery'
      await sleep(10)
    }
    throw new Error('it holds everything up, and no recovery stands')
  }
  const standing = async () =>
    await t.db.selectFrom('recoveries').selectAll().where('ended_at', 'is', null).executeTakeFirst()
  const general = async () => (await readEntries(t.db, GENERAL)).map(({ subject, body }) => [subject, body])
  const owner = (query: string) => withClient(t.database.migrateUrl, (client) => client.query(query))
  /** As the newest rows are lost when a standby takes over that had not got them yet. */
  async function lose(chain: string, after: number) {
    await owner(`delete from payloads where chain = '${chain}' and seq > ${after}`)
    await owner(`delete from timeline where chain = '${chain}' and seq > ${after}`)
    await owner(
      `update chains set seq = ${after}, head = coalesce((select hash from timeline where chain = '${chain}' and seq = ${after}), '\\x00') where chain = '${chain}'`,
    )
  }
  const end = () => owner(`update recoveries set ended_by = 'somebody', ended_at = now()`)

  return {
    ...{ start, settled, standing, general, owner, lose, end },
    get t() {
      return t
    },
    /** How often a guard said that what it holds up has changed. */
    get changes() {
      return changes
    },
  }
}
