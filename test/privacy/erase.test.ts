import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eraseEntries } from '../../src/privacy/erase.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let chain: string
beforeEach(async () => {
  t = await testEngine()
  t.rules.roles.privacy = { users: ['U0BOB'], userGroups: [], onCall: [] }
  t.rules.policy.push({ ...t.rules.policy[0], roles: ['privacy'], operations: ['erase'], tiers: ['*'] } as never)
  chain = `INC-${t.incident}`
  const request = { person: alice, cause: t.cause(), channel: 'C0INCIDENTS', incident: t.incident }
  await t.engine.request({
    ...request,
    operation: t.context.operations[1] as never,
    args: { service: 'dial' },
    line: 'look dial',
  })
  expect((await t.entries()).map(({ body }) => body.type)).toEqual(['incident.opened', 'operation.read'])
})
afterEach(() => t.close())

const erase = (entries: number[], { person = bob, reason = 'a password was in it', of = chain } = {}) =>
  eraseEntries(
    { ledger: t.ledger, whyNotEntitled: (person, act) => t.engine.whyNotEntitled(person, act) },
    { person, cause: t.cause(), chain: of, entries, reason },
  )

describe('erasing entries', () => {
  it('takes what they said, and keeps that they were there and who erased them', async () => {
    expect(await erase([2])).toEqual({ kind: 'done', erasure: 3 })
    const [, read, erasure] = await t.entries()
    expect(read).toMatchObject({
      actor: { id: alice.id, name: alice.id },
      body: { type: 'erased', was: 'operation.read' },
    })
    expect(erasure).toMatchObject({
      actor: { id: bob.id },
      body: { type: 'timeline.erased', entries: [2], reason: 'a password was in it', class: null },
    })
    expect(await verifyChain(t.db, chain)).toMatchObject({ ok: true, entries: 3, erased: 1 })
    const left = await t.db.selectFrom('payloads').select('seq').where('chain', '=', chain).orderBy('seq').execute()
    expect(left.map(({ seq }) => seq)).toEqual([1, 3])
  })

  it('takes the same words from the incident', async () => {
    await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', {
      cause: 'Eve did it',
      fix: 'Eve left',
    })
    await erase([1, 4])
    expect(await t.incidents.find({ person: alice }, t.incident)).toMatchObject({
      title: '(erased)',
      cause: null,
      fix: null,
      status: 'resolved',
    })
  })

  it.each([
    ['somebody whom policy doesn’t let', () => erase([2], { person: alice }), 'denied'],
    ['no reason', () => erase([2], { reason: '  ' }), 'bad_request'],
    ['a reason that is a letter', () => erase([2], { reason: 'x'.repeat(501) }), 'bad_request'],
    ['nothing', () => erase([]), 'bad_request'],
    ['no entry’s number', () => erase([1.5]), 'bad_request'],
    ['an entry that isn’t there', () => erase([2, 99]), 'no_entry'],
    ['a timeline that isn’t there', () => erase([1], { of: 'INC-99' }), 'no_chain'],
  ])('is refused for %s, and nothing is erased', async (_, attempt, code) => {
    expect(await attempt()).toMatchObject({ kind: 'refused', code })
    expect(await t.entries()).toHaveLength(2)
    expect(await readEntries(t.db, 'INC-99')).toEqual([])
    const chains = await t.db.selectFrom('chains').select('chain').execute()
    expect(chains).toEqual([{ chain }])
  })

  it('is refused for what was decided and done, erasures too', async () => {
    t.engine.worker.start()
    const id = await t.approved(5)
    await t.until(id, 'succeeded')
    await erase([2])
    const entries = await t.entries()
    const kept = entries.filter(({ body }) => !['incident.opened', 'erased'].includes(body.type))
    expect(new Set(kept.map(({ body }) => body.type))).toContain('change.voted')
    for (const { seq } of kept) expect(await erase([seq])).toMatchObject({ kind: 'refused', code: 'kept' })
  })

  it('says so the second time', async () => {
    await erase([2])
    expect(await erase([1, 2])).toEqual({ kind: 'refused', code: 'erased_already', reason: 'already erased: 2' })
  })
})
