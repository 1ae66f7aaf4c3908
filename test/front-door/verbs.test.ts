import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const open = () => bot.open()
const resolved = (ts: string) => bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, ts)?.text ?? ''))

describe('before any incident is open', () => {
  it('says so, and what to do', async () => {
    expect(await bot.ask('U0ALICE', 'list')).toMatch(/No incident is open.*open P1/s)
    expect(await bot.ask('U0ALICE', 'status')).toMatch(/No incident is open/)
    expect(await bot.ask('U0ALICE', 'resolve')).toMatch(/No incident is open/)
  })

  it('answers a read for the person’s eyes alone, and records nothing', async () => {
    expect(await bot.ask('U0DAVE', 'pods checkout', '/ops')).toMatch(/checkout-.*CrashLoopBackOff.*OOMKilled/s)
    expect(
      (await bot.entries('general')).filter(({ subject }) => subject.startsWith('OP-') || subject === 'general'),
    ).toEqual([])
    expect(bot.slack.messages(INCIDENTS)).toEqual([])
  })

  it('helps, and tells the usage of one verb', async () => {
    expect(await bot.ask('U0DAVE', 'help')).toMatch(/\/incident open.*\/incident resolve.*\/incident export/s)
    expect(await bot.ask('U0DAVE', '')).toMatch(/No incident is open/)
    expect(await bot.ask('U0ALICE', 'help', '/ops')).toMatch(/\/ops pods.*\/ops logs.*\/ops scale.*\/ops undo/s)
    const reader = await bot.ask('U0DAVE', 'help', '/ops')
    expect(reader, 'who may only look is shown no more').toMatch(/\/ops pods.*\/ops logs.*is left out/s)
    expect(reader).not.toMatch(/\/ops (scale|undo|hold|approve)/)
    expect(await bot.ask('U0DAVE', 'help scale', '/ops')).toMatch(/scale checkout 5/)
  })
})

describe('opening an incident', () => {
  it('asks in a form when nothing is given', async () => {
    await bot.command('U0ALICE', 'open')
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    const values = { severity: 'P0', title: 'Nobody can log in', service: 'payments' }
    await bot.slack.submit({ user: 'U0ALICE', view, values })
    const root = await bot.slack.until(() =>
      bot.slack.messages(INCIDENTS).find((m) => m.text.includes('Nobody can log in')),
    )
    expect(root.text).toMatch(/INC-1.*P0/s)
    await bot.command('U0ALICE', 'resolve')
    await resolved(root.ts)
  })

  it('takes a severity by its alias, and makes up a title', async () => {
    const { root } = await bot.open('open sev2 --service checkout')
    expect(root.text).toMatch(/P1.*Trouble with checkout/s)
    await bot.command('U0ALICE', 'resolve')
    await resolved(root.ts)
  })

  it('is for members of the workspace, not for its guests', async () => {
    const guest = await startBot({
      slack: { users: [{ id: 'U0GUEST', name: 'gus', is_restricted: true }] as never },
    })
    expect(await guest.ask('U0GUEST', 'open P1')).toMatch(/only full members/)
    expect(guest.slack.messages(INCIDENTS)).toEqual([])
    await guest.stop()
  })
})

