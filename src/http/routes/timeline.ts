import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Desk } from '../../../commands/desk.ts'
import type { Person } from '../../identity/person.ts'
import { parseIncidentName } from '../../incidents/incident.ts'
import type { Act } from '../../operations/rights.ts'
import { eraseEntries, MOST_ENTRIES } from '../../privacy/erase.ts'
import type { Schema } from '../../storage/schema.ts'
import { GENERAL, type Ledger } from '../../timeline/ledger.ts'
import { readFingerprint, readHead } from '../../timeline/signing.ts'
import { readByCause } from '../../timeline/store.ts'
import { sentencesOf } from '../../timeline/verdict.ts'
import { verifyChain } from '../../timeline/verify-chain.ts'
import { already, once } from './once.ts'
import { ApiError, defineRoute, Key } from './route.ts'
import type { Said } from './said.ts'

const Chain = z
  .string()
  .regex(/^(INC-[1-9]\d{0,8}|general)$/i, 'must be an incident such as INC-7, or general')
  .transform((text) => (text.toLowerCase() === GENERAL ? GENERAL : text.toUpperCase()))

/** Several, parted by commas; each is read, or the message says what it must be. */
const several = <T>(read: (text: string) => T | null, message: string) =>
  z.string().transform((text, issue): T[] =>
    text.split(',').flatMap((one) => {
      const value = read(one)
      if (value === null) issue.addIssue({ code: 'custom', message })
      return value === null ? [] : [value]
    }),
  )
const Keys = several(readFingerprint, 'must be fingerprints of keys, 32 hex digits each')
const Heads = several(readHead, 'must be heads such as 12:ab12cd34ef567890: an entry, and 16 to 64 digits of its hash')

/**
 * `GET /api/timeline?chain=INC-7&keys=…&heads=12:…`: whether a chain in the database is as it was recorded, signed with
 * these keys alone, and with what was seen of it elsewhere in its place.
 */
export const verify = ({ db, key, desk }: { db: Kysely<Schema>; key: string; desk: Pick<Desk, 'incidents'> }) =>
  defineRoute({
    method: 'GET',
    path: '/api/timeline',
    act: null,
    input: z.strictObject({ chain: Chain, keys: Keys.optional(), heads: Heads.optional() }),

    async handle({ chain, keys = null, heads = [] }, { person }): Promise<Said> {
      const id = parseIncidentName(chain)
      const isSeen = id === null || (await desk.incidents.find({ person }, id)) !== null
      const verdict = isSeen ? await verifyChain(db, chain, { keys, heads }) : null
      if (!verdict) throw new ApiError(404, 'no_chain', `there is no timeline of ${chain}`)
      return {
        kind: verdict.ok ? 'text' : 'refused',
        text: sentencesOf(verdict, { inUse: [key, ...(keys ?? [])] }).join('\n'),
      }
    },
  })

/** `POST /api/erase`: what entries say, for good; that they were there stays. */
export const erase = (tools: {
  db: Kysely<Schema>
  ledger: Ledger
  whyNotEntitled(person: Person, act: Act): Promise<string | null>
}) =>
  defineRoute({
    method: 'POST',
    path: '/api/erase',
    act: 'erase',
    input: z.strictObject({
      chain: Chain,
      entries: z.array(z.int().positive()).min(1).max(MOST_ENTRIES),
      reason: z.string().max(500),
      key: Key,
    }),

    async handle({ key: _, ...asked }, { person, cause }): Promise<Said> {
      const result = await once(tools.db, cause, () => eraseEntries(tools, { ...asked, person, cause }))
      if (!result) return already(await readByCause(tools.db, cause))
      if (result.kind === 'refused') return { kind: 'refused', text: `Nothing was erased: ${result.reason}.` }
      return { kind: 'text', text: `Erased; entry ${result.erasure} of ${asked.chain} says so.` }
    },
  })
