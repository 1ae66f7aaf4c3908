import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

/** A line of the log. */
interface Line {
  msg: string
  cause?: string
  change?: string
  chain?: string
  subject?: string
  entries?: string[]
  [field: string]: unknown
}

let bot: Bot
let heard: string[]
const lines = (): Line[] => heard.map((line) => JSON.parse(line))
/** What was said because of one gesture: each line in short. */
const story = (cause: string): string[] => lines().flatMap((line) => (line.cause === cause ? [inShort(line)] : []))

function inShort({ msg, ...line }: Line): string {
  switch (msg) {
    case 'recorded':
      return `recorded ${line.entries?.join(', ')}`
    case 'a cluster was asked':
      return `${line.changes ? 'changed' : 'asked'}: ${line.verb} ${line.resource} ${line.object ?? ''} ${line.outcome}`
    case 'Slack was called':
      return `called ${line.method} ${line.outcome}`
    case 'Slack shows what is recorded':
      return `showed ${line.subject}: ${line.did}`
    case 'a gesture is done':
      return `done: ${line.kind} ${line.what}`
    default:
      return msg
  }
}

async function start(mode: 'http' | 'socket', policy = '') {
  heard = []
  bot = await startBot({ mode, policy, heard: (line) => heard.push(line) })
}

/** The first of OP-1's cards with buttons. */
const planned = (ts: string) => bot.inThread(ts, /change\.approve/)
const succeeded = (ts: string) =>
  bot.slack.until(() => /5\/5 ready/.test(JSON.stringify(bot.slack.message(INCIDENTS, ts))))

