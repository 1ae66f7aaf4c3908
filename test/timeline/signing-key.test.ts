import { createPublicKey } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSigningKey } from '../../src/timeline/signing-key.ts'
import { keptLog, quiet } from '../support/log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-key-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const file = () => join(folder, 'data', 'signing-key.pem')
const open = (log = quiet) => openSigningKey(join(folder, 'data'), log)

describe('the signing key', () => {
  it('is made once, for the bot’s own user, and kept', async () => {
    const made = await open()
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect((await open()).equals(made)).toBe(true)
    expect(made.asymmetricKeyType).toBe('ed25519')
    expect(await readdir(join(folder, 'data'))).toEqual(['signing-key.pem'])
  })

  it('is one, however many bots start at once', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => open()))
    const fingerprints = keys.map((key) => createPublicKey(key).export({ type: 'spki', format: 'pem' }))
    expect(new Set(fingerprints).size).toBe(1)
    expect(await readdir(join(folder, 'data'))).toEqual(['signing-key.pem'])
  })

  it('that others may read is told of', async () => {
    await open()
    await chmod(file(), 0o644)
    const log = keptLog()
    await open(log)
    expect(log.messages).toEqual(['others may read the signing key; run chmod 600 on it'])
  })

  it('that is none is not overwritten: the error names the file and what to do', async () => {
    await open()
    await writeFile(file(), 'hunter2')
    await expect(open()).rejects.toThrow(
      /signing-key\.pem can't be used: .*Set FIREBREAK_SIGNING_KEY, or mend the file/,
    )
    await expect(open()).rejects.not.toThrow(/hunter2/)
    expect(await readFile(file(), 'utf8')).toBe('hunter2')
  })
})
