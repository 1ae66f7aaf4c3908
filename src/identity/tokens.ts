import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { sha256 } from '../timeline/canonical.ts'
import { GENERAL, type Ledger } from '../timeline/ledger.ts'
import type { Identity } from './identity.ts'
import { asActor, colleagueOf, type Person } from './person.ts'
import { IdentityUnavailable } from './roles.ts'
import { findToken, insertToken, readToken, revokeToken, standingTokens, touchToken } from './tokens/store.ts'

/** A personal token of the command line. The secret itself is nowhere: only its hash is kept. */
export interface Token {
  /** 4; what `revoke 4` means. */
  id: number
  /** Whose it is, by person id: it carries no rights but theirs. */
  person: string
  issuedBy: string
  expiresAt: Date
  /** To the minute; null: never. */
  usedAt: Date | null
}

interface Asked {
  person: Person
  cause: string
}

interface Refused {
  kind: 'refused'
  reason: string
}

type Holder =
  | { kind: 'holder'; token: number; person: Person }
  /** `not_valid`: the token opens nothing; `not_entitled`: it would, but its person may not come in. */
  | { kind: 'refused'; code: 'not_valid' | 'not_entitled'; reason: string }

export interface Tokens {
  /** Makes one for a user of the asker's workspace; the table takes 90 days at most. The secret is in the result alone. */
  issue(
    asked: Asked,
    to: { user: string; days: number },
  ): Promise<{ kind: 'done'; token: Token; secret: string } | Refused>
  /** One's own, always; somebody else's takes the same right as issuing. */
  revoke(asked: Asked, id: number): Promise<{ kind: 'done'; token: Token } | Refused>
  /** Those that work: everybody's for whoever may issue them, else one's own. */
  list(person: Person): Promise<Token[]>
  /** Who comes with this secret. Rejects with `IdentityUnavailable` when nobody can tell whether they are still a member. */
  holder(secret: string): Promise<Holder>
}

/** What a token looks like; anything else isn't worth a look into the table. */
const SECRET = /^firebreak_[A-Za-z0-9_-]{43}$/
const DAY_MS = 24 * 60 * 60_000

export function createTokens(tools: {
  db: Kysely<Schema>
  ledger: Ledger
  identity: Pick<Identity, 'person' | 'whose' | 'isRevoked'>
  /** Policy's word on issuing tokens; a refusal is on record then. */
  refuseUnlessEntitled(asked: Asked & { line: string }): Promise<Refused | null>
  mayManage(person: Person): Promise<boolean>
}): Tokens {
  const { db, ledger, identity } = tools

  return {
    async issue(asked, { user, days }) {
      const refusal = await tools.refuseUnlessEntitled({ ...asked, line: `token ${user} --days ${days}` })
      if (refusal) return refusal
      const holder = await personOrRefusal(identity, colleagueOf(asked.person.id, user))
      if ('kind' in holder) return holder
      const denial = await whyNotHolder(identity, holder)
      if (denial) return refused(`${holder.name} can have no token: ${denial}`)
      const secret = `firebreak_${randomBytes(32).toString('base64url')}`
      const token = await ledger.transaction(asked.cause, async (tx) => {
        const chain = await tx.hold(GENERAL)
        const token = await insertToken(tx.db, {
          ...{ person: holder.id, hash: sha256(secret), issuedBy: asked.person.id },
          ...{ issuedAt: chain.now, expiresAt: new Date(chain.now.getTime() + days * DAY_MS) },
        })
        const about = { token: token.id, person: holder.id, name: holder.name }
        await chain.append({
          subject: tokenName(token.id),
          actor: asActor(asked.person),
          body: { type: 'token.issued', ...about, expiresAt: token.expiresAt.toISOString() },
        })
        return token
      })
      return { kind: 'done', token, secret }
    },

    async revoke(asked, id) {
      const token = await readToken(db, id)
      if (!token) return refused(`there is no token ${id}`)
      if (token.person !== asked.person.id) {
        const refusal = await tools.refuseUnlessEntitled({ ...asked, line: `token revoke ${id}` })
        if (refusal) return refusal
      }
      // Taking a right away must not wait for Slack: a name is worth less than that.
      const name = await identity.person(token.person).then(
        (person) => person.name,
        () => token.person,
      )
      return await ledger.transaction(asked.cause, async (tx) => {
        const chain = await tx.hold(GENERAL)
        if (!(await revokeToken(tx.db, id, chain.now))) return refused(`token ${id} is revoked already`)
        await chain.append({
          subject: tokenName(id),
          actor: asActor(asked.person),
          body: { type: 'token.revoked', token: id, person: token.person, name },
        })
        return { kind: 'done', token }
      })
    },

    list: async (person) => await standingTokens(db, (await tools.mayManage(person)) ? null : person.id),

    async holder(secret) {
      const token = SECRET.test(secret) ? await findToken(db, sha256(secret)) : undefined
      const again = 'ask whoever administers Firebreak for another'
      if (!token) return invalid(`this token is not known; ${again}`)
      if (token.revokedAt) return invalid(`this token (${token.id}) was revoked; ${again}`)
      if (token.expired) return invalid(`this token (${token.id}) expired on ${day(token.expiresAt)}; ${again}`)
      const person = await identity.person(token.person)
      const denial = await whyNotHolder(identity, person)
      if (denial) return { kind: 'refused', code: 'not_entitled', reason: `${person.name} may not come in: ${denial}` }
      await touchToken(db, token.id)
      return { kind: 'holder', token: token.id, person }
    },
  }
}

/** What Slack says of an account that is no member's. */
const STANDING: Record<Exclude<Person['standing'], 'member'>, string> = {
  guest: 'is a guest’s',
  bot: 'is a bot’s',
  stranger: 'is of another workspace',
  deactivated: 'is deactivated',
  unknown: 'is not known',
}

/** Only who could act in Slack can act at a terminal. */
async function whyNotHolder(identity: Pick<Identity, 'isRevoked'>, person: Person): Promise<string | null> {
  const { standing } = person
  if (standing !== 'member') {
    return `only full members of the workspace can use the command line, and this account ${STANDING[standing]}`
  }
  return (await identity.isRevoked(person)) ? 'all rights of this person are revoked' : null
}

const personOrRefusal = async (identity: Pick<Identity, 'whose'>, account: string): Promise<Person | Refused> =>
  await identity.whose(account).catch((error) => {
    if (error instanceof IdentityUnavailable) return refused(error.message)
    throw error
  })

/** As entries name it. */
export const tokenName = (id: number): string => `token ${id}`
const day = (date: Date): string => date.toISOString().slice(0, 10)
const refused = (reason: string): Refused => ({ kind: 'refused', reason })
const invalid = (reason: string): Holder => ({ kind: 'refused', code: 'not_valid', reason })
