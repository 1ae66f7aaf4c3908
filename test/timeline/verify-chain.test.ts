import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eraseByAge } from '../../src/privacy/erase.ts'
import { withClient } from '../../src/storage/connection.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { createLedger, type Ledger } from '../../src/timeline/ledger.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'
import { otherSigner, signer } from './chains.ts'
import { examples } from './evening.ts'

let database: TestDatabase
let bot: Database
let ledger: Ledger
let chain: string
let chains = 0
beforeAll(async () => {
  database = await testDatabase()
  bot = openDatabase(database.url, { log: quiet })
  ledger = createLedger(bot.db, { signer })
})
afterAll(async () => {
  await bot.close()
  await database.drop()
})
beforeEach(async () => {
  chain = `INC-${++chains}`
  await append(6)
  await ledger.transaction(null, async (tx) => (await tx.hold(chain)).sign())
})

const append = (count: number) =>
  ledger.transaction(null, async (tx) => {
    const held = await tx.hold(chain)
    for (let i = 0; i < count; i++)
      await held.append({ subject: chain, actor: FIREBREAK, body: examples['operation.read'] })
  })
/** As the role that owns the tables, which can do everything. */
const tamper = (...statements: string[]) =>
  withClient(database.migrateUrl, async (owner) => {
    for (const statement of statements) await owner.query(statement.replaceAll('CHAIN', `'${chain}'`))
  })
const problems = async () => (await verifyChain(bot.db, chain))?.problems.map(({ kind, entries }) => [kind, ...entries])

describe('a chain in the database', () => {
  it('verifies as it was recorded, with its signature', async () => {
    expect(await verifyChain(bot.db, chain, { keys: [signer.fingerprint] })).toMatchObject({
      ...{ ok: true, entries: 7, erased: 0, signatures: [{ key: signer.fingerprint, count: 1, through: 6 }] },
    })
    expect(await verifyChain(bot.db, 'INC-999')).toBeNull()
  })

  it('verifies when it is longer than a batch, and when it has been erased from', async () => {
    await append(1_500)
    expect(await verifyChain(bot.db, chain)).toMatchObject({ ok: true, entries: 1_507 })
    await eraseByAge(ledger, chain, [2, 1_200], { class: 'output', for: '30 days' })
    expect(await verifyChain(bot.db, chain)).toMatchObject({ ok: true, entries: 1_508, erased: 2 })
  })

  it('is verified on one snapshot: what is appended and erased meanwhile doesn’t disturb it', async () => {
    await append(4_000)
    let over = false
    const verifying = verifyChain(bot.db, chain).finally(() => {
      over = true
    })
    for (let seq = 4_005; !over && seq > 3_900; seq--)
      await eraseByAge(ledger, chain, [seq], { class: 'output', for: '1 day' })
    expect(await verifying).toMatchObject({ ok: true })
    expect(await verifyChain(bot.db, chain)).toMatchObject({ ok: true })
  })

  it.each<[string, string[], unknown[]]>([
    [
      'the facts of an entry',
      [
        `update timeline set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'firebreak', 'T1/U0EVE'), 'UTF8') where chain = CHAIN and seq = 3`,
      ],
      ['edited', 3],
    ],
    ['bytes that are no text', [`update timeline set bytes = '\\xff' where chain = CHAIN and seq = 3`], ['edited', 3]],
    [
      'what an entry says',
      [`update payloads set body = replace(body, 'checkout', 'payment') where chain = CHAIN and seq = 3`],
      ['edited', 3],
    ],
    [
      'the columns that queries see',
      [`update timeline set type = 'config.loaded' where chain = CHAIN and seq = 3`],
      ['edited', 3],
    ],
    [
      'when it was recorded',
      [`update timeline set recorded_at = recorded_at - interval '1 day' where chain = CHAIN and seq = 3`],
      ['edited', 3],
    ],
    ['that it said anything', [`delete from payloads where chain = CHAIN and seq = 3`], ['missing', 3]],
    [
      'that it was there',
      [`delete from payloads where chain = CHAIN and seq = 3`, `delete from timeline where chain = CHAIN and seq = 3`],
      ['deleted', 3],
    ],
    [
      'the order of two',
      [
        `create temp table two as select seq, bytes, hash, type from timeline where chain = CHAIN and seq in (3, 5)`,
        `update timeline t set bytes = two.bytes, hash = two.hash from two where t.chain = CHAIN and t.seq = 8 - two.seq and two.seq in (3, 5) and t.seq in (3, 5)`,
      ],
      ['reordered', 3, 5],
    ],
    [
      'the end',
      [`delete from payloads where chain = CHAIN and seq > 5`, `delete from timeline where chain = CHAIN and seq > 5`],
      ['truncated', 6, 7],
    ],
    ['the head on record', [`update chains set head = '\\x00' where chain = CHAIN`], ['edited', 7]],
    [
      'a signature',
      [`update payloads set body = replace(body, 'signature":"', 'signature":"AA') where chain = CHAIN and seq = 7`],
      ['edited', 7],
    ],
  ])('tells that somebody changed %s', async (_, statements, found) => {
    await tamper(...statements)
    expect((await problems())?.[0]).toEqual(found)
  })

  it('tells that its end was cut off with the record of it, when Slack or a sink had come further', async () => {
    const cut = [
      `delete from payloads where chain = CHAIN and seq > 5`,
      `delete from timeline where chain = CHAIN and seq > 5`,
      `update chains c set seq = 5, head = (select hash from timeline t where t.chain = c.chain and t.seq = 5) where chain = CHAIN`,
    ]
    await tamper(`update chains set projected = 7 where chain = CHAIN`, ...cut)
    expect(await problems()).toEqual([['truncated', 6, 7]])
    await tamper(`update chains set projected = 0 where chain = CHAIN`)
    expect(await problems(), 'nothing in here knows any more').toEqual([])
    await tamper(`insert into sink_cursors values ('file:/audit', CHAIN, 6)`)
    expect(await problems()).toEqual([['truncated', 6, 6]])
  })

  it('tells a signature of another key, when the right one is named', async () => {
    const forger = createLedger(bot.db, { signer: otherSigner })
    await forger.transaction(null, async (tx) => (await tx.hold(chain)).sign())
    const verdict = await verifyChain(bot.db, chain, { keys: [signer.fingerprint] })
    expect(verdict?.problems).toMatchObject([{ kind: 'unknown_key', entries: [8] }])
  })
})
