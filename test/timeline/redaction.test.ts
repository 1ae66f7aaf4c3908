import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import type { EntryBody } from '../../src/timeline/entries.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { quiet } from '../support/log.ts'

let database: TestDatabase
let bot: Database
beforeAll(async () => {
  database = await testDatabase()
  bot = openDatabase(database.url, { log: quiet })
})
afterAll(async () => {
  await bot.close()
  await database.drop()
})

describe('an entry with a secret in it', () => {
  it('is redacted before it is sealed, whoever appends it', async () => {
    const said = await createLedger(bot.db).transaction('cause', async (tx) => {
      const chain = await tx.hold('INC-1')
      await chain.append({
        subject: 'INC-1',
        actor: { id: 'T1/U0ALICE', name: 'Alice (sk_live_0123456789abcdefABCDEF)' },
        body: { type: 'operation.refused', line: 'look db', code: 'rejected', reason: 'amqp://bot:hunter2@mq is away' },
      })
      return chain.redact('password=hunter2')
    })
    expect(said).toBe('password=[redacted: password]')
    const [entry] = await readEntries(bot.db, 'INC-1')
    expect(entry).toMatchObject({
      actor: { id: 'T1/U0ALICE', name: 'Alice ([redacted: Stripe key])' },
      body: { reason: 'amqp://bot:[redacted: password]@mq is away' },
    })
    const { rows } = await sql<{ text: string }>`select p::text as text from payloads p`.execute(bot.db)
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|sk_live/)
    expect(await verifyChain(bot.db, 'INC-1')).toMatchObject({ ok: true, erased: 0 })
  })

  it('keeps what the program has to read again exactly', async () => {
    const bodies: EntryBody[] = [
      {
        ...{ type: 'chain.signed', seq: 1, hash: 'a1'.repeat(32), key: '5f'.repeat(16) },
        publicKey: Buffer.alloc(44, 7).toString('base64'),
        signature: Buffer.alloc(64, 113).toString('base64'),
      },
      { type: 'token.issued', token: 4711, person: 'T1/U0BOB', name: 'Bob', expiresAt: '2026-12-24T10:17:03.123Z' },
    ]
    await createLedger(bot.db).transaction(null, async (tx) => {
      const chain = await tx.hold('general')
      for (const body of bodies) {
        await chain.append({ subject: 'general', actor: { id: 'firebreak', name: 'Firebreak' }, body })
      }
    })
    expect((await readEntries(bot.db, 'general')).map(({ body }) => body)).toEqual(bodies)
  })
})