describe('with incidents open', () => {
  let first: Awaited<ReturnType<Bot['open']>>
  let second: Awaited<ReturnType<Bot['open']>>
  beforeAll(async () => {
    first = await open()
    second = await bot.open('open P0 "Payments are down"')
  })

  it('lists them, newest first', async () => {
    const list = await bot.ask('U0BOB', 'ls')
    expect(list.indexOf(second.name)).toBeLessThan(list.indexOf(first.name))
    expect(list).toContain('Over')
  })

  it('asks which one when it can’t know, and runs what is picked', async () => {
    const { responses } = await bot.command('U0ALICE', 'status')
    const [question] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
    const buttons = JSON.stringify(question)
    expect(buttons).toContain(first.name)
    expect(buttons).toContain(second.name)
  })

  it('means the thread’s incident when it is mentioned in a thread', async () => {
    await bot.slack.mention({ user: 'U0BOB', channel: INCIDENTS, thread_ts: second.root.ts, text: 'status' })
    const answer = await bot.slack.until(() =>
      bot.slack.ephemerals('U0BOB').find((m) => m.text?.includes(second.name) && m.text.includes('Status:')),
    )
    expect(answer.text).not.toContain(first.name)
  })

  it('takes a button of the card', async () => {
    const root = bot.slack.message(INCIDENTS, second.root.ts)
    const { responses } = await bot.slack.click({
      ...{ user: 'U0CAROL', message: root as never, actionId: 'incident.menu' },
    })
    expect(String((await bot.slack.until(() => responses[0]))?.text)).toContain('Payments are down')
    await bot.slack.click({ user: 'U0CAROL', message: root as never, actionId: 'incident.resolve' })
    const view = await bot.slack.until(() => bot.slack.views('U0CAROL').at(-1))
    await bot.slack.submit({ user: 'U0CAROL', view, values: { cause: 'the provider was down', fix: '' } })
    await resolved(second.root.ts)
    expect(bot.slack.message(INCIDENTS, second.root.ts)?.text).toMatch(
      /Cause:\* the provider was down.*Fix:\* unknown yet/s,
    )
    expect(await bot.ask('U0BOB', `resolve ${second.name}`)).toMatch(/is resolved already/)
  })

  it('exports in the asker’s zone, with names instead of ids', async () => {
    await bot.command('U0CAROL', `export ${first.name} md`)
    await bot.command('U0CAROL', `export ${first.name} json`)
    const find = (name: string) =>
      bot.slack.until(() => bot.slack.files.find((f) => f.filename === name && f.shares.length > 0))
    const markdown = String((await find(`${first.name}.md`)).content)
    const json = JSON.parse(String((await find(`${first.name}.json`)).content))
    expect(markdown).not.toMatch(/T0FAKE|<@U0/)
    expect(markdown).toMatch(/alice/i)
    expect(json).toMatchObject({ format: 'firebreak.export', version: 1 })
    expect(json.chain.verified).toBeTruthy()
    await bot.command('U0ALICE', 'resolve')
    await resolved(first.root.ts)
  })
})

