import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

// Alice is on call for checkout, Bob and Carol approve in turns, Carol owns the service and keeps the keys.
const config = (usual: string) => `
slack: { incidents_channel: ${INCIDENTS}, alerts_channel: C0ALERTS, pacing: { posts_per_second: 100, burst: 100, edits_per_minute: 6000 } }
schedules:
  checkout: { people: [U0ALICE, U0DAVE], every: 5000d }
  approvers: { people: [U0BOB, U0CAROL], every: 5000d }
roles:
  operator: { users: [U0ALICE, U0BOB] }
  approver: { on_call: [approvers] }
  lead: { users: [U0ALICE] }
  owner: { users: [U0CAROL] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: ${/kubeconfig: (".+")/.exec(usual)?.[1]} }
services:
  checkout: { owners: [owner], target: prod, on_call: checkout, bounds: { scale: { replicas: { min: 2, max: 6 } } } }
  payments: { owners: [owner], target: prod }
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, undo] }
  - { allow: [lead], operations: [break-glass], severities: [P0, P1] }
  - { allow: [owner], operations: [hold, release, revoke] }
approvals: { ask_next: { after: [1s, 600s] } }
`

let bot: Bot
beforeAll(async () => {
  bot = await startBot({ config })
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const ops = (user: string, text: string) => bot.ask(user, text, '/ops')
const channel = (text: RegExp) => bot.slack.until(() => bot.slack.messages(INCIDENTS).find((m) => text.test(m.text)))
const inState = (ts: string, text: RegExp) =>
  bot.slack.until(() => {
    const now = bot.slack.message(INCIDENTS, ts)
    return now && text.test(JSON.stringify(now)) ? now : null
  })

describe('a person alone at night', () => {
  it('does within the bounds what is approved in advance for who is on call, with one tap', async () => {
    const { root } = await bot.open()
    expect(await ops('U0ALICE', 'can scale checkout 6')).toMatch(/allowed.*tier low.*line 18.*bounds of checkout/s)
    await bot.command('U0ALICE', 'scale checkout 6', '/ops')
    const card = await bot.inThread(root.ts, /Approved in advance.*change\.confirm/s)
    await bot.slack.click({ user: 'U0ALICE', message: card, actionId: 'change.confirm' })
    const done = await inState(card.ts, /Succeeded.*6\/6 ready/s)
    expect(done.text).toMatch(/Before → after:.* → .*6\/6 ready/)
  })

  it('hears what else would need, and whom it would wake', async () => {
    expect(await ops('U0ALICE', 'can scale checkout 9')).toMatch(
      /tier guarded.*isn’t 2 to 6.*one other person.*<@U0BOB>/s,
    )
    expect(await ops('U0ALICE', 'can scale checkout 0')).toMatch(/tier critical.*2 other people.*an owner \(`owner`\)/s)
    expect(await ops('U0ALICE', 'can scale checkout 6 --for <@U0BOB>')).toMatch(/tier guarded.*only who is on call/s)
    expect(await ops('U0ALICE', 'can scale checkout 6 --for U0CAROL')).toMatch(/denied.*no policy line allows/s)
    expect(await ops('U0ALICE', 'can scal checkout 6')).toMatch(/Did you mean `scale`/)
    expect(await ops('U0ALICE', 'can scale checkout six')).toMatch(/must be a whole number/)
    expect(await ops('U0ALICE', 'can scale checkout 6 --for bob')).toMatch(/must be a person/)
  })

  it('isn’t left waiting: the approver is mentioned, then the next one, then the glass can be broken', async () => {
    const { root, id } = await bot.open('open P0 "Payments are down" --service payments')
    await bot.command('U0ALICE', `scale payments 4 --incident INC-${id}`, '/ops')
    const card = await bot.inThread(root.ts, /scale payments 4.*change\.approve/s)
    expect(card.text).toContain('Asked: <@U0BOB>')
    const call = await bot.inThread(root.ts, /^(?=.*<@U0CAROL>)(?=.*nobody looks at it yet)(?=.*change\.break_glass)/s)
    await bot.slack.click({ user: 'U0ALICE', message: call, actionId: 'change.break_glass' })
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    const refused = await bot.slack.submit({ user: 'U0ALICE', view, values: { reason: 'other' } })
    expect(refused.errors).toEqual({ words: 'Say it in your words' })
    await bot.slack.submit({
      ...{ user: 'U0ALICE', view: bot.slack.views('U0ALICE').at(-1) ?? view },
      values: { reason: 'nobody answers', words: 'asked twice, password=hunter2-glass' },
    })
    await inState(card.ts, /Glass broken.*Succeeded|Succeeded.*Glass broken/s)
    const loud = await channel(/The glass was broken.*nobody answers: asked twice, password=\[redacted: password\]/s)
    expect(loud.thread_ts, 'it is in the thread, and shown in the channel').toBe(root.ts)
    expect(await bot.ask('U0BOB', `status INC-${id}`)).toMatch(
      /The review has to answer.*OP-\d+.*nobody answers: asked twice, password=\[redacted: password\]/s,
    )
  })
})

describe('deciding', () => {
  it('shows who looks, takes a comment, and tells what a plan’s hash is for', async () => {
    const { root, id } = await bot.open('open P2 "Slow" --service payments')
    await bot.command('U0ALICE', `scale payments 5 --incident INC-${id}`, '/ops')
    const card = await bot.inThread(root.ts, /scale payments 5.*change\.approve/s)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.looking' })
    await inState(card.ts, /<@U0BOB> is looking/)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.comment' })
    const view = await bot.slack.until(() => bot.slack.views('U0BOB').at(-1))
    await bot.slack.submit({
      user: 'U0BOB',
      view,
      values: { decision: 'approve', comment: 'the queue is full of password=hunter2-vote' },
    })
    await inState(card.ts, /Succeeded/)
    expect(bot.slack.message(INCIDENTS, card.ts)?.text).toContain(
      '“the queue is full of password=[redacted: password]”',
    )
    const votes = JSON.stringify(await bot.db.selectFrom('votes').selectAll().execute())
    expect(votes, 'nor is it kept anywhere').not.toContain('hunter2')
  })

  it('works in words, for who names the plan that they read', async () => {
    const { root, id } = await bot.open('open P2 "Slow again" --service payments')
    await bot.command('U0ALICE', `scale payments 7 --incident INC-${id}`, '/ops')
    const card = await bot.inThread(root.ts, /scale payments 7.*change\.approve/s)
    const op = /OP-\d+/.exec(card.text)?.[0] as string
    const shown = await ops('U0BOB', `show ${op}`)
    const hash = /plan 1 `([0-9a-f]{8})`/.exec(shown)?.[1] as string
    expect(await ops('U0BOB', `approve ${op}`)).toMatch(/hash is missing/)
    expect(await ops('U0BOB', `approve ${op} deadbeef`)).toMatch(/another plan/)
    expect(await ops('U0ALICE', `approve ${op} ${hash}`)).toMatch(/you asked for it/)
    expect(await ops('U0BOB', `approve ${op} ${hash} looks right`)).toMatch(/is (approved|claimed|intended|applied)/)
    await inState(card.ts, /looks right.*Succeeded|Succeeded.*looks right/s)
    expect(await ops('U0BOB', `withdraw ${op}`)).toMatch(/only what has not begun/)
    expect(await ops('U0BOB', 'withdraw OP-999')).toMatch(/There is no OP-999/)
  })
})

describe('holding everything', () => {
  it('is said in the incidents channel, stops what comes, and is released by a tap', async () => {
    expect(await ops('U0ALICE', 'hold so')).toMatch(/Nothing was held.*no policy line allows hold/)
    expect(await ops('U0CAROL', 'hold the cluster is being moved')).toMatch(/All operations are held.*HOLD-1/)
    const card = await channel(/All operations are held/)
    const { root, id } = await bot.open('open P1 "Held" --service checkout')
    await bot.command('U0ALICE', `scale checkout 3 --incident INC-${id}`, '/ops')
    const change = await bot.inThread(root.ts, /change\.confirm/)
    await bot.slack.click({ user: 'U0ALICE', message: change, actionId: 'change.confirm' })
    await inState(change.ts, /waits: everything is held \(the cluster is being moved\)/)
    const { responses } = await bot.slack.click({ user: 'U0ALICE', message: card, actionId: 'operations.release' })
    const [denied] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
    expect(denied?.text).toMatch(/Nothing was released.*no policy line/)
    await bot.slack.click({ user: 'U0CAROL', message: card, actionId: 'operations.release' })
    await inState(change.ts, /Succeeded/)
    await inState(card.ts, /Operations run again/)
  })
})

describe('revoking somebody’s rights', () => {
  it('acts at once, and is taken back by another person', async () => {
    expect(await ops('U0ALICE', 'revoke <@U0BOB|bob> stolen phone')).toMatch(/Nothing was revoked.*no policy line/)
    expect(await ops('U0CAROL', 'revoke <@U0BOB|bob> stolen phone')).toMatch(/has no rights any more/)
    expect(await ops('U0BOB', 'scale payments 3 --incident INC-1')).toMatch(/you hold no role/)
    expect(await ops('U0CAROL', 'revoke U0NOBODY who')).toMatch(/knows nobody/)
    expect(await ops('U0CAROL', 'revoke bob')).toMatch(/must be a person/)
    expect(await ops('U0CAROL', 'reinstate <@U0BOB>')).toMatch(/has the rights again/)
  })
})
