import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentity } from '../../src/identity/identity.ts'
import { createTokens } from '../../src/identity/tokens.ts'
import { alice, person } from '../support/engine.ts'
import { type IdentityWorld, identityWorld } from './world.ts'

let world: IdentityWorld
beforeAll(async () => {
  world = await identityWorld()
})
afterAll(() => world.close())

describe('a person whose rights were revoked under another of their accounts, before it was known as theirs', () => {
  it('comes in with no token, and gets none', async () => {
    const { db, ledger, directory, rules, people } = world
    const identity = createIdentity(db, { directory, rules: () => rules })
    const manage = { refuseUnlessEntitled: async () => null, mayManage: async () => true }
    const tokens = createTokens({ db, ledger, identity, ...manage })
    people.set('U0BOB2', person('U0BOB2'))
    const issue = (n: number) => tokens.issue({ person: alice, cause: `test:${n}` }, { user: 'U0BOB', days: 1 })
    const issued = await issue(1)
    if (issued.kind === 'refused') throw new Error(issued.reason)

    const revoked = { person: 'T1/U0BOB2', revoked_by: alice.id, reason: 'lost phone', revoked_at: new Date() }
    await db.insertInto('revocations').values(revoked).execute()
    expect(await tokens.holder(issued.secret)).toMatchObject({ kind: 'holder', person: { id: 'T1/U0BOB' } })
    rules.people = [['U0BOB', 'U0BOB2']]
    const reason = expect.stringMatching(/all rights of this person are revoked/)
    expect(await tokens.holder(issued.secret)).toEqual({ kind: 'refused', code: 'not_entitled', reason })
    expect(await issue(2)).toEqual({ kind: 'refused', reason })
  })
})
