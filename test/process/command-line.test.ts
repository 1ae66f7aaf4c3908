import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verbs } from '../../commands/ops/index.ts'
import type { Said } from '../../src/http/routes/said.ts'
import { firebreak } from '../cli/program.ts'
import type { Message } from '../slack/fake/types.ts'
import type { BotProcess } from './bot-process.ts'
import { cards, type Scene, setScene } from './scene.ts'

let scene: Scene
let bot: BotProcess
let alice: (...args: string[]) => ReturnType<typeof firebreak>
let bob: typeof alice

/** Two minutes go by at the signal. */
const LATER = `process.once('SIGUSR2', () => {
  const now = Date.now
  Date.now = () => now() + 120_000
})`

beforeEach(async () => {
  scene = await setScene('socket')
  await writeFile(join(scene.folder, 'later.mjs'), LATER)
  bot = await scene.start({ NODE_OPTIONS: '--import=./later.mjs' })
  alice = await atTerminal('U0ALICE')
  bob = await atTerminal('U0BOB')
  // What Slack has said of people is what rights rest on while it is away.
  await scene.ask('U0ALICE', '/ops', 'pods checkout')
})
afterEach(() => scene.slack.assertClean())
afterEach(() => scene.close())

async function atTerminal(user: string): Promise<typeof alice> {
  const issued = await scene.ask('U0BOB', '/ops', `token <@${user}>`)
  const token = /firebreak_[\w-]{43}/.exec(issued)?.[0] ?? ''
  scene.secrets.push(token)
  return (...args) => firebreak(args, { FIREBREAK_URL: scene.url(), FIREBREAK_TOKEN: token })
}

function slackGoes() {
  scene.slack.fail('*', { status: 503 })
  scene.slack.cut()
}

function slackReturns() {
  void bot.end('SIGUSR2')
  scene.slack.recover()
}

const health = async () => {
  const { status, text } = await scene.get('/health/ready')
  return { status, ...JSON.parse(text) }
}

/** The incident's thread, root first; empty while Slack shows none. */
const thread = (): Message[] => scene.slack.messages('C0INCIDENTS').flatMap((root) => scene.thread(root))

describe('the hour in which Slack is down', { timeout: 150_000 }, () => {
  it('goes on at the terminal, and is in the thread when Slack is back, late and once', async () => {
    slackGoes()
    await vi.waitFor(async () =>
      expect(await health()).toMatchObject({ status: 200, ready: true, slack: { connected: false } }),
    )

    expect(await alice('incident', 'open', 'P1', 'Checkout times out', '--service', 'checkout')).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('INC-1 is open') },
    })
    expect(await alice('ops', 'pods', 'checkout')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('CrashLoopBackOff'),
    })
    expect(await alice('ops', 'scale', 'checkout', '5')).toMatchObject({
      ...{
        code: 0,
        stdout: expect.stringMatching(/replicas 3 → 5.*To approve it: firebreak ops approve OP-1 [0-9a-f]{16}/s),
      },
    })
    expect(await bob('incident', 'status')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('OP-1 `scale checkout 5` planned'),
    })
    expect(scene.slack.messages('C0INCIDENTS')).toEqual([])

    slackReturns()
    await scene.slack.until(() => thread().length === 4, 60_000)
    const [root, ...replies] = thread().map(({ text }) => text)
    expect(root).toContain('Checkout times out')
    expect(replies.filter((text) => text.includes('Posted late: recorded'))).toEqual([
      expect.stringMatching(/What to do next.*Timeline signed up to entry 1/s),
      expect.stringContaining('CrashLoopBackOff'),
    ])

    const [card] = cards(thread()) as [Message]
    await scene.approve(card)
    await scene.shows(card, /Succeeded.*5\/5 ready/, 60_000)
    expect(thread(), 'nothing twice').toHaveLength(4)
    expect(scene.cluster.effects()).toBe(1)
  })

  it.skipIf(!verbs.some(({ name }) => name === 'approve'))('decides and acts as well', async () => {
    slackGoes()
    await alice('incident', 'open', 'P1', 'Checkout times out', '--service', 'checkout')
    const planned = await alice('ops', 'scale', 'checkout', '5', '--json')
    const { name = '', hash = '' } = (JSON.parse(planned.stdout) as Said).change ?? {}
    const own = await alice('ops', 'approve', name, hash.slice(0, 16))
    expect(own).toMatchObject({ code: 1, stderr: expect.stringContaining('another person has to approve it') })
    expect(await bob('ops', 'approve', name, '0123456789abcdef')).toMatchObject({ code: 1 })
    expect(await bob('ops', 'approve', name, hash.slice(0, 16), '--wait')).toMatchObject({
      ...{ code: 0, stdout: expect.stringMatching(/Succeeded: 5\/5 ready.*Approved by @bob/s) },
    })
    expect(scene.cluster.effects()).toBe(1)

    slackReturns()
    await scene.slack.until(() => thread().some(({ text }) => /OP-1.*Succeeded.*5\/5 ready/s.test(text)), 60_000)
    expect(cards(thread())).toHaveLength(1)
    expect(scene.cluster.effects()).toBe(1)
  })
})
