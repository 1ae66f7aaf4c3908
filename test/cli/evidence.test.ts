import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { emptyDatabase } from '../support/database.ts'
import { type Bot, startBot } from '../support/firebreak.ts'
import { resign } from '../timeline/chains.ts'
import { type Ended, firebreak } from './program.ts'

const KEEPS = '  - { allow: [admin], operations: [erase, evidence, backup] }\n'

let bot: Bot
const tokens: Record<string, Record<string, string>> = {}
beforeAll(async () => {
  bot = await startBot({ policy: KEEPS })
  for (const user of ['U0ALICE', 'U0CAROL']) {
    const issued = await bot.ask('U0CAROL', `token <@${user}>`, '/ops')
    tokens[user] = { FIREBREAK_URL: bot.url(), FIREBREAK_TOKEN: String(/firebreak_[\w-]{43}/.exec(issued)?.[0]) }
  }
  await alice('incident', 'open', 'P1', 'Checkout times out', '--service', 'checkout')
  await bot.slack.until(() => bot.slack.messages('C0INCIDENTS').some(({ text }) => /INC-1/.test(text)))
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const alice = (...args: string[]): Promise<Ended> => firebreak(args, tokens.U0ALICE ?? {})
const carol = (...args: string[]): Promise<Ended> => firebreak(args, tokens.U0CAROL ?? {})
const offline = (...args: string[]): Promise<Ended> => firebreak(args, {})
const path = (name: string) => join(bot.folder, name)

describe('firebreak timeline', () => {
  it('has a chain of the database verified', async () => {
    const { code, stdout } = await alice('timeline', 'verify', 'inc-1')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/INC-1.*2 entries/s) })
    const nowhere = await alice('timeline', 'verify', 'INC-99')
    expect(nowhere).toMatchObject({ code: 1, stdout: '', stderr: 'there is no timeline of INC-99\n' })
  })

  it('verifies an export offline; where an entry was edited it names it and ends with 1', async () => {
    await bot.command('U0ALICE', 'export INC-1 json')
    const file = await bot.slack.until(() => bot.slack.files.find(({ shares }) => shares.length > 0))
    const text = String(file.content)
    await writeFile(path('INC-1.json'), text)
    const whole = await offline('timeline', 'verify', path('INC-1.json'))
    expect(whole).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/INC-1.*2 entries/s) })

    await writeFile(path('edited.json'), text.replaceAll('Checkout times out', 'Checkout was fine!'))
    const edited = await offline('timeline', 'verify', path('edited.json'))
    expect(edited).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/entry 1 was edited/) })
    const json = await offline('--json', 'timeline', 'verify', path('edited.json'))
    expect({ code: json.code, ok: JSON.parse(json.stdout).ok }).toEqual({ code: 1, ok: false })

    const another = await offline('timeline', 'verify', path('INC-1.json'), '--key', '0'.repeat(32))
    expect(another, 'not the key that we were told').toMatchObject({ code: 1, stdout: '' })
  })

  it('prints the schema that an export keeps to', async () => {
    const { code, stdout } = await offline('timeline', 'schema')
    expect(code).toBe(0)
    expect(stdout).toBe(await readFile(join(import.meta.dirname, '../../docs/export.schema.json'), 'utf8'))
    const isValid = new Ajv2020({ strict: true }).compile(JSON.parse(stdout))
    isValid(JSON.parse(await readFile(path('INC-1.json'), 'utf8')))
    expect(isValid.errors).toBeNull()
  })

  it('finds out who made a chain of the database anew, by the key and by a head that the thread shows', async () => {
    const entries = await bot.entries('INC-1')
    const root = bot.slack.messages('C0INCIDENTS').find(({ text }) => /INC-1/.test(text))
    const { text } = await bot.inThread(String(root?.ts), /Timeline signed up to entry/)
    const [, seq, hash] = /entry (\d+) · (\w{16}) · key/.exec(text) ?? []
    const [, key = ''] = /with key (\w{32})/.exec((await alice('timeline', 'verify', 'INC-1')).stdout) ?? []
    const against = ['--key', '0'.repeat(32), '--key', key, '--head', `${seq}:${hash}`]
    expect(await alice('timeline', 'verify', 'INC-1', ...against)).toMatchObject({ code: 0, stderr: '' })

    await resign(bot.database.migrateUrl, entries)
    const alone = await alice('timeline', 'verify', 'INC-1')
    expect(alone, 'it fits in itself').toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Nothing here says whose/),
    })
    const byKey = await alice('timeline', 'verify', 'INC-1', '--key', key)
    expect(byKey).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/none of those that were named/) })
    const byHead = await alice('timeline', 'verify', 'INC-1', '--head', `${seq}:${hash}`)
    expect(byHead).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(`${hash} was seen elsewhere`) })
    const byFile = await offline('timeline', 'verify', path('INC-1.json'), '--head', `${seq}:${'0'.repeat(16)}`)
    expect(byFile).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/was seen elsewhere/) })
    const short = await alice('timeline', 'verify', 'INC-1', '--head', `${seq}:abc`)
    expect(short).toMatchObject({ code: 2, stderr: expect.stringMatching(/--head must be/) })
  })

  it('says what it can’t read, and how it is used', async () => {
    for (const args of [['verify'], ['verify', '/nowhere.json'], ['verify', 'INC-1', 'INC-2'], ['frobnicate']]) {
      const { code, stdout, stderr } = await alice('timeline', ...args)
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/Usage: firebreak timeline verify|\/nowhere\.json/)
    }
    expect(await alice('timeline', 'erase', 'INC-1', '1')).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/--reason is missing/) },
    })
  })

  it('erases what an entry says, for whom policy lets; the chain still verifies, and says so', async () => {
    const args = ['timeline', 'erase', 'INC-1', '1', '--reason', 'a customer’s name']
    expect(await alice(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/erase/) })
    expect((await bot.entries('INC-1'))[0]?.body).toMatchObject({ title: 'Checkout times out' })

    expect(await carol(...args)).toEqual({
      ...{ code: 0, stderr: '', stdout: expect.stringMatching(/^Erased; entry \d+ of INC-1 says so\.\n$/) },
    })
    expect(JSON.stringify(await bot.entries('INC-1'))).not.toContain('Checkout times out')
    const { code, stdout } = await alice('timeline', 'verify', 'INC-1')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/erased/) })
  })
})

