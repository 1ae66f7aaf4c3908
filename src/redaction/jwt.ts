import { BASE64URL, type Finder, runEnd, type Span, stretch } from './runs.ts'
import type { View } from './view.ts'

/** How long a signature is in base64url: HS256, HS384 and so on, Ed25519, ECDSA, RSA. */
const SIGNATURES = new Set([43, 64, 86, 128, 176, 342, 512, 683])

/** JSON Web Tokens: `eyJ….eyJ….signature`. One that was cut off after its payload is one, too. */
export const findJwts: Finder = (view) => {
  const spans: Span[] = []
  let upTo = 0
  for (let dot = view.text.indexOf('.eyJ'); dot !== -1; dot = view.text.indexOf('.eyJ', upTo)) {
    const start = headerBefore(view, dot, upTo)
    upTo = dot + 1
    if (start === null) continue
    const payload = payloadEnd(view, dot + 1)
    const signed = view.text[payload] === '.'
    const whole = (found: string) => SIGNATURES.has(found.length)
    const end = signed ? runEnd(view, payload + 1, { chars: BASE64URL, min: 43, whole }) : payload
    spans.push({ start, end, what: 'JWT' })
    upTo = end
  }
  return spans
}

/** Where the segment before this dot begins; null when it is no header. Two dots' segments never overlap. */
function headerBefore({ text }: View, dot: number, upTo: number): number | null {
  let from = dot
  while (from > upTo && BASE64URL[text.charCodeAt(from - 1)] === 1) from -= 1
  const start = text.indexOf('eyJ', from)
  return start < dot ? start : null
}

/** A line's end inside of it is passed as long as a dot follows, or what can't be a plain word. */
function payloadEnd(view: View, from: number): number {
  for (let end = stretch(view, from, BASE64URL); ; ) {
    const next = view.isSeam(end) ? stretch(view, end, BASE64URL) : end
    if (next === end) return end
    if (next - end < 8 && view.text[next] !== '.' && !view.isSeam(next)) return end
    end = next
  }
}
