import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
afterEach(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const share = async (channel: string, flag: 'is_ext_shared' | 'is_pending_ext_shared', on = true) => {
  Object.assign(bot.slack.workspace.channels.get(channel) as object, { [flag]: on })
  await bot.slack.tell({ type: on ? 'channel_shared' : 'channel_unshared', channel, connected_team_id: 'T0OTHER' })
}
const health = async () => (await (await fetch(`${bot.url()}/health/ready`)).json()) as Health

interface Health {
  ready: boolean
  slack: { incidentsChannel: string | null }
}

describe('a channel shared with another company', () => {
  const start = async (flags: object) => {
    bot = await startBot({ slack: { channels: [{ id: INCIDENTS }, { id: 'C0PARTNERS', ...flags }] } })
    return await bot.open()
  }
  const REFUSED = /Nothing was done: <#C0PARTNERS> is shared with another company, whose people would read along/

  it.each([
    { is_ext_shared: true },
    { is_pending_ext_shared: true },
  ])('is refused, whatever is done there: %o', async (flags) => {
    const { name } = await start(flags)
    const before = await bot.entries(name)
    for (const line of ['', 'help', 'list', 'status', 'open P1', 'resolve', 'export']) {
      expect(await bot.ask('U0ALICE', line, '/incident', 'C0PARTNERS'), line).toMatch(REFUSED)
    }
    for (const line of ['pods checkout', 'scale checkout 5', 'undo OP-1', 'oncall', 'nonsense']) {
      expect(await bot.ask('U0ALICE', line, '/ops', 'C0PARTNERS'), line).toMatch(REFUSED)
    }
    for (const text of ['status', 'help', 'scale checkout 5', 'ops scale checkout 5', 'ops pods checkout']) {
      const earlier = bot.slack.ephemerals('U0ALICE').length
      await bot.slack.mention({ user: 'U0ALICE', channel: 'C0PARTNERS', text })
      const told = await bot.slack.until(() => bot.slack.ephemerals('U0ALICE')[earlier])
      expect(told.text, `@firebreak ${text}`).toMatch(REFUSED)
    }
    expect(await bot.db.selectFrom('changes').select('id').execute(), 'nothing was planned').toEqual([])
    expect(await bot.entries(name)).toEqual(before)
    expect(bot.slack.messages('C0PARTNERS').filter(({ bot_id }) => bot_id)).toEqual([])
  })

  it('is not one that only other workspaces of the same company are in', async () => {
    const { name } = await start({ is_org_shared: true })
    expect(await bot.ask('U0ALICE', 'list', '/incident', 'C0PARTNERS')).toContain(name)
  })

  it('takes no form that was opened before it was shared, and no button', async () => {
    const { root, name } = await start({})
    await bot.slack.command({ user: 'U0ALICE', channel: 'C0PARTNERS', command: '/incident', text: 'open' })
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    await share('C0PARTNERS', 'is_ext_shared')
    const values = { severity: 'P0', title: 'Nobody can log in', service: 'payments' }
    await bot.slack.submit({ user: 'U0ALICE', view, values })
    await bot.slack.until(() => bot.slack.ephemerals('U0ALICE').some(({ text }) => REFUSED.test(text)))

    await share(INCIDENTS, 'is_ext_shared')
    const { responses } = await bot.slack.click({ user: 'U0BOB', message: root, actionId: 'incident.resolve' })
    const [refusal] = await bot.slack.until(() => (responses.length > 0 ? responses : null))
    expect(refusal?.text).toMatch(/C0INCIDENTS> is shared with another company/)
    expect((await bot.entries(name)).map(({ body }) => body.type)).toEqual(['incident.opened', 'chain.signed'])
  })
})

describe('the incidents channel', () => {
  it('must be the company’s own: until it is, nothing is opened, read or exported there, from anywhere', async () => {
    bot = await startBot({
      slack: { channels: [{ id: INCIDENTS, is_ext_shared: true }, { id: 'C0OURS' }] },
    })
    await expect.poll(async () => String((await health()).slack.incidentsChannel)).toMatch(/another company/)
    expect((await health()).ready, 'the command line works all the same').toBe(true)
    const refused = /Nothing was opened: incidents are opened in <#C0INCIDENTS>, which is shared with another company/
    expect(await bot.ask('U0ALICE', 'open P1 "Checkout times out"', '/incident', 'C0OURS')).toMatch(refused)
    expect(await bot.ask('U0ALICE', 'open', '/incident', 'C0OURS')).toMatch(refused)

    await share(INCIDENTS, 'is_ext_shared', false)
    const { root, name } = await bot.open()
    expect((await health()).slack.incidentsChannel).toBeNull()

    await share(INCIDENTS, 'is_pending_ext_shared')
    for (const line of [`scale checkout 5 --incident ${name}`, `logs checkout --incident ${name}`]) {
      expect(await bot.ask('U0ALICE', line, '/ops', 'C0OURS')).toMatch(/Nothing was done: <#C0INCIDENTS> is shared/)
    }
    expect(await bot.ask('U0ALICE', `export ${name}`, '/incident', 'C0OURS')).toMatch(/Nothing was exported: <#C0INC/)
    // What only ends it goes on.
    await bot.command('U0ALICE', `resolve ${name}`, '/incident', 'C0OURS')
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
  })
  it('doesn’t lock out a terminal, where nobody reads along: what would show there is refused, and nothing else', async () => {
    bot = await startBot({ slack: { channels: [{ id: INCIDENTS }, { id: 'C0OURS' }] } })
    const { root, name } = await bot.open()
    const issued = await bot.ask('U0CAROL', 'token <@U0ALICE>', '/ops', 'C0OURS')
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${/firebreak_[\w-]{43}/.exec(issued)?.[0]}`,
    }
    const run = async (line: string) => {
      const body = JSON.stringify({ line, key: randomUUID() })
      return await (await fetch(`${bot.url()}/api/run`, { method: 'POST', headers, body })).json()
    }
    await share(INCIDENTS, 'is_ext_shared')

    for (const line of ['incident list', `incident status ${name}`, 'ops logs checkout --incident none', 'ops help']) {
      expect(await run(line), line).toMatchObject({ kind: 'text', text: expect.not.stringMatching(/shared with/) })
    }
    const shown = ['ops scale checkout 5', 'ops scale checkout 5 --incident none', 'ops logs checkout']
    for (const line of [...shown, 'incident open P1', `incident export ${name}`]) {
      expect(await run(line), line).toMatchObject({
        kind: 'refused',
        text: expect.stringMatching(/^Nothing was \w+: .*C0INCIDENTS,? (which )?is shared with another company/),
      })
    }
    expect(await run(`incident resolve ${name}`)).toMatchObject({ kind: 'text' })
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
  })
})
