import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../src/storage/connection.ts'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot({ policy: `  - { allow: [operator], operations: [break-glass] }\n` })
  incident = await bot.open()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const now = (ts: string) => bot.slack.message(INCIDENTS, ts) as Message
const shows = (ts: string, text: RegExp) => bot.slack.until(() => text.test(now(ts).text))
const ops = (user: string, text: string) => bot.ask(user, text, '/ops')

interface Planned {
  name: string
  ts: string
  /** As the card shows it. */
  hash: string
}

async function cardOf(line: string, wanted: RegExp): Promise<Planned> {
  const known = new Set(bot.slack.thread(INCIDENTS, incident.root.ts).map(({ ts }) => ts))
  await bot.command('U0ALICE', line, '/ops')
  const card = await bot.slack.until(() =>
    bot.slack
      .thread(INCIDENTS, incident.root.ts)
      .find((message) => !known.has(message.ts) && message.text.includes(line) && wanted.test(JSON.stringify(message))),
  )
  const [, name = '', hash = ''] = /(OP-\d+).*plan 1 `([0-9a-f]{8})`/s.exec(card.text) ?? []
  return { name, ts: card.ts, hash }
}

let replicas = 10
async function planned(): Promise<Planned> {
  replicas += 1
  return await cardOf(`scale payments ${replicas}`, /change\.approve/)
}
/** The way back of Alice's own change waits for her alone. */
async function waitingForAlice(): Promise<Planned> {
  const change = await planned()
  await bot.slack.click({ user: 'U0BOB', message: now(change.ts), actionId: 'change.approve' })
  await shows(change.ts, /Succeeded/)
  return await cardOf(`undo ${change.name}`, /change\.confirm/)
}
const askedLongAgo = async () => {
  const change = await planned()
  const older = `update asks set asked_at = asked_at - interval '40 s'`
  await withClient(bot.database.migrateUrl, (client) => client.query(older))
  return change
}

/** What a person then did about it: who, what, and how. */
async function gestures({ name }: Planned): Promise<unknown[]> {
  const entries = (await bot.entries(incident.name)).filter(({ subject }) => subject === name)
  return entries.slice(1).flatMap(({ actor, body }): unknown[] => {
    if (body.type === 'change.moved' && actor.name !== 'Firebreak') return [[actor.name, body.to, body.detail]]
    if (body.type === 'change.voted') return [[actor.name, body.decision, body.comment]]
    if (body.type === 'change.looking') return [[actor.name, 'looks', null]]
    if (body.type === 'change.asked') return [[null, 'asked', body.people.length]]
    return []
  })
}

/** A verb, the button that does the same, and what is on record after either. `answer`: what is told to who typed it. */
const VERBS = [
  {
    verb: 'confirm',
    line: ({ name }: Planned) => `confirm ${name}`,
    button: 'change.confirm',
    user: 'U0ALICE',
    change: waitingForAlice,
    shown: /Succeeded.*Confirmed by <@U0ALICE>/s,
    answer: / runs next\./,
    recorded: [['alice', 'approved', 'confirmed by its requester']],
  },
  {
    verb: 'reject, by somebody who may approve',
    line: ({ name, hash }: Planned) => `reject ${name} ${hash}`,
    button: 'change.reject',
    user: 'U0BOB',
    change: planned,
    shown: /Rejected, not run/,
    answer: / is rejected\./,
    recorded: [
      [null, 'asked', 2],
      ['bob', 'reject', null],
      ['bob', 'rejected', 'rejected by bob'],
    ],
  },
  {
    verb: 'reject, by who asked for it',
    line: ({ name, hash }: Planned) => `reject ${name} ${hash}`,
    button: 'change.reject',
    user: 'U0ALICE',
    change: planned,
    shown: /Withdrawn, not run/,
    answer: / is withdrawn\./,
    recorded: [
      [null, 'asked', 2],
      ['alice', 'withdrawn', 'withdrawn by its requester'],
    ],
  },
  {
    verb: 'looking',
    line: ({ name }: Planned) => `looking ${name}`,
    button: 'change.looking',
    user: 'U0BOB',
    change: planned,
    shown: /👀 <@U0BOB> is looking/,
    answer: /^Its card says that you look\./,
    recorded: [
      [null, 'asked', 2],
      ['bob', 'looks', null],
    ],
  },
  {
    verb: 'ask',
    line: ({ name }: Planned) => `ask ${name}`,
    button: 'change.ask_again',
    user: 'U0ALICE',
    change: askedLongAgo,
    shown: /Asked: /,
    answer: /^They are asked in the thread\./,
    recorded: [
      [null, 'asked', 2],
      [null, 'asked', 2],
    ],
  },
]

