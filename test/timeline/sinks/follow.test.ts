import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyFile } from '../../../src/review/verify-file.ts'
import { type Database, openDatabase } from '../../../src/storage/database.ts'
import { openSession, type Session } from '../../../src/storage/session.ts'
import { FIREBREAK } from '../../../src/timeline/entries.ts'
import { createLedger, type Ledger } from '../../../src/timeline/ledger.ts'
import { createFollower, type Follower } from '../../../src/timeline/sinks/follow.ts'
import { createSinks, type Sink } from '../../../src/timeline/sinks/sink.ts'
import { type TestDatabase, testDatabase } from '../../support/database.ts'
import { keptLog, quiet } from '../../support/log.ts'
import { until } from '../../support/until.ts'
import { signer } from '../chains.ts'

let database: TestDatabase
let bot: Database
let ledger: Ledger
let folder: string
let closing: (() => Promise<void>)[]
beforeEach(async () => {
  database = await testDatabase()
  bot = openDatabase(database.url, { log: quiet })
  ledger = createLedger(bot.db, { signer })
  folder = await mkdtemp(join(tmpdir(), 'firebreak-follow-'))
  closing = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  await bot.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const append = (chain: string, reason: string) =>
  ledger.transaction(null, async (tx) => {
    const body = { type: 'operation.refused', line: 'scale checkout 5', code: 'denied', reason } as const
    await (await tx.hold(chain)).append({ subject: chain, actor: FIREBREAK, body })
  })

/** A sink that fails as told, and keeps what it took. */
function keeping(name = 'memory') {
  const lines: { chain: string; seq: number }[] = []
  const sink: Sink & { lines: typeof lines; fail: (() => Promise<void>) | null } = {
    ...{ name, lines, fail: null },
    async send(batch) {
      await sink.fail?.()
      lines.push(...batch.map((line) => JSON.parse(line)))
      return null
    },
    close: async () => {},
  }
  return sink
}

interface Replica {
  follower: Follower
  session: Session
  log: ReturnType<typeof keptLog>
  behind: (number | null)[]
}

/** A process of its own: a session, and a ledger that doesn't hear of others but by NOTIFY. */
function replica(sink: Sink, own: Partial<Parameters<typeof createFollower>[1]> = {}): Replica {
  const session = openSession(database.url, { log: quiet })
  const log = keptLog()
  const behind: (number | null)[] = []
  const tools = {
    db: bot.db,
    ledger: createLedger(bot.db),
    session,
    log,
    backoff: { firstMs: 10, mostMs: 20 },
    pollMs: 200,
  }
  const follower = createFollower(sink, { ...tools, behind: (_, entries) => behind.push(entries), ...own })
  follower.start()
  closing.push(async () => {
    await follower.stop()
    await session.close()
  })
  return { follower, session, log, behind }
}
const seqs = (sink: ReturnType<typeof keeping>, chain: string) =>
  sink.lines.filter((line) => line.chain === chain).map(({ seq }) => seq)

describe('an audit sink', () => {
  it('gets every chain from its first entry, in order, and then what comes', async () => {
    for (const n of [1, 2, 3]) await append('INC-1', `entry ${n}`)
    await append('general', 'first')
    const sink = keeping()
    replica(sink, { pollMs: 60_000 })
    await until(() => sink.lines.length === 4)
    await Promise.all([4, 5, 6].map((n) => append('INC-1', `entry ${n}`)))
    await append('INC-2', 'new chain')
    await until(() => sink.lines.length === 8)
    expect(seqs(sink, 'INC-1')).toEqual([1, 2, 3, 4, 5, 6])
    expect([seqs(sink, 'general'), seqs(sink, 'INC-2')]).toEqual([[1], [1]])
  })

  it('has a file that verifies, signed heads and all, without the database', async () => {
    for (let n = 0; n < 20; n++) await append(`INC-${n % 3}`, `entry ${n}`)
    await ledger.transaction(null, async (tx) => await (await tx.hold('INC-1')).sign())
    const path = join(folder, 'audit.jsonl')
    const { behind } = replica(createSinks([{ kind: 'file', path }])[0] as Sink)
    await until(() => behind.at(-1) === 0)
    const verdict = await verifyFile(path, {})
    expect(verdict).toMatchObject({ kind: 'verified', ok: true })
    const verdicts = verdict.kind === 'verified' ? verdict.verdicts : []
    expect(verdicts.map(({ chain, entries, signatures }) => [chain, entries, signatures.length]).sort()).toEqual([
      ['INC-0', 7, 0],
      ['INC-1', 8, 1],
      ['INC-2', 6, 0],
    ])
  })

  it('that is away is waited for, said once, and gets everything afterwards', async () => {
    const sink = keeping()
    let failures = 0
    sink.fail = async () => {
      failures += 1
      throw new Error('connection refused')
    }
    for (const n of [1, 2, 3]) await append('INC-1', `entry ${n}`)
    const { log, behind } = replica(sink)
    await until(() => failures > 4)
    await append('INC-1', 'entry 4')
    expect(behind.at(-1)).toBeGreaterThanOrEqual(3)
    sink.fail = null
    await until(() => sink.lines.length === 4)
    await until(() => behind.at(-1) === 0)
    expect(seqs(sink, 'INC-1')).toEqual([1, 2, 3, 4])
    expect(log.messages).toEqual(['an audit sink is away; what it lacks is sent later', 'an audit sink is back'])
  })

  it('gets again, and never misses, what was sent when the process died before it was marked', async () => {
    for (let n = 1; n <= 5; n++) await append('INC-1', `entry ${n}`)
    const path = join(folder, 'audit.jsonl')
    const [file] = createSinks([{ kind: 'file', path }]) as [Sink]
    // It arrives, and the process is gone before it knows.
    let arrived = false
    const dying: Sink = {
      ...file,
      async send(lines, signal) {
        await file.send(lines, signal)
        arrived = true
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const first = replica(dying)
    await until(() => arrived)
    await first.follower.stop()
    await first.session.close()
    const { behind } = replica(file)
    await until(() => behind.at(-1) === 0)
    const lines = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq)
    expect(lines).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
    expect(await verifyFile(path)).toMatchObject({ kind: 'verified', ok: true })
  })

  it('is one replica’s at a time, and another’s when that one is gone', async () => {
    const sink = keeping()
    const first = replica(sink)
    await until(() => first.session.held('sink:memory'))
    const second = replica(sink)
    for (let n = 1; n <= 30; n++) await append('INC-1', `entry ${n}`)
    await until(() => sink.lines.length >= 30)
    expect(second.session.held('sink:memory')).toBe(false)
    expect(second.behind.every((entries) => entries === null)).toBe(true)
    await first.follower.stop()
    await append('INC-1', 'entry 31')
    await until(() => sink.lines.length >= 31)
    expect(seqs(sink, 'INC-1')).toEqual(Array.from({ length: 31 }, (_, i) => i + 1))
  })

  it('doesn’t hold up another one', async () => {
    const [stuck, well] = [keeping('stuck'), keeping('well')]
    stuck.send = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    replica(stuck)
    replica(well)
    await append('INC-1', 'one')
    await until(() => well.lines.length === 1)
  })
})
