import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import { openSession, type Session } from '../../src/storage/session.ts'
import { emptyDatabase, type TestDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'

let database: TestDatabase
let one: Session
let two: Session
let connects: number

beforeAll(async () => {
  database = await emptyDatabase()
})
afterAll(() => database.drop())

beforeEach(async () => {
  connects = 0
  one = openSession(database.url, { log: quiet })
  two = openSession(database.url, { log: quiet })
  one.onConnect(() => connects++)
  await vi.waitFor(async () => {
    expect(await two.tryLock('ready')).toBe(true)
    expect(connects).toBe(1)
  })
})
afterEach(() => Promise.all([one.close(), two.close()]))

const notify = (payload: string) =>
  withClient(database.url, (client) => client.query(`select pg_notify('incidents', $1)`, [payload]))

const breakConnections = () =>
  withClient(database.migrateUrl, (client) =>
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'firebreak session'`,
    ),
  )

describe('notifications', () => {
  it('arrive with their payload, at every handler of the channel', async () => {
    const heard: string[] = []
    one.listen('incidents', (payload) => heard.push(`a ${payload}`))
    one.listen('incidents', (payload) => heard.push(`b ${payload}`))
    await one.tryLock('the listen before it is through')
    await notify('INC-7')
    await vi.waitFor(() => expect(heard).toEqual(['a INC-7', 'b INC-7']))
  })

  it('arrive again after the connection was lost, and the callers are told to look what they missed', async () => {
    const heard: string[] = []
    one.listen('incidents', (payload) => heard.push(payload))
    await breakConnections()
    await vi.waitFor(() => expect(connects).toBe(2), 15_000)
    await notify('INC-8')
    await vi.waitFor(() => expect(heard).toEqual(['INC-8']))
  })
})

describe('a lock', () => {
  it('is held by one session at a time', async () => {
    expect(await one.tryLock('projection')).toBe(true)
    expect(await two.tryLock('projection')).toBe(false)
    expect(two.held('projection')).toBe(false)
    await one.unlock('projection')
    expect(one.held('projection')).toBe(false)
    expect(await two.tryLock('projection')).toBe(true)
  })

  it('is given back with one unlock, however often it was taken', async () => {
    expect(await Promise.all([one.tryLock('drain'), one.tryLock('drain')])).toEqual([true, true])
    expect(await one.tryLock('drain')).toBe(true)
    await one.unlock('drain')
    expect(await two.tryLock('drain')).toBe(true)
  })

  it('is lost with the connection', async () => {
    expect(await one.tryLock('executor')).toBe(true)
    await breakConnections()
    await vi.waitFor(() => expect(one.held('executor')).toBe(false), 15_000)
    await vi.waitFor(async () => expect(await two.tryLock('executor')).toBe(true), 15_000)
    await vi.waitFor(() => expect(connects).toBe(2), 15_000)
    expect(await one.tryLock('executor')).toBe(false)
  })

  it('is not to be had while the database is away', async () => {
    const away = openSession('postgres://bot:secret@127.0.0.1:1/firebreak', { log: quiet })
    expect(await away.tryLock('executor')).toBe(false)
    expect(away.held('executor')).toBe(false)
    await away.close()
  })
})
