import type { Problem } from './verdict.ts'

/** How an entry stands to the one before it. */
type Step = 'next' | 'apart' | 'again'

export interface Order {
  /** The next entry says that it has this number. */
  step(seq: number): Step
  /** The number after the greatest one so far. */
  next(): number
  /** What is wrong with the order, now that all of them have come. `length`: how many there should be, if that is known. */
  problems(length: number | null): Problem[]
}

/** More jumps than this are no mishap; what they would tell is told by the first ones. */
const MOST_JUMPS = 1_000

/** Follows the numbers of a chain's entries as they come. It remembers only what is out of order. */
export function createOrder(first: number): Order {
  let next = first
  let last = first - 1
  const holes = new Set<number>()
  const jumps: { from: number; to: number }[] = []
  const again = new Set<number>()

  return {
    next: () => next,
    step(seq) {
      const adjacent = seq === last + 1
      if (!adjacent && jumps.length < MOST_JUMPS) jumps.push({ from: last, to: seq })
      last = seq
      if (seq >= next) {
        for (let hole = next; hole < seq; hole++) holes.add(hole)
        next = seq + 1
      } else if (!holes.delete(seq)) {
        again.add(seq)
        return 'again'
      }
      return adjacent ? 'next' : 'apart'
    },
    problems(length) {
      const strange = [
        ...[...again].map(
          (seq): Problem => ({
            ...{ kind: 'inserted', entries: [seq] },
            text: `there is more than one entry ${seq}: all but one were inserted`,
          }),
        ),
        ...ranges(holes).map(deleted),
      ]
      const moved = strange.length === 0 ? reordered(jumps) : []
      return [...strange, ...moved, ...(length !== null && next <= length ? [truncated(next, length)] : [])]
    },
  }
}

const deleted = ([first, last]: [number, number]): Problem =>
  first === last
    ? { kind: 'deleted', entries: [first], text: `entry ${first} was deleted` }
    : { kind: 'deleted', entries: [first, last], text: `entries ${first} to ${last} were deleted` }

function truncated(first: number, last: number): Problem {
  const what = first === last ? `entry ${first} is` : `entries ${first} to ${last} are`
  return { kind: 'truncated', entries: [first, last], text: `${what} missing: the end was cut off` }
}

/** All are there, none twice, and still they came with jumps: who stands in whose place? */
function reordered(jumps: { from: number; to: number }[]): Problem[] {
  const [start] = jumps
  if (!start) return []
  const expected = start.from + 1
  const found = start.to
  const after = jumps.find(({ from }) => from === found)?.to ?? found + 1
  const before = jumps.find(({ to }) => to === expected)?.from ?? found
  const problem = (entries: number[], text: string): Problem[] => [{ kind: 'reordered', entries, text }]
  if (found === expected + 1 && before !== found) {
    return problem([expected, before], `entry ${expected} was moved: it stands after entry ${before}`)
  }
  if (after === expected && found !== expected + 1) {
    return problem([found, expected], `entry ${found} was moved: it stands before entry ${expected}`)
  }
  return problem([expected, found], `entries ${expected} and ${found} have changed places`)
}

/** Numbers as runs without gaps: the first and the last of each. */
function ranges(numbers: Set<number>): [number, number][] {
  const runs: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && run[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  return runs
}
