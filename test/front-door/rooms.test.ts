import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { until } from '../support/until.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const ask = (user: string, line: string, command = '/incident', channel?: string) =>
  bot.ask(user, line, command, channel)
const rooms = () => [...bot.slack.workspace.channels.values()].filter(({ creator }) => creator === 'U0BOT')
const types = async (name: string) => (await bot.entries(name)).map(({ body }) => body.type)

/** Who came and went: `room.joined U0BOB`. */
const moves = async (name: string) =>
  (await bot.entries(name)).flatMap(({ body }) =>
    body.type === 'room.joined' || body.type === 'room.left' ? [`${body.type} ${body.person.split('/')[1]}`] : [],
  )

/** Opens one that has a channel of its own, and waits for its card and for whoever opened it. */
async function open(line: string, user = 'U0ALICE') {
  const before = rooms().length
  const answer = await ask(user, line)
  const name = /INC-\d+/.exec(answer)?.[0] as string
  const room = await bot.slack.until(() => rooms()[before])
  const root = await bot.slack.until(() => bot.slack.messages(room.id).find(({ text }) => text.includes(`${name} ·`)))
  await bot.slack.until(() => room.members.includes(user))
  await bot.slack.until(() => bot.slack.thread(room.id, root.ts).length > 1)
  return { name, room, root, answer }
}

