import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installSchedule } from '../../src/schedule/install.ts'
import { createSchedule, type Schedule } from '../../src/schedule/schedule.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let db: ReturnType<typeof openDatabase>
const running: Schedule[] = []

beforeEach(async () => {
  database = await testDatabase()
  await installSchedule(database)
  db = openDatabase(database.url, { log: quiet })
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
  await db.close()
  await database.drop()
})

async function replica(look: (subject: string) => Promise<void>) {
  const schedule = createSchedule(database.url, { log: quiet, pollSeconds: 0.5 })
  await schedule.open()
  await schedule.start(look)
  running.push(schedule)
  return schedule
}
const soon = (ms = 0) => new Date(Date.now() + ms)
const wake = (schedule: Schedule, subject: string, at: Date) =>
  db.db.transaction().execute((trx) => schedule.wake(trx, subject, at))

describe('the schedule', () => {
  it('has a subject looked at when its time has come, and no sooner', async () => {
    const seen: [string, number][] = []
    const schedule = await replica(async (subject) => void seen.push([subject, Date.now()]))
    const later = soon(1_500)
    await wake(schedule, 'INC-8', later)
    await wake(schedule, 'INC-7', soon())
    await until(() => seen.length === 2, 10_000)
    expect(seen.map(([subject]) => subject)).toEqual(['INC-7', 'INC-8'])
    expect(seen[1]?.[1]).toBeGreaterThanOrEqual(later.getTime() - 50)
  })

  it('commits with the transaction, and is forgotten with it', async () => {
    const seen: string[] = []
    const schedule = await replica(async (subject) => void seen.push(subject))
    const failed = db.db.transaction().execute(async (trx) => {
      await schedule.wake(trx, 'INC-1', soon())
      throw new Error('never mind')
    })
    await expect(failed).rejects.toThrow('never mind')
    await wake(schedule, 'INC-2', soon())
    await until(() => seen.length > 0, 10_000)
    expect(seen).toEqual(['INC-2'])
  })

  it('survives a restart: whoever starts next looks', async () => {
    const first = await replica(async () => {})
    await wake(first, 'INC-7', soon(1_000))
    await running.pop()?.stop()
    const seen: string[] = []
    await replica(async (subject) => void seen.push(subject))
    await until(() => seen.length > 0, 10_000)
    expect(seen).toEqual(['INC-7'])
  })

  it('lets one of two replicas look, and looks again when that failed', async () => {
    const seen: string[] = []
    const look = async (subject: string) => {
      seen.push(subject)
      if (seen.length === 1) throw new Error('the database is away')
    }
    const schedule = await replica(look)
    await replica(look)
    await wake(schedule, 'INC-7', soon())
    await until(() => seen.length === 2, 15_000)
    expect(seen).toEqual(['INC-7', 'INC-7'])
  })

  it('is installed again at each start, by several at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => installSchedule(database)))
  })
})
