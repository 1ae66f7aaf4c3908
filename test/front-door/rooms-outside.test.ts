import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eraseEntries } from '../../src/privacy/erase.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { readProgress } from '../../src/timeline/store.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

/** What leaves a private incident's channel by side doors. */
let bot: Bot
beforeAll(async () => {
  const policy = '  - { allow: [everyone], operations: [scale], severities: [P1], tiers: [guarded] }\n'
  bot = await startBot({ policy })
})
afterEach(() => {
  bot.slack.recover()
  bot.slack.assertClean()
})
afterAll(() => bot.stop())

const rooms = () => [...bot.slack.workspace.channels.values()].filter(({ creator }) => creator === 'U0BOT')
/** What their direct messages say now. */
const direct = (user: string) =>
  JSON.stringify(bot.slack.messages(`D${user.slice(1)}`).map(({ text, blocks }) => ({ text, blocks })))
const moved = (name: string, type: 'room.joined' | 'room.left', user: string) =>
  until(async () =>
    (await bot.entries(name)).some(({ body }) => body.type === type && body.person.endsWith(`/${user}`)),
  )
/** Slack shows all of it. */
const shown = (name: string) =>
  until(async () => {
    const progress = await readProgress(bot.db, name)
    return progress?.projected === progress?.seq
  })

async function open(title: string) {
  const before = rooms().length
  const name = /INC-\d+/.exec(await bot.ask('U0ALICE', `open P1 "${title}" --private`))?.[0] as string
  const room = await bot.slack.until(() => rooms()[before])
  const root = await bot.slack.until(() => bot.slack.messages(room.id).find(({ text }) => text.includes(`${name} ·`)))
  await bot.slack.until(() => room.members.includes('U0ALICE'))
  return { name, room, root }
}

describe('a change of the same object, planned elsewhere', () => {
  it('warns of the private one, and does not say what that asks for', async () => {
    const { room, root } = await open('Somebody scales quietly')
    const inRoom = (text: RegExp) =>
      bot.slack.until(() => bot.slack.thread(room.id, root.ts).find((message) => text.test(message.text)))
    await bot.command('U0ALICE', 'scale checkout 7', '/ops', room.id)
    const id = /OP-\d+/.exec((await inRoom(/OP-\d+.*scale checkout 7/s)).text)?.[0] as string
    bot.slack.workspace.enter(room, 'U0BOB')
    const [card] = await bot.slack.until(() => {
      const found = bot.slack.thread(room.id, root.ts).filter(({ text }) => text.includes(id))
      return found.length > 0 ? found : null
    })
    const hash = /"hash\\*":\\*"([0-9a-f]{16})/.exec(JSON.stringify(card))?.[1] as string
    await bot.command('U0BOB', `approve ${id} ${hash}`, '/ops', room.id)
    await inRoom(new RegExp(`${id}[^]*(succeeded|✅)`))
    await bot.command('U0ALICE', 'scale checkout 6', '/ops', room.id)
    expect(JSON.stringify(await inRoom(/OP-\d+.*scale checkout 6/s))).toContain('scale checkout 7')
    const other = await bot.open('open P2 "Slow" --service checkout', 'U0ALICE')
    await bot.command('U0ALICE', 'scale checkout 3', '/ops', INCIDENTS)
    const plan = await bot.inThread(other.root.ts, /scale checkout 3/)
    expect(JSON.stringify(plan)).toContain(id)
    expect(JSON.stringify(plan)).not.toContain('scale checkout 7')
  })
})

describe('a channel of the bot’s own making that has the name already', () => {
  /** The number of the next incident. */
  const next = async () => Number(/INC-(\d+)/.exec(await bot.ask('U0ALICE', 'open P2 "What number is it"'))?.[1]) + 1

  it.each([
    ['is of a ledger that went back, and has other people in it', { members: ['U0BOT', 'U0CAROL'] }],
    ['is older, though nobody is in it any more', { created: 1_700_000_000 }],
  ])('%s: it is not taken for this incident’s', async (_, old) => {
    const id = await next()
    const taken = Object.assign(bot.slack.workspace.createChannel(`inc-${id}`, true), old)
    const { name, room } = await open('Not for Carol')
    expect(name).toBe(`INC-${id}`)
    expect(room.name).toBe(`inc-${id}-2`)
    expect(bot.slack.messages(taken.id)).toEqual([])
    expect(await bot.ask('U0CAROL', `status ${name}`)).toMatch(/There is no/)
  })

  it('was made after the incident was declared: it is its own, with its people, though the ledger lost that', async () => {
    const made = { members: ['U0BOT', 'U0CAROL'], created: Math.ceil(Date.now() / 1000) + 5 }
    const { id } = Object.assign(bot.slack.workspace.createChannel(`inc-${await next()}`, true), made)
    const name = /INC-\d+/.exec(await bot.ask('U0ALICE', 'open P1 "Found again" --private'))?.[0] as string
    await bot.slack.until(() => bot.slack.messages(id).find(({ text }) => text.includes(`${name} ·`)))
  })

  it('was renamed to it, and is another incident’s: that keeps no incident from its own', async () => {
    const { room: renamed } = await open('Renames its channel')
    renamed.name = `inc-${await next()}`
    const { room } = await open('Comes after it')
    expect(room.name).toBe(`${renamed.name}-2`)
  })
})

