import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { verifyFile } from '../../src/review/verify-file.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

describe('evidence, from the thread to a file that verifies', () => {
  let bot: Bot
  beforeAll(async () => {
    bot = await startBot()
  })
  afterEach(() => bot.slack.assertClean())
  afterAll(() => bot.stop())

  it('signs the timeline at each change of status, says so in the thread, and its export verifies offline', async () => {
    const { root, name } = await bot.open()
    const opened = await bot.inThread(root.ts, /Timeline signed up to entry 1 /)
    await bot.command('U0ALICE', 'resolve --cause "payment provider slow"')
    const resolved = await bot.inThread(root.ts, /Timeline signed up to entry 4 /)
    expect(opened?.text).toMatch(/^🔏 Timeline signed up to entry 1 · [0-9a-f]{16} · key [0-9a-f]{8}$/m)
    const entries = await bot.entries(name)
    expect(entries.map(({ body }) => body.type)).toEqual([
      ...['incident.opened', 'chain.signed', 'incident.acknowledged', 'incident.status_changed', 'chain.signed'],
    ])

    await bot.command('U0ALICE', 'export INC-1 json')
    const file = await bot.slack.until(() =>
      bot.slack.files.find((f) => f.filename === 'INC-1.json' && f.shares.length > 0),
    )
    const path = join(bot.folder, 'INC-1.json')
    await writeFile(path, String(file.content))
    const [, seen] = /entry 4 · (\w+) ·/.exec(String(resolved?.text)) as RegExpExecArray
    const [key] = (await verifyChain(bot.db, name))?.signatures ?? []
    const verdict = await verifyFile(path, { keys: [key?.key as string], heads: [{ seq: 4, hash: seen as string }] })
    expect(verdict).toMatchObject({ kind: 'verified', ok: true, verdicts: [{ entries: 5 }] })
  })

  it('takes no more than 12 messages for a P1 that is looked at, mitigated and resolved', async () => {
    const { root } = await bot.open('open P1 "Second" --service checkout')
    const say = (text: string) => bot.slack.mention({ user: 'U0ALICE', channel: INCIDENTS, thread_ts: root.ts, text })
    await say('ops pods checkout')
    await bot.inThread(root.ts, /OOMKilled/)
    await say('ops scale checkout 5')
    const card = await bot.inThread(root.ts, /change\.approve/)
    await bot.slack.click({ user: 'U0BOB', message: card as never, actionId: 'change.approve' })
    await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, String(card?.ts))?.text ?? ''))
    await say('resolve --cause "slow" --fix "scaled"')
    await bot.inThread(root.ts, /is resolved/)
    await bot.inThread(root.ts, /Timeline signed up to entry (?!1 )/)
    expect(bot.slack.thread(INCIDENTS, root.ts).length).toBeLessThanOrEqual(12)
  })
})
