import { asActor, type Person } from '../identity/person.ts'
import { blankSaid } from '../incidents/conversation/erased.ts'
import { parseIncidentName } from '../incidents/incident.ts'
import { blankWords } from '../incidents/store.ts'
import { isErasable } from '../timeline/classes.ts'
import { type Actor, type Entry, FIREBREAK } from '../timeline/entries.ts'
import type { Ledger, LedgerTransaction } from '../timeline/ledger.ts'
import { readEntriesAt } from '../timeline/sealed/store.ts'
import { erasePayloads, readProgress, readTypes } from '../timeline/store.ts'

export type Erased = { kind: 'done'; erasure: number } | { kind: 'refused'; code: string; reason: string }

interface Context {
  ledger: Ledger
  /** Why policy doesn't let them erase; null when it does. */
  whyNotEntitled(person: Person, act: 'erase'): Promise<string | null>
}

/** One erasure names at most so many entries, and gives a reason of at most so many characters. */
export const MOST_ENTRIES = 1_000
const LONGEST_REASON = 500

/**
 * Erases what entries of a chain say: that they were there, when and by whom stays, and an entry says who erased them and
 * why. What the database held of the same words elsewhere goes too, and Slack's messages follow. All of them, or none.
 *
 * Refused with `denied`, `bad_request`, `no_chain`, `no_entry`, `kept` (what carries governance) or `erased_already`.
 */
export async function eraseEntries(
  { ledger, whyNotEntitled }: Context,
  asked: { person: Person; cause: string; chain: string; entries: number[]; reason: string },
): Promise<Erased> {
  const denial = await whyNotEntitled(asked.person, 'erase')
  if (denial) return refused('denied', denial)
  const reason = asked.reason.trim()
  const entries = [...new Set(asked.entries)].sort((a, b) => a - b)
  if (reason === '')
    return refused('bad_request', 'an erasure needs a reason, which stays on record: say why, not what')
  if (reason.length > LONGEST_REASON) {
    return refused('bad_request', `the reason has ${reason.length} characters, and ${LONGEST_REASON} at most are kept`)
  }
  if (
    entries.length === 0 ||
    entries.length > MOST_ENTRIES ||
    !entries.every((seq) => Number.isSafeInteger(seq) && seq > 0)
  ) {
    return refused('bad_request', `name between 1 and ${MOST_ENTRIES} entries by their numbers`)
  }
  return await erase(ledger, asked.cause, { ...asked, entries, actor: asActor(asked.person), reason, class: null })
}

/** By age: what retention takes. Its entries were chosen as such that can be erased. */
export const eraseByAge = (ledger: Ledger, chain: string, entries: number[], kept: { class: string; for: string }) =>
  erase(ledger, null, {
    ...{ chain, entries, actor: FIREBREAK, class: kept.class },
    reason: `${kept.class} is kept for ${kept.for}`,
  })

interface Erasure {
  chain: string
  entries: number[]
  actor: Actor
  reason: string
  class: string | null
}

async function erase(
  ledger: Ledger,
  cause: string | null,
  { chain, entries, actor, ...why }: Erasure,
): Promise<Erased> {
  return await ledger.transaction(cause, async (tx) => {
    // Holding a chain makes it: first, whether there is such a one.
    if (!(await readProgress(tx.db, chain))) return refused('no_chain', `there is no timeline ${chain}`)
    const held = await tx.hold(chain)
    const found = await readTypes(tx.db, chain, entries)
    const problem = whyNot(chain, entries, found)
    if (problem) return problem
    await blank(tx, chain, await readEntriesAt(tx.db, chain, entries))
    const erasure = await held.append({ subject: chain, actor, body: { type: 'timeline.erased', entries, ...why } })
    const gone = await erasePayloads(tx.db, chain, entries)
    if (gone !== entries.length) throw new Error(`${gone} of ${entries.length} entries of ${chain} could be erased`)
    return { kind: 'done', erasure }
  })
}

type Found = Awaited<ReturnType<typeof readTypes>>

function whyNot(chain: string, entries: number[], found: Found): Erased | null {
  const missing = entries.filter((seq) => !found.some((entry) => entry.seq === seq))
  if (missing.length > 0) return refused('no_entry', `${chain} has no entry ${missing.join(', ')}`)
  const kept = found.filter(({ type }) => !isErasable(type))
  if (kept.length > 0) {
    const which = kept.map(({ seq, type }) => `${seq} (${type})`).join(', ')
    return refused('kept', `what says who decided and did what is never erased: ${which}`)
  }
  const already = found.filter(({ erased }) => erased).map(({ seq }) => seq)
  return already.length > 0 ? refused('erased_already', `already erased: ${already.join(', ')}`) : null
}

/** The incident's row, and what its conversation left, hold the same words. */
async function blank({ db }: LedgerTransaction, chain: string, entries: Entry[]) {
  const incident = chain.startsWith('INC-') ? parseIncidentName(chain) : null
  if (incident === null) return
  const has = (type: string) => entries.some(({ body }) => body.type === type)
  await blankWords(db, incident, {
    title: has('incident.opened') || has('incident.corrected'),
    conclusion: has('incident.status_changed'),
  })
  await blankSaid(db, entries)
}

const refused = (code: string, reason: string) => ({ kind: 'refused', code, reason }) as const
