import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoFolder } from '../../src/demo/folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-demo-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('where the demo keeps its data', () => {
  it('is the folder that FIREBREAK_DATA_DIR names', async () => {
    expect(await demoFolder('/srv/bot', folder)).toBe('/srv/bot/demo')
  })

  it('is beside the program', async () => {
    await chmod(folder, 0o755)
    expect(await demoFolder(undefined, folder)).toBe('.firebreak/demo')
  })

  it.runIf(process.getuid?.() === 0)(
    'is where Postgres may enter when root keeps the program from others',
    async () => {
      await chmod(folder, 0o700)
      expect(await demoFolder(undefined, folder)).toBe('/var/lib/firebreak/demo')
    },
  )
})
