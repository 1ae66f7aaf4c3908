import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { exportSchema } from '../../src/review/schema/document.ts'
import { verifyFile } from '../../src/review/verify-file.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const ask = (line: string, user = 'U0ALICE') => bot.ask(user, line)
async function exported(format: 'md' | 'json'): Promise<string> {
  await bot.command('U0ALICE', `export INC-1 ${format}`)
  const file = await bot.slack.until(() =>
    bot.slack.files.find((f) => f.filename === `INC-1.${format}` && f.shares.length > 0),
  )
  return String(file.content)
}
const section = (markdown: string, title: string): string =>
  markdown.split(`\n## ${title}\n`)[1]?.split('\n## ')[0]?.trim() ?? ''

describe('an incident with everything in it, exported', () => {
  let markdown: string
  beforeAll(async () => {
    const { root } = await bot.open('open P2 "Checkout times out" --service checkout')
    await ask('severity P1 every second payment fails')
    await bot.ask('U0ALICE', 'pods checkout', '/ops')
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /5\/5 ready/.test(JSON.stringify(bot.slack.message(INCIDENTS, card.ts))))
    await ask('ack', 'U0BOB')
    await ask('update “the provider is slow” --status identified --next 15m')
    await ask('assign <@U0CAROL|carol> as scribe')
    await ask('handoff <@U0BOB|bob>')
    const offer = await bot.slack.until(() =>
      bot.slack.messages('D0BOB').find((m) => /asks you to take over/.test(m.text)),
    )
    await bot.slack.click({ user: 'U0BOB', message: offer, actionId: 'handoff.accept' })
    await bot.slack.until(() => /Commander:\* <@U0BOB>/.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
    await ask('note the provider confirmed an outage --at 10m', 'U0BOB')
    await ask('link https://grafana.example.com/d/1 "Checkout latency"')
    await ask('set --impact 30m')
    await ask('resolve --cause "payment provider slow"')
    await bot.inThread(root.ts, /is resolved/)
    markdown = await exported('md')
  })

  it('begins with one paragraph of what it was, who led, what was done and why', () => {
    const [heading, , summary] = markdown.split('\n')
    expect(heading).toBe('# INC-1: Checkout times out')
    expect(summary).toMatch(
      /^\*\*P1 \(Major feature broken\)\*\* on \*\*checkout\*\*, \*\*resolved\*\*\. Declared by alice at .* UTC.*; resolved at .* UTC.*, after \d+ s\. Led by alice, from .* on by bob\. Changed through Firebreak: scale checkout 5 \(OP-1, succeeded\)\. \*\*Cause:\*\* payment provider slow\. \*\*Fix:\*\* unknown yet\./,
    )
    expect(markdown).not.toMatch(/T0FAKE|<@U0/)
  })

  it('tells times, people, updates, decisions, operations and links, each under its heading', () => {
    expect(section(markdown, 'Durations')).toMatch(
      /Impact started.*Severity P2 → P1, by alice: every second payment fails/s,
    )
    expect(section(markdown, 'Durations')).toMatch(/TTA.*TTM.*TTR\*\* \| impact → resolved \| 30 min/s)
    expect(section(markdown, 'People')).toMatch(/scribe \| carol \|/)
    expect(section(markdown, 'People')).toMatch(/\| bob \| approved OP-1 \|/)
    expect(section(markdown, 'Status updates')).toMatch(/identified · alice · \[message\]\(http/)
    expect(section(markdown, 'Status updates')).toMatch(/^> the provider is slow/m)
    expect(section(markdown, 'Decisions')).toMatch(/bob approved plan 1 .* of OP-1 as approver\. \(scale checkout 5\)/)
    expect(section(markdown, 'Decisions')).toMatch(/noted: the provider confirmed an outage/)
    expect(section(markdown, 'Operations')).toMatch(
      /replicas 3 → 5 .* \| alice \| bob \| succeeded: 5\/5 ready .*\| \d+ s \|/,
    )
    expect(section(markdown, 'Links')).toContain('[Checkout latency](https://grafana.example.com/d/1)')
    expect(section(markdown, 'Gaps')).toBe('- ⚠️ What fixed it is not known')
  })

  it('tells the note first that happened before all else, and when it was recorded', () => {
    const [first] = section(markdown, 'Timeline')
      .split('\n')
      .filter((row) => /^\| \d/.test(row))
    expect(first).toMatch(/bob noted: the provider confirmed an outage\. \*\(recorded .* UTC\)\*/)
  })

  it('is, as JSON, what the published schema says, and verifies', async () => {
    const json = await exported('json')
    const isValid = new Ajv2020({ strict: true }).compile(exportSchema())
    const document = JSON.parse(json)
    isValid(document)
    expect(isValid.errors).toBeNull()
    expect(document.incident.roles).toMatchObject([
      { role: 'incident commander', name: 'bob' },
      { role: 'scribe', name: 'carol' },
    ])
    expect(document.gaps.map(({ kind }: { kind: string }) => kind)).toEqual(['no_fix'])
    const path = join(bot.folder, 'INC-1.json')
    await writeFile(path, json)
    expect(await verifyFile(path)).toMatchObject({ kind: 'verified', ok: true })
  })
})
