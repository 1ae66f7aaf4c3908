import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { restore } from '../../src/backup/restore/restore.ts'
import { createBackups } from '../../src/backup/take/backups.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import type { Message } from '../slack/fake/types.ts'
import { copyOf, emptyDatabase, type TestDatabase } from '../support/database.ts'
import { alice } from '../support/engine.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { quiet } from '../support/log.ts'

let bot: Bot
let folder: string
let other: TestDatabase | null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-recovery-'))
  other = null
  bot = await startBot({ policy: '  - { allow: [approver], operations: [backup, recover] }\n' })
})
afterEach(async () => {
  await bot.stop()
  await other?.drop()
  await rm(folder, { recursive: true })
  bot.slack.assertClean()
})

const shown = (ts: string) => bot.slack.message(INCIDENTS, ts)?.text ?? ''
const card = (name: string) => (message: Message) => message.text.startsWith(`*${name}`)
const find = (name: string) => bot.slack.until(() => bot.slack.workspace.messages.all.find(card(name)))
const shows = (message: Message, text: RegExp) =>
  bot.slack
    .until(() => text.test(shown(message.ts)), 30_000)
    .catch((error) => {
      throw new Error(`it shows: ${shown(message.ts)}`, { cause: error })
    })
const approve = (message: Message) =>
  bot.slack.click({
    user: 'U0BOB',
    message: bot.slack.message(INCIDENTS, message.ts) as Message,
    actionId: 'change.approve',
  })
const replicas = async () =>
  /(\d+)\/(\d+) ready/.exec(await bot.ask('U0BOB', 'pods checkout --incident none', '/ops'))?.[2]

/** What was recorded beside the incidents, but of the configuration and of memberships. */
const recorded = async () =>
  (await bot.entries('general')).filter(({ body }) => /^(recovery|operation)\./.test(body.type))

async function everyChainVerifies() {
  const chains = await bot.db.selectFrom('chains').selectAll().execute()
  for (const { chain, head } of chains) {
    expect(await verifyChain(bot.db, chain)).toMatchObject({
      ok: true,
      head: head.toString('hex'),
    })
  }
}

/** An incident with a plan in it; what comes after `moment` is then lost. Resolves to OP-1's card. */
async function loseEverythingAfter(moment: () => Promise<void>, lose: () => Promise<void>) {
  const { root } = await bot.open()
  await bot.ask('U0ALICE', 'scale checkout 5', '/ops')
  const op = await find('OP-1')
  await shows(op, /Waiting for approval/)
  await moment()
  await approve(op)
  await shows(op, /Succeeded/)
  const second = await bot.open('open P1 "Payments fail"')
  await bot.ask('U0ALICE', `scale checkout 6 --incident INC-2`, '/ops')
  await find('OP-2')
  await lose()
  return { root, second, op }
}

/** `next`: the first number that nobody had before. */
async function expectRecovery({ op }: { op: Message }, { next }: { next: number }) {
  const recovery = await find('RECOVERY-1')
  await shows(recovery, /Lost:.*INC-1, entries \d+ to \d+ \(about OP-1\); INC-2, the whole of it \(about OP-2\)/)
  expect(shown(recovery.ts)).toMatch(/Does not run:\* OP-1 \(planned\)/)
  await shows(op, /Waiting for approval.*Nothing runs before somebody ends RECOVERY-1/s)

  // People look, open and plan, with names that nobody had before; and approve, but nothing is claimed.
  expect(await replicas()).toBe('5')
  const third = await bot.open('open P1 "Again"')
  expect(third.name).toBe(`INC-${next}`)
  await bot.ask('U0ALICE', `scale checkout 7 --incident INC-${next}`, '/ops')
  const since = await find(`OP-${next}`)
  await approve(op)
  await shows(op, /Approved\*.*Nothing runs/s)
  await approve(since)
  await shows(since, /Approved\*.*Nothing runs/s)

  expect(await bot.ask('U0ALICE', 'recover', '/ops')).toMatch(/Nothing was done: no policy line allows recover/)
  expect(await replicas()).toBe('5')
  const { responses } = await bot.slack.click({ user: 'U0CAROL', message: recovery, actionId: 'recovery.end' })
  const [answer] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
  expect(answer?.text).toMatch(/RECOVERY-1\* is over.*Went stale, to be planned again: OP-1\./s)
  await shows(recovery, /Recovery is over.*Ended\* by <@U0CAROL>/s)
  await shows(op, /Stale, not run.*went back to an earlier point \(RECOVERY-1\); plan it again/s)

  // What was asked for since then runs; what was done before is planned again against the world as it is.
  await shows(since, /Succeeded/)
  expect(await replicas()).toBe('7')
  await bot.slack.click({
    user: 'U0ALICE',
    message: bot.slack.message(INCIDENTS, op.ts) as Message,
    actionId: 'change.replan',
  })
  const again = await find(`OP-${next + 1}`)
  await approve(again)
  await shows(again, /Succeeded/)
  expect(await replicas()).toBe('5')
  await everyChainVerifies()
}

describe('a restore', () => {
  it('starts in recovery, finds in Slack what is lost, runs nothing of before, and goes on when somebody ends it', async () => {
    const file = join(folder, 'backup.jsonl.gz')
    const lost = await loseEverythingAfter(
      async () => {
        const backups = createBackups({
          ...{ url: bot.database.url, ledger: createLedger(bot.db), log: quiet },
          whyNotEntitled: async () => null,
          migrations: Object.keys(migrations('')),
        })
        const taken = await backups.take({ person: alice, cause: 'test:backup' })
        if (taken.kind !== 'backup') throw new Error(taken.reason)
        await writeFile(file, taken.content)
      },
      () =>
        bot.restart(async () => {
          const database = await emptyDatabase()
          other = database
          await restore({ file, database, dataDir: folder, migrations, log: quiet })
          return database
        }),
    )
    await expectRecovery(lost, { next: 1_002 })
    expect((await recorded()).map(({ body }) => body.type)).toEqual([
      ...['recovery.began', 'recovery.compared', 'operation.refused', 'recovery.ended'],
    ])
    // Neither a restart nor another look at Slack begins it anew.
    await bot.restart()
    expect(await bot.ask('U0ALICE', 'scale checkout 6 --incident INC-1002', '/ops')).toContain('OP-1004')
    await approve(await find('OP-1004'))
    await shows(await find('OP-1004'), /Succeeded/)
    expect(bot.slack.workspace.messages.all.filter(card('RECOVERY')).length).toBe(1)
  })
})

describe('a failover that lost the newest rows', () => {
  it('is found by what Slack shows alone', async () => {
    const lost = await loseEverythingAfter(
      () =>
        bot.restart(async () => {
          other = await copyOf(bot.database)
        }),
      () => bot.restart(async () => other ?? undefined),
    )
    await expectRecovery(lost, { next: 3 })
    expect((await recorded()).map(({ subject, body }) => [subject, body.type])).toEqual([
      ['RECOVERY-1', 'recovery.began'],
      ['general', 'operation.refused'],
      ['RECOVERY-1', 'recovery.ended'],
    ])
  })
})

describe('a start at which Slack shows no more than the ledger has', () => {
  it('runs what is pending', async () => {
    await bot.open()
    await bot.ask('U0ALICE', 'scale checkout 5', '/ops')
    const op = await find('OP-1')
    await bot.restart()
    await approve(op)
    await shows(op, /Succeeded/)
    expect(await recorded()).toEqual([])
    expect(await bot.ask('U0CAROL', 'recover', '/ops')).toMatch(/Nothing was done: no recovery stands/)
  })
})