describe('a private incident', () => {
  it('is in a private channel of its own from its first message on, and nowhere else', async () => {
    const before = bot.slack.messages(INCIDENTS).length
    const { name, room, root, answer } = await open('open P1 "Keys leaked" --service checkout --private')
    expect(answer).toBe(`*${name}* is open, and gets a private channel of its own: you are invited into it.`)
    expect(room).toMatchObject({ is_private: true, name: name.toLowerCase(), members: ['U0BOT', 'U0ALICE'] })
    expect(root.text).toContain('Kind:* private: only who is in this channel may know of it')
    expect(bot.slack.messages(INCIDENTS)).toHaveLength(before)
    expect((await bot.entries(name))[0]?.body).toMatchObject({ visibility: 'private', channel: null })
  })

  it('is what security is, unless somebody says otherwise', async () => {
    const { root } = await open('open P1 "Keys leaked" --kind security')
    expect(root.text).toContain('security, private')
    const answer = await ask('U0ALICE', 'open P1 "A drill" --kind security --public')
    expect(answer).toMatch(/is open in <#C0INCIDENTS>/)
    expect(await ask('U0ALICE', 'open P1 X --private --public')).toMatch(/either `--private` or `--public`/)
    expect(await ask('U0ALICE', 'open P1 X --kind secret')).toMatch(/kind must be one of operational, security/)
  })

  it('is opened from the form, too', async () => {
    await bot.command('U0ALICE', 'open')
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    const before = rooms().length
    await bot.slack.submit({ user: 'U0ALICE', view, values: { severity: 'P1', title: 'Quiet', kind: 'security' } })
    expect((await bot.slack.until(() => rooms()[before])).is_private).toBe(true)
  })

  it('does not exist for anybody who is not in its channel, whatever they ask', async () => {
    const { name, room, root } = await open('open P1 "Nobody knows this" --private')
    await bot.command('U0ALICE', 'scale checkout 5', '/ops', room.id)
    const card = await bot.slack.until(() =>
      bot.slack.thread(room.id, root.ts).find(({ text }) => /OP-\d+.*scale checkout 5/s.test(text)),
    )
    const change = /OP-\d+/.exec(card.text)?.[0] as string
    const lines: [line: string, command?: string][] = [
      ...['list', 'menu', '', `status ${name}`, `timeline ${name}`, `export ${name}`, `ack ${name}`].map(
        (line) => [line] as [string],
      ),
      ...[`note ${name} hello`, `resolve ${name}`, `assign ${name} <@U0BOB|bob>`, `duplicate INC-1 of ${name}`].map(
        (line) => [line] as [string],
      ),
      [`plan ${change}`, '/ops'],
      [`withdraw ${change}`, '/ops'],
      [`ask ${change}`, '/ops'],
      [`looking ${change}`, '/ops'],
      [`pods checkout --incident ${name}`, '/ops'],
      [`scale checkout 3 --incident ${name}`, '/ops'],
      [`can scale checkout 3 --incident ${name}`, '/ops'],
    ]
    const before = await types(name)
    for (const [line, command] of lines) {
      const answer = await ask('U0BOB', line, command)
      expect(answer, line).not.toMatch(/Nobody knows this|scale checkout 5|withdrawn/)
      expect(answer, line).not.toContain(`${name} ·`)
    }
    expect(await types(name)).toEqual(before)
    const home = async (user: string) => {
      await bot.slack.openHome(user)
      return JSON.stringify(await bot.slack.until(() => bot.slack.home(user)))
    }
    expect(await home('U0BOB')).not.toContain('Nobody knows this')
    expect(await home('U0ALICE')).toContain('Nobody knows this')
    expect(await ask('U0ALICE', 'list')).toContain('Nobody knows this')
  })

  it('opens to whoever somebody brings in, and closes to whoever leaves', async () => {
    const { name, room } = await open('open P1 "Come in" --private')
    expect(await ask('U0BOB', `status ${name}`)).toBe(`There is no ${name}. \`/incident list\` shows the open ones.`)
    bot.slack.workspace.enter(room, 'U0BOB')
    await until(async () => (await moves(name)).includes('room.joined U0BOB'))
    expect(await ask('U0BOB', `status ${name}`)).toContain('Come in')
    bot.slack.workspace.leave(room, 'U0BOB')
    await until(async () => (await moves(name)).includes('room.left U0BOB'))
    expect(await ask('U0BOB', `status ${name}`)).toMatch(/There is no/)
  })

  it('invites whoever is given a role or asked to take one', async () => {
    const { name, room } = await open('open P1 "Roles" --private')
    await ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await bot.slack.until(() => room.members.includes('U0BOB'))
    await ask('U0ALICE', `handoff ${name} <@U0CAROL|carol>`)
    await bot.slack.until(() => room.members.includes('U0CAROL'))
    expect(await ask('U0CAROL', `status ${name}`)).toContain('Roles')
    expect((await bot.entries(name)).filter(({ body }) => body.type === 'room.invited')).toHaveLength(3)
  })

  it('hears all of its channel, and takes commands there without being told which incident is meant', async () => {
    const { name, room } = await open('open P1 "All of it" --private')
    await bot.slack.say({ user: 'U0ALICE', channel: room.id, text: 'outside of the thread' })
    await until(async () => JSON.stringify(await bot.entries(name)).includes('outside of the thread'))
    expect(await ask('U0ALICE', 'status', '/incident', room.id)).toContain('All of it')
  })
})

describe('Slack, when it makes no channel', () => {
  it('is taken at its word: whoever opened the incident hears of it, and it is tried again', async () => {
    bot.slack.fail('conversations.create', { error: 'restricted_action' })
    const answer = await ask('U0DAVE', 'open P1 "Nowhere yet" --private')
    const name = /INC-\d+/.exec(answer)?.[0] as string
    const told = await bot.slack.until(() => bot.slack.messages('D0DAVE').find(({ text }) => text.includes(name)))
    expect(told.text).toMatch(/has no channel yet: Slack says `restricted_action`/)
    expect(told.text).not.toContain('Nowhere yet')
    expect(await ask('U0DAVE', `status ${name}`)).toContain('Nowhere yet')
    bot.slack.recover()
    await bot.slack.until(() => rooms().find((room) => room.name === name.toLowerCase()), 30_000)
    expect((await types(name)).filter((type) => type === 'room.refused')).toHaveLength(1)
  })

  it('does not make it twice when its answer was lost', async () => {
    bot.slack.fail('conversations.create', { dropResponse: true, times: 1 })
    const { name } = await open('open P1 "Once" --private')
    expect(rooms().filter((room) => room.name.startsWith(name.toLowerCase()))).toHaveLength(1)
  })
})

describe('whoever was brought in or taken out while nobody listened', () => {
  it('is found out about when Slack is heard again', async () => {
    const { name, room } = await open('open P1 "Meanwhile" --private')
    await ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await until(async () => (await moves(name)).includes('room.joined U0BOB'))
    await bot.restart(async () => {
      room.members = ['U0BOT', 'U0ALICE', 'U0CAROL']
      return undefined
    })
    await until(async () => (await moves(name)).length === 4)
    expect((await moves(name)).slice(2).sort()).toEqual(['room.joined U0CAROL', 'room.left U0BOB'])
    expect(await ask('U0BOB', `status ${name}`)).toMatch(/There is no/)
    expect(await ask('U0CAROL', `status ${name}`)).toContain('Meanwhile')
  })

  it('is found out about, too, when it was never heard that they had come', async () => {
    const { name, room } = await open('open P1 "In and out" --private')
    await ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await until(async () => (await moves(name)).includes('room.joined U0BOB'))
    const incident = Number(name.slice(4))
    const bobs = bot.db.updateTable('room_members').where('incident', '=', incident).where('person', 'like', '%/U0BOB')
    await bobs.set({ state: 'invited' }).execute()
    await bot.restart(async () => {
      room.members = ['U0BOT', 'U0ALICE']
      return undefined
    })
    await until(async () => (await moves(name)).includes('room.left U0BOB'), 45_000)
    expect(await ask('U0BOB', `status ${name}`)).toMatch(/There is no/)
  })
})

describe('whoever was taken out of what is over', () => {
  it('is found out about, too: they know no more of it', async () => {
    const { name, room } = await open('open P1 "Over and done" --private')
    await ask('U0ALICE', `assign ${name} <@U0BOB|bob> as scribe`)
    await until(async () => (await moves(name)).includes('room.joined U0BOB'))
    await ask('U0ALICE', `cancel ${name}`)
    expect(await ask('U0BOB', `status ${name}`)).toContain('Over and done')
    await bot.restart(async () => {
      room.members = ['U0BOT', 'U0ALICE']
      return undefined
    })
    // Of a test's many incidents the ones that are not over come first, at Slack's pace.
    await until(async () => (await moves(name)).includes('room.left U0BOB'), 45_000)
    expect(await ask('U0BOB', `status ${name}`)).toMatch(/There is no/)
  })
})
