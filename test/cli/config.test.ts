import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { minimal } from '../config/support.ts'
import { firebreak } from './program.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLE = join(ROOT, 'firebreak.example.yml')
const MISTAKEN = join(ROOT, 'test/config/many-mistakes.yml')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-cli-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(text: string): Promise<string> {
  const path = join(folder, 'firebreak.yml')
  await writeFile(path, text)
  return path
}

describe('firebreak config check', () => {
  it('says in a line what a right file holds', async () => {
    expect(await firebreak(['config', 'check', EXAMPLE], { KUBECONFIG: '' })).toEqual({
      code: 0,
      stdout: `${EXAMPLE}: no mistakes. 1 service on 1 target, 3 roles, 3 policy lines\n`,
      stderr: '',
    })
  })

  it('tells every mistake with its place, as the bot would at its start, and ends with 2', async () => {
    const { code, stdout, stderr } = await firebreak(['config', 'check', MISTAKEN], {})
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const lines = stderr.trimEnd().split('\n')
    expect(lines.at(-1)).toBe(`${lines.length - 1} mistakes in ${MISTAKEN}`)
    expect(lines).toContain(`${MISTAKEN}:24:5  services.checkout.traget: unknown key; did you mean "target"?`)
  })

  it('knows the operations that a policy line may name', async () => {
    const path = await written(`${minimal}policy:\n  - { deny: [everyone], operations: [scael] }\n`)
    const { code, stderr } = await firebreak(['config', 'check', path], {})
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${path}:8  policy: there is no operation "scael"; did you mean "scale"?\n1 mistake in ${path}\n`,
    })
  })

  it('gives the mistakes to a program with --json', async () => {
    const path = await written(`${minimal}alerts: {}\n`)
    const { code, stdout } = await firebreak(['config', 'check', path, '--json'], {})
    expect({ code, said: JSON.parse(stdout) }).toMatchObject({
      code: 2,
      said: { ok: false, problems: [{ file: path, line: 7, column: 1, key: 'alerts' }] },
    })
  })

  it('checks the file that the bot would take when none is named, and says where it would be', async () => {
    const path = await written(minimal)
    expect(await firebreak(['config', 'check'], { FIREBREAK_CONFIG: path })).toMatchObject({ code: 0 })
    const gone = join(folder, 'gone.yml')
    expect(await firebreak(['config', 'check'], { FIREBREAK_CONFIG: gone })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${gone}  does not exist`),
    })
  })

  it.each([
    [['config']],
    [['config', 'chekc']],
    [['config', 'check', 'a', 'b']],
  ])('shows how it is used: %j', async (args) => {
    const usage = 'Usage: firebreak config check [FILE] | config schema\n'
    expect(await firebreak(args, {})).toEqual({ code: 2, stdout: '', stderr: usage })
  })
})

describe('firebreak config schema', () => {
  let isValid: (file: unknown) => boolean
  let schema: string
  beforeAll(async () => {
    const { stdout } = await firebreak(['config', 'schema'], {})
    schema = stdout
    isValid = new Ajv2020().compile(JSON.parse(schema))
  })
  const file = (change: (file: Record<string, Record<string, unknown>>) => void) => {
    const value = parse(minimal)
    change(value)
    return value
  }

  it('is a JSON schema that takes what the bot takes', async () => {
    expect(isValid(parse(await readFile(EXAMPLE, 'utf8')))).toBe(true)
    expect(isValid(parse(minimal))).toBe(true)
    expect(isValid(file(({ slack }) => Object.assign(slack ?? {}, { incidents_channel: `\${ROOM}` })))).toBe(true)
  })

  it('knows the keys and the shapes of their values', () => {
    expect(isValid(file((all) => Object.assign(all, { alerts: {} })))).toBe(false)
    expect(isValid(file(({ slack }) => Object.assign(slack ?? {}, { incidents_channel: '#incidents' })))).toBe(true)
    expect(isValid(file(({ slack }) => Object.assign(slack ?? {}, { incidents_channel: 'incidents' })))).toBe(false)
    expect(isValid(file((all) => delete all.targets))).toBe(false)
  })

  it('tells an editor what a value must be', () => {
    expect(schema).toContain('must be a duration: a whole number and s, m, h or d, such as 15m')
  })
})
