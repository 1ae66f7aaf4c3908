import { createPrivateKey, type KeyObject } from 'node:crypto'

/**
 * An Ed25519 private key in PKCS8: PEM (its line ends may be written `\n`, as in many places that hold secrets), or base64
 * of the PEM or of its DER. Throws when it is anything else.
 */
export function parseSigningKey(text: string): KeyObject {
  const bytes = text.includes('-----BEGIN') ? Buffer.from(text.replaceAll('\\n', '\n')) : Buffer.from(text, 'base64')
  const key = bytes.includes('-----BEGIN')
    ? createPrivateKey(bytes)
    : createPrivateKey({ key: bytes, type: 'pkcs8', format: 'der' })
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`This is a key for ${key.asymmetricKeyType}`)
  return key
}
