import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

/** Each of these gets a clear answer for the person's eyes alone, and changes nothing. */
let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot()
  incident = await bot.open()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const entries = async () => (await bot.entries(incident.name)).length
const replicas = () => bot.playground?.world.deployments.get('checkout')?.replicas

describe('a line that can’t be right', () => {
  const cases: [root: string, line: string, answer: RegExp][] = [
    ['/incident', 'opne P1', /Did you mean open\?/],
    ['/incident', 'frobnicate', /There is no `\/incident frobnicate`.*`\/incident help`/],
    ['/incident', 'open P9', /no severity.*P0.*P1/s],
    ['/incident', 'open P1 x --service chekcout', /no service “chekcout”.*Did you mean `checkout`/s],
    ['/incident', `open P1 ${'a'.repeat(10_000)}`, /title is too long.*at most 200/],
    ['/incident', 'open P1 "Checkout', /a quote is opened and never closed/],
    ['/incident', 'status INC-99', /There is no INC-99/],
    ['/incident', 'status seven', /incident must be like/],
    ['/incident', 'resolve INC-99', /There is no INC-99/],
    ['/incident', 'export INC-1 pdf', /must be.*md.*json/],
    ['/ops', 'sclae checkout 5', /Did you mean scale/],
    ['/ops', 'scale', /service is missing.*Usage.*\/ops scale/s],
    ['/ops', 'scale checkout', /replicas is missing.*\/ops scale checkout 5/s],
    ...['-1', '5.5', '1e9', '0x5', 'Infinity', '５'].map((n): [string, string, RegExp] => [
      '/ops',
      `scale checkout ${n}`,
      new RegExp(`replicas must be a whole number from 0 to 1000, and “${n.replace('.', '\\.')}” isn’t`),
    ]),
    ['/ops', 'scale checkout 5 now', /“now” is one argument too many/],
    ['/ops', 'scale .. 5', /service must be/],
    ['/ops', 'scale a/b 5', /service must be/],
    ['/ops', `scale ${'a'.repeat(300)} 5`, /service must be/],
    ['/ops', 'scale сheckout 5', /service must be/],
    ['/ops', 'scale chekout 5', /no service “chekout”.*Did you mean checkout/s],
    ['/ops', 'scale banana 5', /no service “banana”.*checkout, payments/s],
    ['/ops', 'scale checkout 5 --env staging', /isn&?.*t in staging|isn't in staging/],
    ['/ops', 'scale checkout 5 --incident INC-99', /--incident must name an incident/],
    ['/ops', 'scale checkout 3', /has replicas 3 already/],
    ['/ops', 'logs checkout --tail 0', /tail must be a whole number/],
    ['/ops', 'logs checkout --tale 10', /did you mean --tail/],
    ['/ops', 'undo OP-99', /there is no OP-99/],
    ['/ops', 'undo twelve', /must be like/],
  ]
  it.each(cases)('%s %s', async (root, line, answer) => {
    const before = await entries()
    const text = await bot.ask('U0ALICE', line, root)
    expect(text).toMatch(answer)
    // What the target or the policy refused is on record; what was never a request isn't.
    const recorded = (await bot.entries(incident.name)).slice(before)
    expect(recorded.every(({ body }) => body.type === 'operation.refused')).toBe(true)
    expect(replicas()).toBe(3)
    expect(bot.slack.messages(INCIDENTS).filter((m) => m.text.includes('INC-'))).toHaveLength(1)
  })

  it('shows a title’s mentions and code fences as the text they are', async () => {
    const { root } = await bot.open('open P1 "<!channel> ``` *pay* <https://evil.example|here> & more"')
    expect(bot.slack.broadcasts).toEqual([])
    expect(JSON.stringify(root)).toContain('&lt;!channel&gt;')
    await bot.command('U0ALICE', 'resolve INC-2')
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
  })
})

describe('a click that can’t count', () => {
  const plan = async (n: number) => {
    await bot.command('U0ALICE', `scale checkout ${n} --incident ${incident.name}`, '/ops')
    return await bot.inThread(incident.root.ts, new RegExp(`scale checkout ${n}.*change\\.approve`, 's'))
  }
  const click = async (user: string, message: Awaited<ReturnType<typeof plan>>, actionId: string, value?: string) => {
    const { responses } = await bot.slack.click({ user, message, actionId, ...(value !== undefined && { value }) })
    const [response] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
    return String(response?.text)
  }

  it('is refused: the requester’s own, a person’s without the role, a tampered value', async () => {
    const card = await plan(4)
    expect(await click('U0ALICE', card, 'change.approve')).toMatch(/you asked for it/)
    expect(await click('U0DAVE', card, 'change.approve')).toMatch(/takes the role approver/)
    const unheardOf = '{"op":999999,"plan":1,"hash":"0123456789abcdef"}'
    expect(await click('U0BOB', card, 'change.approve', unheardOf)).toMatch(/there is no OP-999999/)
    for (const value of ['', '{}', 'OP-1', '{"op":1,"plan":1,"hash":"zzzz"}']) {
      expect(await click('U0BOB', card, 'change.approve', value)).toMatch(/not one of mine/)
    }
    expect(await click('U0BOB', card, 'change.approve', '{"op":1,"plan":1,"hash":"0123456789abcdef"}')).toMatch(
      /another plan/,
    )
    expect(replicas()).toBe(3)

    // Rejected: no click after that counts.
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.reject' })
    await bot.slack.until(() => /rejected/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    expect(await click('U0CAROL', card, 'change.approve')).toMatch(/is rejected already/)
    expect(await click('U0BOB', card, 'change.approve')).toMatch(/is rejected already/)
    expect(replicas()).toBe(3)
  })

  it('acts once: a second click, and the same click delivered twice', async () => {
    const card = await plan(5)
    const first = await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.redeliver(first.delivery)
    await bot.slack.until(() => /approved by/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    expect(await click('U0CAROL', card, 'change.approve')).toMatch(/already/)
    await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    const votes = (await bot.entries(incident.name)).filter(
      ({ body }) => body.type === 'change.voted' && body.decision === 'approve',
    )
    expect(votes).toHaveLength(1)
    expect(replicas()).toBe(5)
  })
})

describe('a delivery that isn’t Slack’s, or not its first', () => {
  it.each(['bad', 'missing', 'old'] as const)('is refused with a %s signature', async (signature) => {
    const payload = {
      command: '/incident',
      text: 'open P1',
      user_id: 'U0ALICE',
      channel_id: INCIDENTS,
      trigger_id: '1.2.3',
    }
    const { status } = await bot.slack.deliverRaw(
      'slash_commands',
      payload as never,
      signature === 'old' ? { ageSeconds: 400 } : { signature },
    )
    expect(status).toBe(401)
    expect(bot.slack.messages(INCIDENTS).filter((m) => m.text.includes('INC-3'))).toEqual([])
  })

  it('opens one incident however often the command is delivered', async () => {
    const { delivery } = await bot.command('U0ALICE', 'open P0 "Everything is down"')
    await bot.slack.redeliver(delivery)
    await bot.slack.redeliver(delivery)
    await bot.slack.until(() => bot.slack.messages(INCIDENTS).some((m) => m.text.includes('Everything is down')))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(bot.slack.messages(INCIDENTS).filter((m) => m.text.includes('Everything is down'))).toHaveLength(1)
  })
})