describe('changes', () => {
  let incident: Awaited<ReturnType<Bot['open']>>
  beforeEach(async () => {
    incident = await open()
  })
  afterEach(async () => {
    await bot.command('U0ALICE', `resolve ${incident.name}`)
    await resolved(incident.root.ts)
  })
  const card = (text: RegExp) => bot.inThread(incident.root.ts, text)
  /** Waits until the message says that now; what it said before it was edited doesn't count. */
  const shows = (ts: string, text: RegExp) =>
    bot.slack.until(() => text.test(JSON.stringify({ ...bot.slack.message(INCIDENTS, ts), edits: [] })), 10_000)

  it('are undone by their requester with one confirmed tap, and by others with an approval', async () => {
    await bot.command('U0ALICE', 'scale payments 3', '/ops')
    const planned = await card(/scale payments 3.*change\.approve/s)
    await bot.slack.click({ user: 'U0CAROL', message: planned, actionId: 'change.approve' })
    await shows(planned.ts, /Succeeded.*change\.undo/s)

    await bot.slack.click({
      user: 'U0BOB',
      message: bot.slack.message(INCIDENTS, planned.ts) as never,
      actionId: 'change.undo',
    })
    const bobs = await card(/undo OP-\d+.*change\.approve/s)
    await bot.slack.click({ user: 'U0BOB', message: bobs, actionId: 'change.reject' })
    await shows(bobs.ts, /withdrawn/i)
    await shows(planned.ts, /change\.undo/)

    await bot.slack.click({
      user: 'U0ALICE',
      message: bot.slack.message(INCIDENTS, planned.ts) as never,
      actionId: 'change.undo',
    })
    await card(/undo OP-\d+.*Succeeded/s)
    expect(bot.playground?.world.deployments.get('payments')?.replicas).toBe(2)
  })

  it('that are critical count one approver once, who clicks twice and types it as well', async () => {
    await bot.command('U0ALICE', 'scale payments 0', '/ops')
    const planned = await card(/scale payments 0.*change\.approve/s)
    const approve = () => bot.slack.click({ user: 'U0BOB', message: planned, actionId: 'change.approve' })
    await approve()
    await shows(planned.ts, /1 of 2 approved/)
    const { responses } = await approve()
    expect((await bot.slack.until(() => responses[0])).text).toMatch(/Nothing changed: you voted on OP-\d+ already/)
    const [, name, hash] = /(OP-\d+).*plan 1 `([0-9a-f]+)`/s.exec(planned.text) ?? []
    expect(await bot.ask('U0BOB', `approve ${name} ${hash}`, '/ops')).toMatch(/Nothing changed: you voted on/)

    const entries = (await bot.entries(incident.name)).filter(({ subject }) => subject === name)
    expect(entries.map(({ body }) => body.type)).toEqual(['change.planned', 'change.asked', 'change.voted'])
    expect(bot.slack.message(INCIDENTS, planned.ts)?.text).toContain('another person (1 of 2 approved)')
    expect(bot.playground?.world.deployments.get('payments')?.replicas).toBe(2)
    await bot.slack.click({ user: 'U0ALICE', message: planned, actionId: 'change.reject' })
    await shows(planned.ts, /withdrawn/i)
  })

  it('that are critical take two others, one of them an owner', async () => {
    await bot.command('U0ALICE', 'scale payments 0', '/ops')
    const planned = await card(/scale payments 0.*change\.approve/s)
    expect(JSON.stringify(planned)).toContain('critical')
    await bot.slack.click({ user: 'U0BOB', message: planned, actionId: 'change.approve' })
    await shows(planned.ts, /U0BOB/)
    expect(bot.playground?.world.deployments.get('payments')?.replicas).toBe(2)
    await bot.slack.click({ user: 'U0CAROL', message: planned, actionId: 'change.approve' })
    await shows(planned.ts, /Succeeded/)
    expect(bot.playground?.world.deployments.get('payments')?.replicas).toBe(0)
  })

  it('outside of an incident have their own message where they were asked for', async () => {
    await bot.command('U0ALICE', 'scale payments 2 --incident none', '/ops')
    const root = await bot.slack.until(() =>
      bot.slack.messages(INCIDENTS).find((m) => m.text.includes('scale payments 2')),
    )
    await bot.slack.click({ user: 'U0BOB', message: root, actionId: 'change.approve' })
    await shows(root.ts, /Succeeded/)
    expect((await bot.entries('general')).map(({ body }) => body.type)).toContain('change.planned')
  })

  it('go stale when the world moved too far, and are planned again with one tap', async () => {
    await bot.command('U0ALICE', 'scale payments 5', '/ops')
    const planned = await card(/scale payments 5.*change\.approve/s)
    bot.playground?.world.scale('payments', 9)
    await bot.slack.click({ user: 'U0CAROL', message: planned, actionId: 'change.approve' })
    await shows(planned.ts, /stale.*is 9 now.*change\.replan/is)
    await bot.slack.click({
      user: 'U0ALICE',
      message: bot.slack.message(INCIDENTS, planned.ts) as never,
      actionId: 'change.replan',
    })
    const fresh = await card(/replicas 9 → 5.*change\.approve/s)
    const name = /OP-\d+/.exec(planned.text)?.[0]
    expect(fresh.text, 'what it replaces, and what is different now').toContain(
      `*Asks again for ${name}*: replicas of deployment payments in microservices is 9 now; it was 2 when planned`,
    )
    expect(planned.text, 'as the first one said').toMatch(/replicas 2 → 5/)
    expect(fresh.text, 'the approval was for the first one').toMatch(/Waiting for approval/)
    expect(bot.playground?.world.deployments.get('payments')?.replicas).toBe(9)

    const again = await bot.slack.click({
      user: 'U0BOB',
      message: bot.slack.message(INCIDENTS, planned.ts) as never,
      actionId: 'change.replan',
    })
    const [answer] = await bot.slack.until(() => (again.responses.length > 0 ? again.responses : null))
    expect(answer?.text).toMatch(/Nothing was done: OP-\d+ asks for it again already \(planned\)/)
  })
})

describe('the cluster away', () => {
  it('fails the plan with the reason, in words', async () => {
    await bot.playground?.close()
    expect(await bot.ask('U0ALICE', 'scale checkout 6', '/ops')).toMatch(/Nothing was done.*can.t be reached/s)
    expect(await bot.ask('U0ALICE', 'pods checkout', '/ops')).toMatch(/can.t be reached/s)
  })
})
