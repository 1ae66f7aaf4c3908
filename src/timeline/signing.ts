import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonical, sha256 } from './canonical.ts'

/** Where a chain ends: how many entries it has, and the hash (hex) of the last one. */
interface Head {
  chain: string
  seq: number
  hash: string
}

/** An export as a whole: `file` is the SHA-256 (hex) of its bytes up to the line that holds the signature. */
export interface ExportStatement extends Head {
  file: string
}

/** What is signed; each kind has a statement of its own, so that none can be taken for another. */
type Statement = { kind: 'chain-head'; of: Head } | { kind: 'export'; of: ExportStatement }

export interface Signature {
  /** The public key's fingerprint. */
  key: string
  /** Base64 of the key's DER (SPKI): who doubts the fingerprint can compute it. */
  publicKey: string
  /** Base64, Ed25519. */
  signature: string
}

export interface Signer {
  fingerprint: string
  sign(statement: Statement): Signature
}

/** Signs with an Ed25519 private key. The same statement has the same signature always. */
export function createSigner(privateKey: KeyObject): Signer {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const fingerprint = fingerprintOf(der)
  const publicKey = der.toString('base64')
  return {
    fingerprint,
    sign: (statement) => ({
      ...{ key: fingerprint, publicKey },
      signature: sign(null, bytesOf(statement), privateKey).toString('base64'),
    }),
  }
}

/** Whether the key has that fingerprint and signed this; whether the key can be trusted is another question. */
export function isSigned(statement: Statement, { key, publicKey, signature }: Signature): boolean {
  try {
    const der = fromBase64(publicKey)
    if (fingerprintOf(der) !== key) return false
    const parsed = createPublicKey({ key: der, type: 'spki', format: 'der' })
    if (parsed.asymmetricKeyType !== 'ed25519') return false
    return verify(null, bytesOf(statement), parsed, fromBase64(signature))
  } catch {
    return false
  }
}

/** How people name a key: by its fingerprint, or by its PEM. Null when the text is neither. */
export function readFingerprint(text: string): string | null {
  if (/^[0-9a-f]{32}$/i.test(text.trim())) return text.trim().toLowerCase()
  try {
    const key = createPublicKey(text)
    return key.asymmetricKeyType === 'ed25519' ? fingerprintOf(key.export({ type: 'spki', format: 'der' })) : null
  } catch {
    return null
  }
}

/** `12:ab12cd34ef567890`, a head as the thread shows it: the entry's number and 16 digits of its hash, or more of them. */
export function readHead(text: string): { seq: number; hash: string } | null {
  const [, seq, hash] = /^([1-9]\d{0,8}):([0-9a-f]{16,64})$/i.exec(text.trim()) ?? []
  return seq && hash ? { seq: Number(seq), hash: hash.toLowerCase() } : null
}

/** The first 32 hex digits of the SHA-256 of a public key's DER (SPKI): 128 bits, which nobody finds a second key for. */
const fingerprintOf = (spki: Uint8Array): string => sha256(spki).toString('hex').slice(0, 32)

/** Base64 as it is written: a decoder overlooks a good deal. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new TypeError('This is no base64')
  return bytes
}

const bytesOf = ({ kind, of }: Statement): Buffer => Buffer.from(`firebreak:${kind}:v1\n${canonical(of)}`)