describe('an invitation that Slack does not take', () => {
  it.each([
    ['refuses', { error: 'restricted_action' }],
    ['rate-limits', { retryAfter: 30 }],
  ])('%s: who is in the channel sees everything all the same', async (_, fault) => {
    const { name, room, root } = await open('Bob can not come')
    bot.slack.fail('conversations.invite', fault)
    await bot.ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await bot.ask('U0ALICE', `update ${name} it goes on without him`)
    await bot.slack.until(() =>
      bot.slack.thread(room.id, root.ts).find(({ text }) => text.includes('it goes on without him')),
    )
  })
})

describe('whoever is not in the channel any more', () => {
  it('is told nothing new in what was said to them alone', async () => {
    const { name, room } = await open('The first title')
    await bot.ask('U0ALICE', `handoff ${name} <@U0BOB|bob>`)
    await bot.slack.until(() => direct('U0BOB').includes('The first title'))
    await moved(name, 'room.joined', 'U0BOB')
    bot.slack.workspace.leave(room, 'U0BOB')
    await moved(name, 'room.left', 'U0BOB')
    await bot.ask('U0ALICE', `set ${name} --title "The second title"`)
    await bot.ask('U0ALICE', `assign ${name} <@U0CAROL|carol>`)
    await bot.slack.until(() => direct('U0CAROL').includes('The second title'))
    await bot.slack.until(() => direct('U0BOB').includes('you are not in its channel any more'))
    expect(direct('U0BOB')).not.toMatch(/The (first|second) title/)
  })

  it('is told nothing that was still on its way', async () => {
    const { name, room } = await open('Too late for Bob')
    bot.slack.fail('conversations.open', { error: 'internal_error', when: ({ users }) => users === 'U0BOB' })
    await bot.ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await moved(name, 'room.joined', 'U0BOB')
    bot.slack.workspace.leave(room, 'U0BOB')
    await moved(name, 'room.left', 'U0BOB')
    bot.slack.recover()
    await shown(name)
    expect(direct('U0BOB')).not.toContain('Too late for Bob')
  })

  it('is no reason to leave there what was erased', async () => {
    const { name, room } = await open('A customer’s name')
    await bot.ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await bot.slack.until(() => direct('U0BOB').includes('A customer’s name'))
    await moved(name, 'room.joined', 'U0BOB')
    bot.slack.workspace.leave(room, 'U0BOB')
    await moved(name, 'room.left', 'U0BOB')
    const person = { id: 'T0FAKE/U0CAROL', user: 'U0CAROL', name: 'Carol', zone: 'UTC', standing: 'member' } as const
    await eraseEntries(
      { ledger: createLedger(bot.db), whyNotEntitled: async () => null },
      { person, cause: 'test:erase', chain: name, entries: [1], reason: 'a name' },
    )
    await bot.slack.until(() => !direct('U0BOB').includes('A customer’s name'))
  })
})

describe('whoever types in the channel before Slack has told that they came', () => {
  it('is told what they, and who is elsewhere, could do for that very incident', async () => {
    const { room } = await open('Dave is quick')
    room.members.push('U0DAVE')
    expect(await bot.ask('U0DAVE', 'can scale checkout 5 --incident none', '/ops', INCIDENTS)).toContain('*denied*')
    expect(await bot.ask('U0DAVE', 'can scale checkout 5', '/ops', room.id)).toContain('*allowed*')
    const other = await bot.ask('U0DAVE', 'can scale checkout 5 --for <@U0CAROL|carol>', '/ops', room.id)
    expect(other).toContain('*allowed*')
  })
})

describe('a channel that was archived when its incident was over', () => {
  it('is left as it is: what comes after is not tried for ever', async () => {
    const { name, room } = await open('Over and archived')
    await bot.ask('U0ALICE', `cancel ${name}`)
    await shown(name)
    bot.slack.fail('chat.update', { error: 'is_archived', when: ({ channel }) => channel === room.id })
    await bot.ask('U0ALICE', `set ${name} --title "What it really was"`)
    await shown(name)
  })

  it('is waited for while it is not over', async () => {
    const { name, room, root } = await open('Archived too early')
    await shown(name)
    room.is_archived = true
    await bot.ask('U0ALICE', `update ${name} nobody reads this yet`)
    await bot.slack.until(() => bot.slack.calls.some(({ result }) => result.error === 'is_archived'))
    room.is_archived = false
    await bot.slack.until(() =>
      bot.slack.thread(room.id, root.ts).find(({ text }) => text.includes('nobody reads this yet')),
    )
  })
})
