import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { manifestOf } from '../../src/cli/manifest-of.ts'
import { SCOPES } from '../../src/slack/scopes.ts'
import { minimal } from '../config/support.ts'
import { type Manifest, typeErrors } from '../support/manifest-types.ts'
import { firebreak } from './program.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-cli-manifest-'))
  file = await readFile(join(import.meta.dirname, '../../manifest.yml'), 'utf8')
})
afterAll(() => rm(folder, { recursive: true }))

async function configured(text: string): Promise<Record<string, string>> {
  const path = join(folder, 'firebreak.yml')
  await writeFile(path, text)
  return { FIREBREAK_CONFIG: path }
}

const OWN_NAMES = minimal.replace('C0ALERTS }', 'C0ALERTS, commands: { incident: /inc, ops: /prod } }')
const print = async (...args: string[]) => firebreak(['manifest', ...args], await configured(minimal))

/** The lines in which one text differs from the other, as a reviewer would see them. */
function changed(text: string): string[] {
  const [before, after] = [file.trimEnd().split('\n'), text.trimEnd().split('\n')]
  const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line.trim()}`)
  return [...gone, ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line.trim()}`)]
}

describe('firebreak manifest', () => {
  it('prints manifest.yml to the letter where firebreak.yml names nothing else', async () => {
    expect(await firebreak(['manifest'], await configured(minimal))).toEqual({ code: 0, stdout: file, stderr: '' })
  })

  it('has the names of the slash commands from firebreak.yml', async () => {
    const { code, stdout } = await firebreak(['manifest'], await configured(OWN_NAMES))
    expect(code).toBe(0)
    expect(changed(stdout)).toEqual([
      '- - command: /incident',
      '- - command: /ops',
      '+ - command: /inc',
      '+ - command: /prod',
    ])
  })

  it('has for signed HTTP the bot’s address wherever Slack sends something, and no Socket Mode', async () => {
    const { stdout } = await print('--mode', 'http', '--url', 'https://firebreak.example.com')
    const url = 'https://firebreak.example.com/slack/events'
    expect(changed(stdout)).toEqual([
      '- socket_mode_enabled: true',
      ...Array(2).fill(`+ url: ${url}`),
      ...Array(2).fill(`+ request_url: ${url}`),
      '+ socket_mode_enabled: false',
    ])
    const { features, settings } = parse(stdout) as Manifest
    expect(features?.slash_commands).toMatchObject([{ url }, { url }])
    expect(settings).toMatchObject({ event_subscriptions: { request_url: url }, interactivity: { request_url: url } })
    expect(await typeErrors(parse(stdout))).toEqual([])
  })

  it.each([
    ['https://example.com/', 'https://example.com/slack/events'],
    ['https://example.com/bots/firebreak', 'https://example.com/bots/firebreak/slack/events'],
    ['https://example.com/slack/events', 'https://example.com/slack/events'],
  ])('takes an address as people have it: %s', async (given, url) => {
    const { stdout } = await print('--mode', 'http', '--url', given)
    expect((parse(stdout) as Manifest).settings?.interactivity?.request_url).toBe(url)
  })

  it('leaves out every scope that may be refused, or one', async () => {
    const scopesOf = async (...args: string[]) => {
      const { stdout } = await print(...args)
      expect(await typeErrors(parse(stdout))).toEqual([])
      return (parse(stdout) as Manifest).oauth_config?.scopes
    }
    const required = SCOPES.filter(({ optional }) => !optional).map(({ name }) => name)
    expect(await scopesOf('--without', 'optional')).toEqual({ bot: required.sort() })
    const { bot, bot_optional } = (await scopesOf('--without', 'channels:manage', '--without', 'groups:read')) ?? {}
    expect(bot_optional).toEqual(['groups:history', 'groups:write'])
    expect(bot).toEqual([...required, ...(bot_optional ?? [])].sort())
  })

  it('leaves out the events that come only with such a scope', () => {
    const text = file.replace('      - user_change\n', '      - user_change\n      - message.groups\n')
    const eventsOf = (without: string[]) => {
      const printed = parse(manifestOf(text, { eventsUrl: null, without, names: {} })) as Manifest
      return printed.settings?.event_subscriptions?.bot_events
    }
    expect(eventsOf(['groups:read'])).toContain('message.groups')
    expect(eventsOf(['groups:history'])).not.toContain('message.groups')
    expect(eventsOf(['groups:history'])).toContain('user_change')
  })

  it('says when it knows no firebreak.yml', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'))
    const { code, stdout, stderr } = await firebreak(['manifest'], {}, '', empty)
    expect({ code, stdout }).toEqual({ code: 0, stdout: file })
    expect(stderr).toMatch(/^There is no firebreak\.yml here: the commands have their usual names/)
  })

  it('doesn’t guess at the names of a firebreak.yml that can’t be used, or that was named and isn’t there', async () => {
    const broken = await firebreak(['manifest'], await configured(`${minimal}alerts: {}\n`))
    expect(broken).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('7:1  alerts: unknown key') })
    const gone = await firebreak(['manifest'], { FIREBREAK_CONFIG: join(folder, 'gone.yml') })
    expect(gone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('gone.yml  does not exist') })
  })

  it.each([
    [['--mode', 'htp'], '--mode is socket or http, not “htp”'],
    [['--mode', 'http'], '--url is missing: it is where Slack reaches the bot'],
    [['--mode', 'http', '--url', 'http://example.com'], '“http://example.com” can’t be --url'],
    [['--mode', 'http', '--url', 'firebreak'], '“firebreak” can’t be --url'],
    [['--url', 'https://example.com'], '--url is for --mode http'],
    [['--without', 'chat:write'], 'The bot can’t do without chat:write: nothing is shown in Slack'],
    [['--without', 'chanels:manage'], '“chanels:manage” is not asked for. Did you mean channels:manage?'],
    [['--with', 'x'], 'Usage: firebreak manifest'],
  ])('says what is wrong, and what would be right: %j', async (args, message) => {
    const { code, stdout, stderr } = await print(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})