describe.each(VERBS)('/ops $verb', ({ line, button, user, change, shown, answer, recorded }) => {
  it('does what its button does', async () => {
    const pressed = await change()
    await bot.slack.click({ user, message: now(pressed.ts), actionId: button })
    await expect.poll(() => gestures(pressed)).toEqual(recorded)
    await shows(pressed.ts, shown)

    const typed = await change()
    expect(await ops(user, line(typed))).toMatch(answer)
    expect(await gestures(typed)).toEqual(recorded)
    await shows(typed.ts, shown)
  })
})

describe('typed decisions', () => {
  it('reach the target like a button’s: what was confirmed runs, what was rejected does not', async () => {
    const running = () => bot.playground?.world.deployments.get('payments')?.replicas
    const before = running()
    const { name, ts } = await waitingForAlice()
    expect(running()).toBe(replicas)
    const rejected = await planned()
    await ops('U0BOB', `reject ${rejected.name} ${rejected.hash}`)
    expect(await ops('U0BOB', `confirm ${name}`)).toMatch(/Nothing changed: only who asked for OP-\d+ can run it/)
    await ops('U0ALICE', `run ${name}`)
    await shows(ts, /Succeeded/)
    expect(running()).toBe(before)
    expect(await ops('U0ALICE', `confirm ${name}`)).toMatch(/Nothing changed: OP-\d+ is succeeded already/)
  })

  it('are for the plan that was read, by who may', async () => {
    const change = await planned()
    const { name, hash } = change
    expect(await ops('U0BOB', `reject ${name}`)).toMatch(/hash is missing/)
    expect(await ops('U0BOB', `reject ${name} deadbeef`)).toMatch(/Nothing changed: that was for another plan/)
    expect(await ops('U0DAVE', `reject ${name} ${hash}`)).toMatch(
      /Nothing changed: approving it takes the role approver/,
    )
    expect(await ops('U0DAVE', `looking ${name}`)).toMatch(/Nothing changed: approving it takes the role approver/)
    expect(await ops('U0ALICE', `looking ${name}`)).toMatch(/Nothing changed: you asked for it/)
    expect(await ops('U0ALICE', `confirm ${name}`)).toMatch(/Nothing changed: OP-\d+ needs another person’s approval/)
    expect(await ops('U0DAVE', `break-glass ${name} ${hash} so`)).toMatch(/Nothing changed: no policy line allows/)
    expect(await gestures(change)).toEqual([[null, 'asked', 2]])
    expect(now(change.ts).text).toContain('Waiting for approval')
  })
})

describe('/ops break-glass', () => {
  it('runs a plan on the word of one person, said aloud and answered for in the review', async () => {
    const change = await planned()
    const { name, hash } = change
    expect(await ops('U0ALICE', `break-glass ${name} ${hash}`)).toMatch(/reason is missing/)
    expect(await ops('U0ALICE', `break-glass ${name} deadbeef nobody answers`)).toMatch(/that was for another plan/)
    expect(await gestures(change)).toEqual([[null, 'asked', 2]])

    expect(await ops('U0ALICE', `break-glass ${name} ${hash} nobody answers, payments are down`)).toMatch(
      new RegExp(`\\*${name}\\* is (approved|claimed|intended|applied|succeeded)`),
    )
    await shows(change.ts, /Succeeded.*🔥 Glass broken by <@U0ALICE>.*“nobody answers, payments are down”/s)
    expect(await gestures(change)).toEqual([
      [null, 'asked', 2],
      ['alice', 'break_glass', 'nobody answers, payments are down'],
      ['alice', 'approved', 'the glass was broken by alice: nobody answers, payments are down'],
    ])
    const loud = await bot.slack.until(() =>
      bot.slack.messages(INCIDENTS).find(({ text }) => /glass was broken.*<@U0ALICE>/s.test(text)),
    )
    expect(loud.text).toContain(name)
    expect(await bot.ask('U0BOB', `status ${incident.name}`)).toMatch(
      new RegExp(`The review has to answer.*${name}.*nobody answers, payments are down`, 's'),
    )
  })
})

describe.each(['plan', 'show'])('/ops %s', (verb) => {
  it('shows a change as its card does, to whoever asks, and does nothing', async () => {
    const change = await planned()
    const before = await bot.entries(incident.name)
    expect(await ops('U0DAVE', `${verb} ${change.name}`)).toBe(now(change.ts).text)
    expect(now(change.ts).text).toMatch(new RegExp(`scale payments ${replicas}.*plan 1 .${change.hash}`, 's'))
    expect(await ops('U0DAVE', `${verb} OP-999`)).toMatch(/There is no OP-999/)
    expect(await ops('U0DAVE', `${verb} payments`)).toMatch(/must be like `OP-12`/)
    expect(await bot.entries(incident.name)).toEqual(before)
  })
})