describe('firebreak evidence', () => {
  const OCTOBER = ['--from', '2026-01-01', '--to', '2100-01-01']

  it('saves the auditors’ tables, for whom policy lets, and that it did is on record once', async () => {
    const refused = await alice('evidence', ...OCTOBER, '--out', path('refused'))
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/evidence/) })
    expect(await readdir(path('refused'))).toEqual([])

    const { code, stdout, stderr } = await carol('evidence', ...OCTOBER, '--out', path('tables'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const files = ['break-glass.csv', 'changes.csv', 'configuration.csv', 'membership.csv']
    expect((await readdir(path('tables'))).sort()).toEqual(files)
    expect(stdout.trim().split('\n').sort()).toEqual(files.map((name) => join(path('tables'), name)))
    expect(await readFile(path('tables/membership.csv'), 'utf8')).toMatch(/^.*at,entry,what.*\r?\n.*U0CAROL/)
    const taken = (await bot.entries('general')).filter(({ body }) => body.type === 'evidence.exported')
    expect(taken).toHaveLength(1)
  })

  it('never comes without a record of its own: a key that was used for something else is refused', async () => {
    const headers = { authorization: `Bearer ${tokens.U0CAROL?.FIREBREAK_TOKEN}`, 'content-type': 'application/json' }
    const ask = (path: string, init: RequestInit = {}) => fetch(new URL(path, bot.url()), { headers, ...init })
    const get = (asked: Record<string, string>) => ask(`/api/evidence?${new URLSearchParams(asked)}`)
    const taken = async () => (await bot.entries('general')).filter(({ body }) => body.type === 'evidence.exported')
    const before = (await taken()).length
    const asked = { table: 'changes', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', key: 'a-key-of-mine' }
    expect((await get(asked)).status).toBe(200)
    expect((await get({ ...asked, table: 'membership' })).status, 'of the same request').toBe(200)
    const other = await get({ ...asked, to: '2100-01-01T00:00:00Z' })
    expect([other.status, await other.json()]).toEqual([409, expect.objectContaining({ code: 'key_used' })])
    expect(await taken()).toHaveLength(before + 1)

    const another = { line: 'ops scale checkout 5 --incident none', key: 'a-key-of-another' }
    await ask('/api/run', { method: 'POST', body: JSON.stringify(another) })
    expect((await bot.entries('general')).at(-1)?.body.type).toMatch(/^(operation\.refused|change\.)/)
    expect((await get({ ...asked, key: another.key })).status).toBe(409)
  })

  it('says nothing of a private incident to who isn’t in its channel', async () => {
    await alice('incident', 'open', 'P1', 'Keys leaked', '--private')
    await alice('ops', 'scale', 'checkout', '4', '--incident', 'INC-2')
    const span = ['--from', '2026-01-01', '--to', '2100-01-01']
    expect(await carol('evidence', '--out', path('without'), ...span)).toMatchObject({ code: 0, stderr: '' })
    const rows = (await readFile(path('without/changes.csv'), 'utf8')).trim().split('\r\n')
    expect((await bot.entries('INC-2')).map(({ body }) => body.type)).toContain('change.planned')
    expect(rows.filter((row) => row.includes('INC-2'))).toEqual([])
    expect(await carol('timeline', 'verify', 'INC-2')).toMatchObject({
      code: 1,
      stderr: 'there is no timeline of INC-2\n',
    })
    expect((await alice('timeline', 'verify', 'INC-2')).code).toBe(0)
  })

  it('says which of its options it can’t use', async () => {
    expect(await carol('evidence', '--from', 'yesterday', '--to', '2026-02-01')).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/--from must be a day such as/) },
    })
    expect(await carol('evidence', '--from', '2026-01-01')).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/--to must be a day/) },
    })
  })
})

