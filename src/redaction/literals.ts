import { literally } from './mark.ts'
import { alphabet, type Finder } from './runs.ts'

/** A shorter secret, or one that is a plain word, would take every such word with it. */
const SHORTEST = 8
const isTelling = (secret: string): boolean =>
  secret.length >= SHORTEST && (secret.length >= 2 * SHORTEST || /[^A-Za-z]/.test(secret))

const ENCODED = alphabet(/[\w+/=-]/)
/** What base64 makes of a secret's edges depends on what stands beside them. */
const EDGE = 4

/**
 * These very texts, also URL-encoded, JSON-escaped and in base64, wherever in it they begin. `joined` takes line breaks
 * out, as a view does.
 */
export function literalFinder(secrets: Iterable<string>, joined: (text: string) => string): Finder {
  const telling = [...secrets].filter(isTelling)
  if (telling.length === 0) return () => []
  const plain = new Set(telling.flatMap(spellings).map(joined))
  const encoded = new Set(telling.flatMap(inBase64))
  const longestFirst = (texts: Set<string>) => [...texts].sort((a, b) => b.length - a.length).map(literally)
  const pattern = new RegExp(`(${longestFirst(plain).join('|')})|(?:${longestFirst(encoded).join('|')})`, 'g')
  return ({ text, isSeam }) =>
    [...text.matchAll(pattern)].map(({ index, 0: found, 1: isPlain }) => {
      let [start, end] = [index, index + found.length]
      const edge = isPlain ? 0 : EDGE
      const isEncoded = (at: number) => ENCODED[text.charCodeAt(at)] === 1
      for (let i = 0; i < edge && !isSeam(start) && isEncoded(start - 1); i++) start -= 1
      for (let i = 0; i < edge && !isSeam(end) && isEncoded(end); i++) end += 1
      return { start, end, what: 'secret' }
    })
}

function spellings(secret: string): string[] {
  const url = encodeURIComponent(secret.toWellFormed())
  const lower = url.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())
  return [secret, JSON.stringify(secret).slice(1, -1), url, lower, url.replaceAll('%20', '+')]
}

/** What is the same of it in base64 whatever stands before and after it, for each place in a group of three bytes. */
function inBase64(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from('\0'.repeat(before) + secret)
    const core = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
