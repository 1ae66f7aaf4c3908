import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { save } from '../../src/cli/download.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-download-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const path = (name: string) => join(folder, name)
const client = { download: async () => ({ body: new Blob(['everything']).stream() }) }
const download = () => save(client as never, '/api/backup', {}, path('backup.gz'), {} as never)

describe('a download', () => {
  it('is one’s own, though a part of an earlier one was readable to others', async () => {
    await writeFile(path('backup.gz.part'), 'half of it', { mode: 0o666 })
    expect(await download()).toBe(false)
    expect((await lstat(path('backup.gz'))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['backup.gz'])
  })

  it('follows no link that somebody put in its place', async () => {
    await writeFile(path('theirs'), 'nothing')
    await symlink(path('theirs'), path('backup.gz.part'))
    await download()
    expect(await readFile(path('theirs'), 'utf8')).toBe('nothing')
    expect((await lstat(path('backup.gz'))).isFile()).toBe(true)
    expect(await readFile(path('backup.gz'), 'utf8')).toBe('everything')
  })
})
