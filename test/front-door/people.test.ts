import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

const users = ['U0ALICE', 'U0ALICE2', 'U0BOB', 'U0BOB2', 'U0CAROL', 'U0GUEST'].map((id) => ({ id }))

let bot: Bot
afterEach(() => bot.slack.assertClean())

const click = async (user: string, message: Message, actionId: string) => {
  const { responses } = await bot.slack.click({ user, message, actionId })
  const [response] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
  return String(response?.text)
}

describe('somebody with two accounts', () => {
  let incident: Awaited<ReturnType<Bot['open']>>
  beforeAll(async () => {
    bot = await startBot({
      slack: { users },
      config: (text) =>
        `${text}
people:
  alice: { accounts: [U0ALICE, U0ALICE2] }
  bob: { accounts: [U0BOB, U0BOB2] }
`.replace('approver: { users: [U0BOB]', 'approver: { users: [U0BOB, U0ALICE2]'),
    })
    incident = await bot.open()
  })
  afterAll(() => bot.stop())

  const plan = async (replicas: number, user = 'U0ALICE') => {
    await bot.command(user, `scale checkout ${replicas} --incident ${incident.name}`, '/ops')
    return await bot.inThread(incident.root.ts, new RegExp(`scale checkout ${replicas}.*change\\.approve`, 's'))
  }
  const votes = async (subject: string) =>
    (await bot.entries(incident.name)).filter(
      (entry) => entry.subject === subject && entry.body.type === 'change.voted',
    )

  it('can’t approve with one what they asked for with the other', async () => {
    const card = await plan(4)
    expect(await click('U0ALICE2', card, 'change.approve')).toMatch(/you asked for it: another person/)
    expect(await click('U0ALICE', card, 'change.approve')).toMatch(/you asked for it: another person/)
    expect(await votes('OP-1')).toEqual([])
    // Rejecting with the other account withdraws it, as one's own.
    await bot.slack.click({ user: 'U0ALICE2', message: card, actionId: 'change.reject' })
    await bot.slack.until(() => /withdr/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    const [withdrawn] = (await bot.entries(incident.name)).filter(
      ({ body }) => body.type === 'change.moved' && body.to === 'withdrawn',
    )
    expect(withdrawn?.actor).toMatchObject({ id: 'T0FAKE/U0ALICE', account: 'U0ALICE2' })
  })

  it('can’t ask with the second and approve with the first either', async () => {
    const card = await plan(6, 'U0ALICE2')
    expect(await click('U0ALICE', card, 'change.approve')).toMatch(/you asked for it: another person/)
    await bot.slack.click({ user: 'U0ALICE', message: card, actionId: 'change.reject' })
    await bot.slack.until(() => /withdr/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
  })

  it('has one vote', async () => {
    const card = await plan(0)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await expect.poll(async () => await votes('OP-3')).toHaveLength(1)
    expect(await click('U0BOB2', card, 'change.approve')).toMatch(/you voted on OP-\d+ already/)
    const cast = await votes('OP-3')
    expect(cast.map(({ actor }) => actor)).toEqual([{ id: 'T0FAKE/U0BOB', name: 'bob' }])
    await bot.slack.click({ user: 'U0CAROL', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
  })

  it('holds the role with either, and what they used is on record', async () => {
    const card = await plan(5)
    await bot.slack.click({ user: 'U0BOB2', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    const [cast] = await votes('OP-4')
    expect(cast?.actor).toEqual({ id: 'T0FAKE/U0BOB', name: 'bob2', account: 'U0BOB2' })
  })

  it('has no rights with a guest’s account', async () => {
    bot.slack.workspace.user('U0BOB2').is_restricted = true
    await bot.slack.tell({ type: 'user_change', user: bot.slack.workspace.user('U0BOB2') })
    const card = await plan(3)
    await expect.poll(() => click('U0BOB2', card, 'change.approve')).toMatch(/takes the role approver/)
    expect(await bot.ask('U0BOB2', 'list')).toMatch(/only full members/)
    expect(await bot.ask('U0BOB', 'list')).toContain(incident.name)
  })
})

describe('somebody who is no full member of this workspace', () => {
  let incident: Awaited<ReturnType<Bot['open']>>
  let card: Message
  const outsiders = [
    { id: 'U0GUEST', is_restricted: true },
    { id: 'U0ONE', is_restricted: true, is_ultra_restricted: true },
    { id: 'U0GONE', deleted: true },
    { id: 'U0ROBOT', is_bot: true },
    { id: 'U0FLOW', is_workflow_bot: true },
    { id: 'USLACKBOT' },
    { id: 'U0PARTNER', team_id: 'T0OTHER' },
    { id: 'U0VISITOR', is_stranger: true },
    { id: 'U0SISTER', team_id: 'T0MAIN', enterprise_user: { teams: ['T0MAIN', 'T0THIRD'] } },
  ]
  const ids = outsiders.map(({ id }) => id)
  beforeAll(async () => {
    bot = await startBot({
      slack: { users: [...users.filter(({ id }) => id !== 'U0GUEST'), ...outsiders] },
      // Named in the roles all the same.
      config: (text) =>
        text
          .replace('operator: { users: [', `operator: { users: [${ids.join(', ')}, `)
          .replace('approver: { users: [', `approver: { users: [${ids.join(', ')}, `),
    })
    incident = await bot.open()
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    card = await bot.inThread(incident.root.ts, /scale checkout 5.*change\.approve/s)
  })
  afterAll(() => bot.stop())

  it.each([
    ['a guest', 'U0GUEST'],
    ['a guest of one channel', 'U0ONE'],
    ['a deactivated account', 'U0GONE'],
    ['a bot', 'U0ROBOT'],
    ['a workflow', 'U0FLOW'],
    ['Slackbot', 'USLACKBOT'],
    ['somebody of another workspace', 'U0PARTNER'],
    ['a stranger of Slack Connect', 'U0VISITOR'],
    ['somebody of another workspace of the same company', 'U0SISTER'],
  ])('has no rights, by command or by button: %s', async (_, user) => {
    const before = await bot.entries(incident.name)
    expect(await bot.ask(user, 'open P1')).toMatch(/only full members of the workspace can do this/)
    expect(await bot.ask(user, `resolve ${incident.name}`)).toMatch(/only full members/)
    for (const line of ['oncall', 'plan OP-1', 'show OP-1', 'can scale checkout 4 --for U0ALICE', 'token list']) {
      expect(await bot.ask(user, line, '/ops'), line).toMatch(/^Nothing was done: only full members/)
    }
    expect(await bot.ask(user, 'withdraw OP-1', '/ops')).toMatch(/only who asked for OP-1 can withdraw it/)
    expect(await bot.ask(user, 'hold everything', '/ops')).toMatch(/no policy line allows hold/)
    expect(await click(user, card, 'change.comment'), 'no form').toMatch(/only full members/)
    expect(await bot.ask(user, 'pods checkout', '/ops')).toMatch(/no policy line allows.*you hold no role/)
    expect(await bot.ask(user, 'scale checkout 4', '/ops')).toMatch(/no policy line allows.*you hold no role/)
    expect(await click(user, card, 'change.approve')).toMatch(/takes the role approver/)
    expect(await click(user, incident.root, 'incident.ack')).toMatch(/only full members/)
    expect(await bot.ask(user, 'open'), 'no form').toMatch(/only full members/)

    const since = (await bot.entries(incident.name)).slice(before.length)
    expect(since.map(({ body }) => body.type).every((type) => type === 'operation.refused')).toBe(true)
    const refused = [...since, ...(await bot.entries('general'))].filter(({ actor }) => actor.id.endsWith(user))
    const lines = refused.map(({ body }) => body.type === 'operation.refused' && body.line)
    for (const line of ['scale checkout 4', 'withdraw OP-1', 'hold', 'approve OP-1']) expect(lines).toContain(line)
    expect(bot.slack.messages(INCIDENTS).filter(({ text }) => /INC-\d/.test(text))).toHaveLength(1)
  })
})
