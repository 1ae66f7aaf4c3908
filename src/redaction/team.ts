import { RE2JS } from 're2js'
import type { Finder, Span } from './runs.ts'

/** A pattern of the team's own, in RE2's syntax. */
export interface TeamPattern {
  name: string
  pattern: string
}

/**
 * How much is searched at once, how much of it again with what follows, and for how many matches: to find all of them
 * takes the square of it with some patterns.
 */
const BLOCK = 1_024
const OVERLAP = 256
const MOST_MATCHES = 32
/** How much of a line before and after its end is looked at together. */
const BESIDE_SEAM = 64

type Range = [from: number, to: number]

/**
 * What a pattern of the team's matches, up to 256 characters: first with every line's end where it is, then over a
 * line's end, unless what begins there was whole in its line. RE2 takes linear time, whatever the pattern. Where a
 * pattern matches again and again, all that follows nearby is taken for a match.
 */
export function teamFinder({ name, pattern }: TeamPattern): Finder {
  const compiled = RE2JS.compile(pattern, RE2JS.MULTILINE)

  /** Hands on the matches in this part of a text; `take` tells where to look on. Returns where it stopped. */
  function search(text: string, [from, to]: Range, take: (start: number, end: number) => number): number {
    const matcher = compiled.matcher(text.slice(from, to))
    let at = from
    for (let matches = 0; at <= to && matcher.find(at - from); matches++) {
      if (matches === MOST_MATCHES) return at
      at = Math.max(at + 1, take(from + matcher.start(), from + matcher.end()))
    }
    return to
  }
  return ({ text, seams }) => {
    const found = new Map<number, number>()
    const lines = withLines(text, seams)
    const add = (start: number, end: number) => {
      if (end > start) found.set(lines.joined(start), lines.joined(end))
      return end
    }
    for (const range of inBlocks([0, lines.text.length])) add(search(lines.text, range, add), range[1])
    const spans: Span[] = [...found].map(([start, end]) => ({ start, end, what: name }))
    for (const range of besides(seams, text.length)) {
      search(text, range, (start, end) => {
        const inLine = found.get(start)
        if (inLine === undefined && end > start) spans.push({ start, end, what: name })
        return inLine ?? end
      })
    }
    return spans
  }
}

/** The view with a line break at each seam. `joined` tells where a place in it is in the view. */
function withLines(text: string, seams: readonly number[]) {
  const cuts = [...seams, text.length]
  return {
    text: cuts.map((cut, i) => text.slice(cuts[i - 1] ?? 0, cut)).join('\n'),
    joined(at: number): number {
      let [low, high] = [0, seams.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((seams[middle] as number) + middle < at) low = middle + 1
        else high = middle
      }
      return at - low
    },
  }
}

/** What stands around the seams. */
function besides(seams: readonly number[], length: number): Range[] {
  const ranges: Range[] = []
  for (const seam of seams) {
    const last = ranges.at(-1)
    const to = Math.min(length, seam + BESIDE_SEAM)
    if (last && seam - BESIDE_SEAM <= last[1]) last[1] = to
    else ranges.push([Math.max(0, seam - BESIDE_SEAM), to])
  }
  return ranges.flatMap(inBlocks)
}

/** Blocks that overlap. */
function inBlocks([from, to]: Range): Range[] {
  const blocks = Math.max(1, Math.ceil((to - from - OVERLAP) / (BLOCK - OVERLAP)))
  return Array.from({ length: blocks }, (_, i): Range => {
    const start = from + i * (BLOCK - OVERLAP)
    return [start, Math.min(to, start + BLOCK)]
  })
}
