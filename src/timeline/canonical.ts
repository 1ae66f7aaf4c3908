import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * RFC 8785 (JCS) bytes of a value as JSON sees it: dates become ISO strings, undefined keys vanish. Lone surrogates,
 * which the RFC forbids and a cut Slack message may hold, become U+FFFD.
 */
export function canonical(value: unknown): string {
  const plain = JSON.parse(JSON.stringify(value, (_, v) => (typeof v === 'string' ? v.toWellFormed() : v)))
  const text = canonicalize(plain)
  if (text === undefined) throw new TypeError('Only JSON values have canonical bytes')
  return text
}

export function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
