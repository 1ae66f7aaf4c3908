/**
 * A text without the breaks that a terminal, a log shipper or JSON put into it, so that what was cut in two is whole
 * again. A place where a break was is a seam. Blank lines stay: nothing goes on after one.
 */
export interface View {
  text: string
  /** The places in `text` before which a break was, in order. */
  seams: readonly number[]
  isSeam(at: number): boolean
  /** The break as the text had it: `\n2026-11-21T10:17:03Z `. Empty where there is no seam. */
  seamText(at: number): string
  /** Where this part of the view stands in the text. */
  original(start: number, end: number): [start: number, end: number]
}

/** A mark of an earlier time, in a view. It belongs to no alphabet, so that nothing is found in it. */
export const MARK = '\ue000'

/** What loggers put before each line: `2026-11-21T10:17:03.123Z stdout F `, `checkout-1  | `. */
const PREFIX =
  '(?:\\[?\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?\\]?[ \\t]+' +
  '(?:std(?:out|err) [FP] )?|[\\w.-]{1,63}-\\d{1,4} {0,32}\\| )?'
/** A line break with the next line's indentation; a shell's has a backslash before it. */
const BREAK = `(?:\\\\?\\r?\\n[ \\t]*)+${PREFIX}`
/** As JSON writes it, and JSON inside of JSON. */
const ESCAPED = '(?:\\\\{1,8}r)?\\\\{1,8}n'
/** A terminal's. */
const COLOUR = '\\x1b\\[[\\d;]{0,16}m'

/** A part of the text that is not in the view, or one character there. */
interface Piece {
  /** In the view, and in the text. */
  at: number
  from: number
  length: number
  shown: '' | '\n' | typeof MARK
}

/** `marks` is the source of a pattern. */
export function createViews(marks: string): (text: string) => View {
  const left = new RegExp(`(${marks})|${COLOUR}|${BREAK}|${ESCAPED}`, 'g')
  return (text) => {
    const pieces: Piece[] = []
    let shown = ''
    let upTo = 0
    for (const match of text.matchAll(left)) {
      const [found, isMark] = match
      shown += text.slice(upTo, match.index)
      upTo = match.index + found.length
      const as = isMark ? MARK : found.indexOf('\n') === found.lastIndexOf('\n') ? '' : '\n'
      pieces.push({ at: shown.length, from: match.index, length: found.length, shown: as })
      shown += as
    }
    return viewOf(shown + text.slice(upTo), text, pieces)
  }
}

function viewOf(text: string, whole: string, pieces: Piece[]): View {
  const seams = new Set(pieces.filter(({ shown }) => shown === '').map(({ at }) => at))

  /** The last piece that this holds for; it holds for all before it, too. */
  function last(holds: (piece: Piece) => boolean): Piece | undefined {
    let [low, high] = [-1, pieces.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (holds(pieces[middle] as Piece)) low = middle
      else high = middle - 1
    }
    return pieces[low]
  }
  const startOf = (at: number): number => {
    const before = last((piece) => piece.at + piece.shown.length <= at)
    return before ? at - before.at - before.shown.length + before.from + before.length : at
  }
  const endOf = (at: number): number => {
    const itself = last((piece) => piece.at <= at)
    return startOf(at) + (itself?.at === at && itself.shown !== '' ? itself.length : 1)
  }

  return {
    text,
    seams: [...seams],
    isSeam: (at) => seams.has(at),
    seamText: (at) => (at === 0 ? '' : whole.slice(endOf(at - 1), startOf(at))),
    original: (start, end) => [startOf(start), endOf(end - 1)],
  }
}