describe('firebreak backup and restore', () => {
  it('saves everything as one file of one’s own, which is checked, and restored into an empty database', async () => {
    expect(await alice('backup', '--out', path('no.gz'))).toMatchObject({ code: 1, stdout: '' })
    expect(await readdir(bot.folder)).not.toContain('no.gz')

    const file = path('backup.gz')
    expect(await carol('backup', '--out', file)).toEqual({
      ...{ code: 0, stderr: '', stdout: expect.stringMatching(/^Saved to .*backup\.gz\.\nThe backup of .* is whole/) },
    })
    expect((await stat(file)).mode & 0o777, 'nobody else reads it').toBe(0o600)
    const checked = await offline('restore', '--verify', file)
    expect(checked).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/is whole: every byte.*incidents 2/s),
    })

    const { url, migrateUrl } = await emptyDatabase()
    const env = { DATABASE_URL: url, DATABASE_MIGRATE_URL: migrateUrl }
    const restored = await firebreak(['restore', file], env)
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/starts in recovery \(RECOVERY-1\)/) })
    const again = await firebreak(['restore', file], env)
    expect(again, 'never over what is there').toMatchObject({ code: 1, stdout: '' })
  })

  it('refuses a file that is damaged, and leaves the database alone', async () => {
    const bytes = await readFile(path('backup.gz'))
    await writeFile(path('cut.gz'), bytes.subarray(0, bytes.length - 40))
    for (const args of [
      ['restore', '--verify', path('cut.gz')],
      ['restore', path('cut.gz')],
    ]) {
      const { url, migrateUrl } = await emptyDatabase()
      const ended = await firebreak(args, { DATABASE_URL: url, DATABASE_MIGRATE_URL: migrateUrl })
      expect(ended, args.join(' ')).toMatchObject({ code: 1, stdout: '' })
      expect(ended.stderr).toMatch(/cut\.gz/)
      expect(ended.stderr).not.toMatch(/\n {4}at /)
    }
    expect(await offline('restore')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Usage: firebreak restore/),
    })
    expect(await carol('backup')).toMatchObject({ code: 2, stderr: expect.stringMatching(/--out is missing/) })
  })
})

describe('an erasure that is sent again with its key', () => {
  it('is told as done, once', async () => {
    const { FIREBREAK_TOKEN } = tokens.U0CAROL ?? {}
    await alice('incident', 'open', 'P2', 'Payments are late')
    const erase = async () => {
      const response = await fetch(`${bot.url()}/api/erase`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${FIREBREAK_TOKEN}` },
        body: JSON.stringify({ chain: 'INC-2', entries: [1], reason: 'a name', key: 'test-key-erase' }),
      })
      return await response.json()
    }
    expect(await erase()).toMatchObject({ kind: 'text', text: expect.stringMatching(/^Erased; entry \d+ of INC-2/) })
    expect(await erase()).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/on record already: carol erased what entry 1 of INC-2 said/),
    })
  })
})
