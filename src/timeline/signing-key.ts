import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../storage/log.ts'

/** The signing key can't be used; the message says what would mend it. */
class SigningKeyError extends Error {
  readonly code = 'signing_key'
}

/** The key in the data folder, made when there is none. Two bots that start at once get the same one. */
export async function openSigningKey(dataDir: string, log: Log): Promise<KeyObject> {
  const file = join(dataDir, 'signing-key.pem')
  try {
    const kept = (await read(file)) ?? (await make(dataDir, file))
    if ((await stat(file)).mode & 0o077) log.warn({ file }, 'others may read the signing key; run chmod 600 on it')
    const key = createPrivateKey(kept)
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`it holds a key for ${key.asymmetricKeyType}`)
    return key
  } catch (cause) {
    const mend = 'Set FIREBREAK_SIGNING_KEY, or mend the file: an Ed25519 private key in PEM (PKCS8)'
    throw new SigningKeyError(`${file} can't be used: ${(cause as Error).message}. ${mend}`, { cause })
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Whole or not at all, and never over one that is there: a link fails where another bot was faster. */
async function make(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const unfinished = `${file}.${randomUUID()}`
  try {
    const handle = await open(unfinished, 'wx', 0o600)
    try {
      await handle.writeFile(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(unfinished, { force: true })
  }
  return await readFile(file, 'utf8')
}