describe.each(['http', 'socket'] as const)('one gesture is one story in the log, over %s', (mode) => {
  beforeAll(() => start(mode))
  afterEach(() => bot.slack.assertClean())
  afterAll(() => bot.stop())

  it('from the payload through plan, vote, claim, intent and PATCH to the outcome', async () => {
    const { root } = await bot.open()
    const asked = await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await planned(root.ts)
    const approved = await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await succeeded(card.ts)
    await expect.poll(() => story(`action:${approved.trigger_id}`)).toContain('a worker is done with a change')

    const planning = story(`command:${asked.trigger_id}`)
    expect(planning[0]).toBe('a gesture came')
    expect(planning).toEqual(
      expect.arrayContaining([
        'asked: get deployments deployment checkout ok',
        'asked: patch deployments/scale deployment checkout ok', // the dry run
        'recorded OP-1 change.planned, OP-1 change.asked',
        'done: command /ops',
        'called chat.postMessage ok',
        'showed OP-1: posted',
      ]),
    )
    expect(planning.filter((line) => line.startsWith('changed'))).toEqual([])

    const running = story(`action:${approved.trigger_id}`)
    const inOrder = running.filter((line) => /^(recorded|changed|a gesture came|a worker)/.test(line))
    expect(inOrder.filter((line) => !line.includes('progressed'))).toEqual([
      'a gesture came',
      'recorded INC-1 person.joined, OP-1 change.voted, OP-1 change.moved approved',
      'recorded OP-1 change.moved claimed',
      'recorded OP-1 change.moved intended',
      'changed: patch deployments/scale deployment checkout ok',
      'recorded OP-1 change.moved applied',
      'recorded OP-1 change.moved succeeded',
      'a worker is done with a change',
    ])
    expect(running).toContain('done: action change.approve')
  })

  it('by the change’s name, too: what a worker did, and what Slack shows of it', async () => {
    const ofChange = lines().filter(({ change, subject }) => change === 'OP-1' || subject === 'OP-1')
    expect(ofChange.map(inShort)).toEqual(
      expect.arrayContaining([
        'recorded OP-1 change.moved claimed',
        'changed: patch deployments/scale deployment checkout ok',
        'a worker is done with a change',
        'showed OP-1: edited',
        'called chat.update ok',
      ]),
    )
    expect(ofChange.every(({ change, chain }) => change !== undefined || chain === 'INC-1')).toBe(true)
  })

  it('of gestures that are made at the same time none has a line of another', async () => {
    const at = lines().length
    const typed = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const service = i % 2 === 0 ? 'checkout' : 'payments'
        const { trigger_id, responses } = await bot.command(
          ['U0ALICE', 'U0BOB'][i % 2] as string,
          `pods ${service}`,
          '/ops',
          'C0ALERTS',
        )
        return { service, cause: `command:${trigger_id}`, responses }
      }),
    )
    await bot.slack.until(() => typed.every(({ cause }) => story(cause).includes('called response_url ok')))
    for (const { service, cause } of typed) {
      const own = lines()
        .slice(at)
        .filter((line) => line.cause === cause)
      expect(own.filter(({ msg }) => msg === 'a gesture is done')).toHaveLength(1)
      const objects = own.flatMap(({ object }) => (object ? [object] : []))
      expect(new Set(objects)).toEqual(new Set([`deployment ${service}`]))
    }
  })

  it('tells of a cluster that fails, under the gesture that asked it', async () => {
    await bot.playground?.close()
    const { trigger_id } = await bot.command('U0ALICE', 'pods checkout', '/ops')
    await bot.slack.until(() => story(`command:${trigger_id}`).includes('done: command /ops'))
    const failed = lines().find((line) => line.cause === `command:${trigger_id}` && line.outcome === 'unreachable')
    expect(failed).toMatchObject({
      ...{ target: 'prod', verb: 'get', resource: 'deployments', object: 'deployment checkout', level: 20 },
      problem: expect.stringMatching(/^the cluster at https?:\S+ can't be reached/),
      ms: expect.any(Number),
    })
  })

  it('does not go on in what a gesture only had made: the end of a connection is nobody’s', async () => {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'firebreak' and datname = current_database() and pid <> pg_backend_pid()`.execute(bot.db)
    const lost = () => lines().filter(({ msg }) => msg === 'a database connection was lost')
    await bot.slack.until(() => lost().length > 0)
    expect(lost().filter(({ cause, change, chain }) => cause || change || chain)).toEqual([])
  })
})

describe('the story', () => {
  beforeEach(() => start('http', '  - { allow: [admin], operations: [hold, release, token] }\n'))
  afterEach(async () => {
    bot.slack.assertClean()
    await bot.stop()
  })

  it('goes on in another process: what runs there runs because of the approval', async () => {
    const { root } = await bot.open()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await planned(root.ts)
    await bot.command('U0CAROL', 'hold the cluster is being moved', '/ops')
    await bot.slack.until(() => heard.some((line) => line.includes('HOLD-1 operations.held')))
    const { trigger_id } = await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.inThread(root.ts, /everything is held/)
    await bot.restart()
    const at = lines().length
    const released = await bot.command('U0CAROL', 'release', '/ops')
    await succeeded(card.ts)
    const since = lines().slice(at)
    const run = since.filter(({ change }) => change === 'OP-1')
    expect(run.map(inShort)).toContain('changed: patch deployments/scale deployment checkout ok')
    expect(new Set(run.map(({ cause }) => cause))).toEqual(new Set([`action:${trigger_id}`]))
    expect(story(`command:${released.trigger_id}`).filter((line) => line.startsWith('recorded'))).toEqual([
      'recorded HOLD-1 operations.released',
    ])
  })

  it('of a terminal’s line is told by its token and key, which its answer names when it fails', async () => {
    const issued = await bot.ask('U0CAROL', 'token U0ALICE --days 1', '/ops')
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${/firebreak_[\w-]{43}/.exec(issued)?.[0]}`,
    }
    const body = JSON.stringify({ line: 'incident open P1 "Checkout times out"', key: 'a-key-of-this-test' })
    const response = await fetch(`${bot.url()}/api/run`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    await expect
      .poll(() => story('cli:1:a-key-of-this-test'))
      .toEqual(
        expect.arrayContaining([
          'recorded INC-1 incident.opened, INC-1 chain.signed',
          'a request was answered',
          'showed INC-1: posted',
        ]),
      )
  })

  it('holds nothing that people wrote, at any level', async () => {
    const { root, name } = await bot.open('open P1 "Marmalade in the checkout" --service checkout')
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await planned(root.ts)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await succeeded(card.ts)
    await bot.command('U0ALICE', 'logs checkout --tail 5 --grep nightingale', '/ops')
    await bot.inThread(root.ts, /nightingale/)
    await bot.command('U0CAROL', 'hold because of the trombone', '/ops')
    await bot.ask('U0ALICE', 'scale checkout rhinoceros', '/ops')
    await bot.slack.mention({
      user: 'U0ALICE',
      channel: INCIDENTS,
      thread_ts: root.ts,
      text: 'what about the zeppelin?',
    })
    await bot.command('U0ALICE', 'resolve --cause "a kangaroo in the pipe"')
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
    await expect
      .poll(() => lines().map(inShort).join('\n'))
      .toMatch(new RegExp(`recorded .*${name} incident.status_changed resolved`))
    expect(heard.join('')).not.toMatch(/marmalade|nightingale|trombone|rhinoceros|zeppelin|kangaroo/i)
  })
})
