import { distance } from 'fastest-levenshtein'

/** One thing that is wrong with the configuration, and where. */
export interface Problem {
  /** The file as it was named to us; null when the environment is meant. */
  file: string | null
  /** Counted from 1; null when there is no line to point at. */
  line: number | null
  column: number | null
  /** `services.checkout.target`, or a variable's name; empty when the whole file is meant. */
  key: string
  /** What is wrong and what would be right. It never holds the value of an environment variable. */
  message: string
}

/** The configuration can't be used. Holds everything that is wrong with it, not only the first thing. */
export class ConfigError extends Error {
  readonly code = 'config'
  readonly problems: Problem[]
  constructor(problems: Problem[], options?: { cause?: unknown }) {
    super(problems.map(describe).join('\n'), options)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** `firebreak.yml:12:5  services.checkout.traget: unknown key; did you mean "target"?` */
function describe({ file, line, column, key, message }: Problem): string {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  const what = key === '' ? message : `${key}: ${message}`
  return place === '' ? what : `${place}  ${what}`
}

/** `did you mean "target"?` when one of the words is near, else all of them. */
export function suggest(written: string, words: string[]): string {
  const near = nearest(written, words)
  if (near !== undefined) return `did you mean "${near}"?`
  return words.length === 0 ? 'there are none yet' : `known: ${words.join(', ')}`
}

/** The word that was probably meant. Short words must be closer: P4 isn't a slip for P0. */
export function nearest(written: string, words: string[]): string | undefined {
  const typed = written.toLowerCase()
  const slips = typed.length < 4 ? typed.length - 2 : Math.max(2, Math.floor(typed.length / 3))
  return words
    .map((word) => ({ word, slips: distance(typed, word.toLowerCase()) }))
    .filter((candidate) => candidate.slips <= Math.max(0, slips))
    .sort((a, b) => a.slips - b.slips)[0]?.word
}
