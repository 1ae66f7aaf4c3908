import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchFile } from '../../src/config/watch.ts'

let folder: string
let path: string
let watching: { close(): void } | undefined
/** What the file held at each call. */
let seen: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-watch-'))
  path = join(folder, 'firebreak.yml')
  seen = []
})
afterEach(async () => {
  watching?.close()
  await rm(folder, { recursive: true, force: true })
})

/** So long a poll that only the folder's events can be what is seen. */
const watch = (pollMs = 60_000) => {
  watching = watchFile(path, async () => void seen.push(await readFile(path, 'utf8').catch(() => 'missing')), {
    pollMs,
  })
}
const sees = (text: string) => expect.poll(() => seen.at(-1)).toBe(text)

describe('a watched file', () => {
  it('is seen when it is written in place, once for several writes', async () => {
    await writeFile(path, 'one')
    watch()
    for (const part of [' two', ' three', ' four']) await appendFile(path, part)
    await sees('one two three four')
    expect(seen).toHaveLength(1)
  })

  it('is seen when an editor puts another one in its place, each time', async () => {
    await writeFile(path, 'one')
    watch()
    for (const text of ['two', 'three']) {
      await writeFile(`${path}.swp`, text)
      await rename(`${path}.swp`, path)
      await sees(text)
    }
  })

  it('is seen when Kubernetes moves the link of a ConfigMap, each time', async () => {
    const publish = async (version: string) => {
      await mkdir(join(folder, `..${version}`))
      await writeFile(join(folder, `..${version}`, 'firebreak.yml'), version)
      await symlink(`..${version}`, join(folder, '..data_tmp'))
      await rename(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    await publish('one')
    await symlink('..data/firebreak.yml', path)
    watch()
    await publish('two')
    await sees('two')
    await publish('three')
    await sees('three')
  })

  it('is looked at now and then where nothing tells of changes', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(join(folder, 'elsewhere', 'firebreak.yml'), 'one')
    await symlink('elsewhere/firebreak.yml', path)
    watch(50)
    await writeFile(join(folder, 'elsewhere', 'firebreak.yml'), 'two')
    await sees('two')
  })

  it('is found again when its folder was away', async () => {
    await writeFile(path, 'one')
    watch(50)
    await rm(folder, { recursive: true })
    await sees('missing')
    await mkdir(folder)
    await writeFile(path, 'two')
    await sees('two')
  })

  it('is not looked at any more once it is closed', async () => {
    await writeFile(path, 'one')
    watch(20)
    await sees('one')
    watching?.close()
    const before = seen.length
    await writeFile(path, 'two')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(seen).toHaveLength(before)
  })
})
