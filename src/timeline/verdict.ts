/**
 * What can be wrong with a chain.
 *
 * - `deleted`, `truncated`: entries that are not there, in the middle or at the end
 * - `inserted`: an entry that was never recorded there
 * - `reordered`: an entry in another's place
 * - `edited`: its facts, or what it says, are not what was recorded
 * - `missing`: what it says is gone, and no entry says that it was erased
 * - `signature`: a signature that isn't good, or is over another timeline
 * - `unknown_key`, `unsigned`: not signed with a key that was named as the right one
 * - `file`: an export was changed, but none of its entries
 */
export type ProblemKind =
  | ('deleted' | 'truncated' | 'inserted' | 'reordered' | 'edited' | 'missing')
  | ('signature' | 'unknown_key' | 'unsigned' | 'file')

export interface Problem {
  kind: ProblemKind
  /** The entries it is about: one, the first and the last of several, or the two that changed places; none for a file. */
  entries: number[]
  /** A sentence without its full stop: `entry 5 was edited: …`. */
  text: string
}

/** How a chain fared. */
export interface Verdict {
  chain: string
  ok: boolean
  /** The first entry that was there: 1, unless what was verified holds only the end of a chain. */
  from: number
  /** How many entries were there. */
  entries: number
  /** How many of them were erased, and are said to be by a later entry. */
  erased: number
  /** Of how many what they say is gone without an entry that says so, which may come after the end of an excerpt. */
  unexplained: number
  /** Hash (hex) of the last entry. */
  head: string
  /** The good signatures by key: how many, and up to which entry the last one reaches. */
  signatures: { key: string; count: number; through: number }[]
  /** The gravest first, at most 20. */
  problems: Problem[]
  /** How many more there were. */
  more: number
}

/** The verdict for people, a sentence a line. `inUse`: fingerprints of keys that are known to be right. */
export function sentencesOf(verdict: Verdict, { inUse = [] }: { inUse?: string[] } = {}): string[] {
  const { chain, ok, from, entries, erased, unexplained, head, problems, more } = verdict
  if (!ok) {
    const rest = more > 0 ? [`  … and ${more} more.`] : []
    return [`${chain} does NOT verify:`, ...problems.map(({ text }) => `  ${text}.`), ...rest]
  }
  const which = from === 1 ? '' : `, from entry ${from} on: what came before is not in here`
  const gone =
    erased === 0
      ? []
      : [
          erased === 1
            ? 'What one of them said was erased, and an entry says so.'
            : `What ${erased} of them said was erased, and entries say so.`,
        ]
  return [
    `${chain} verifies: ${entries === 1 ? '1 entry' : `${entries} entries`}${which}. Head ${head}.`,
    ...gone,
    ...(unexplained === 0
      ? []
      : [
          `What ${unexplained === 1 ? 'one' : unexplained} of them said is missing, or was erased later than this goes.`,
        ]),
    ...signed(verdict, inUse),
  ]
}

function signed({ signatures, from, entries }: Verdict, inUse: string[]): string[] {
  if (signatures.length === 0)
    return ['No signature vouches for it: whoever can write to the database could have made it.']
  const last = from + entries - 1
  const through = Math.max(...signatures.map((one) => one.through))
  return [
    ...signatures.map(({ key, count, through }) => {
      const known = inUse.includes(key)
        ? ''
        : ' Nothing here says whose key that is: compare it with the one that the bot logs at its start.'
      return `Signed ${count === 1 ? 'once' : `${count} times`} with key ${key}, up to entry ${through}.${known}`
    }),
    ...(through < last - 1 ? [`No signature covers the entries after ${through} yet.`] : []),
  ]
}
