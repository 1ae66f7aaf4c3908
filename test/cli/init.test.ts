import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { firebreak } from './program.ts'

const EXAMPLE = join(import.meta.dirname, '../../firebreak.example.yml')

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-init-'))
  file = join(folder, 'firebreak.yml')
})
afterEach(() => rm(folder, { recursive: true }))

const init = (...typed: string[]) => firebreak(['init', file], {}, typed.map((line) => `${line}\n`).join(''))
const comments = (text: string) => text.split('\n').filter((line) => line.startsWith('#'))

describe('firebreak init', () => {
  it('writes what the bot can start with, of seven answers', async () => {
    const { code, stdout } = await init(
      'C0ROOM',
      '',
      'U0ALICE U0BOB',
      'U0BOB, U0CAROL',
      'shop',
      '',
      'checkout payments',
    )
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`${file} is written.`) })
    expect(await loadConfig(file, {})).toMatchObject({
      slack: { incidentsChannel: 'C0ROOM' },
      people: [],
      schedules: {},
      roles: {
        operator: { users: ['U0ALICE', 'U0BOB'] },
        approver: { users: ['U0BOB', 'U0CAROL'], userGroups: [], onCall: [] },
      },
      targets: { prod: { namespace: 'shop' } },
      services: { checkout: { owners: ['approver'] }, payments: { owners: ['approver'] } },
    })
    expect(await firebreak(['config', 'check', file], {})).toMatchObject({ code: 0 })
  })

  it('keeps every explanation of the example', async () => {
    await init('C0ROOM', '', 'U0ALICE', 'U0BOB', 'shop', '', 'checkout')
    const written = await readFile(file, 'utf8')
    expect(comments(written)).toEqual(comments(await readFile(EXAMPLE, 'utf8')))
    expect(written).not.toMatch(/^[^#]*U0123/m)
  })

  it('asks again after an answer that can’t be, and says what would be right', async () => {
    const typed = [
      'incidents',
      '#incidents',
      'C0ALERTS',
      '',
      'U0ALICE',
      'bob',
      'U0BOB',
      'My Shop',
      'shop',
      '',
      'a]b',
      'checkout',
    ]
    const { code, stderr } = await init(...typed)
    expect(code).toBe(0)
    expect(stderr).toContain("must be a channel's name in lower case and in quotes")
    expect(stderr).toContain('must be a member id such as U0123ABCDEF, not a name')
    expect(stderr).toContain('must be a name of at most 63 lowercase letters, digits and hyphens')
    expect(await loadConfig(file, {})).toMatchObject({
      slack: { incidentsChannel: '#incidents' },
      services: { checkout: {} },
    })
  })

  it('writes nothing when it is left in the middle', async () => {
    const { code, stderr } = await init('C0ROOM', '')
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nothing was written') })
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('leaves a file alone that is there', async () => {
    await writeFile(file, 'mine')
    const { code, stderr } = await init()
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') })
    expect(await readFile(file, 'utf8')).toBe('mine')
  })
})
