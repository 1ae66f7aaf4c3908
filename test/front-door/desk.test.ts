import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot()
})
beforeEach(async () => {
  incident = await bot.open()
})
afterEach(async () => {
  for (const ask of ['resolve', 'close --anyway']) await bot.ask('U0ALICE', `${ask} ${incident.name}`)
  bot.slack.assertClean()
})
afterAll(() => bot.stop())

const ask = (line: string, user = 'U0ALICE') => bot.ask(user, line)
const card = () => bot.slack.message(INCIDENTS, incident.root.ts) as NonNullable<ReturnType<Bot['slack']['message']>>
const cardShows = (text: RegExp) => bot.slack.until(() => text.test(card().text))
const inThread = (text: RegExp) => bot.inThread(incident.root.ts, text)
const direct = (user: string, text: RegExp) =>
  bot.slack.until(() => bot.slack.messages(`D${user.slice(1)}`).find((m) => text.test(m.text)))
const tap = async (actionId: string, user = 'U0ALICE', message = card()) =>
  await bot.slack.click({ user, message, actionId })
const form = async (user = 'U0ALICE') => await bot.slack.until(() => bot.slack.views(user).at(-1))
/** What a command asks: the one that only its author sees. */
async function question(line: string, user = 'U0ALICE') {
  const before = bot.slack.ephemerals(user).length
  await bot.command(user, line)
  return await bot.slack.until(() => bot.slack.ephemerals(user)[before])
}
const types = async () => (await bot.entries(incident.name)).map(({ body }) => body.type)

describe('the clocks of the card', () => {
  it('run to the severity’s response time until somebody says that they are on it', async () => {
    expect(card().text).toMatch(/Response:\* due <!date\^\d+\^[^|]*\|[^>]*>, within 30 min/)
    expect(card().text).toMatch(/Next update:\* due <!date/)
    await tap('incident.ack', 'U0BOB')
    await cardShows(/Response:\* acknowledged after \d+ s/)
    const { responses } = await tap('incident.menu', 'U0BOB')
    expect(JSON.stringify(await bot.slack.until(() => responses[0]))).not.toContain('Acknowledge')
    expect(await ask('ack', 'U0CAROL')).toMatch(/was acknowledged already/)
  })

  it('hold at most five buttons, in each status', async () => {
    const buttons = () => card().blocks?.flatMap(({ type, elements }) => (type === 'actions' ? [elements] : [])) ?? []
    const most = async () => expect((buttons()[0] as unknown[]).length).toBeLessThanOrEqual(5)
    await most()
    await ask('ack')
    await cardShows(/acknowledged/)
    await most()
    await ask('resolve')
    await cardShows(/Status:\* resolved/)
    await most()
  })

  it('tell what waits and what runs', async () => {
    await bot.command('U0ALICE', 'scale payments 3', '/ops')
    await cardShows(/Waiting for a decision:\* OP-\d+ `scale payments 3`/)
    await tap('change.reject', 'U0ALICE', await inThread(/scale payments 3.*change\.reject/s))
    await bot.slack.until(() => !/Waiting for a decision/.test(card().text))
  })
})

describe('an update', () => {
  it('is posted at once when it is typed, and moves the incident if it says so', async () => {
    await ask('update “the provider is slow”  --status identified --next 15m')
    const posted = await inThread(/the provider is slow/)
    expect(posted.text).toMatch(/INC-\d+ · P1 · identified.*Next update by <!date.*Update by <@U0ALICE>/s)
    await cardShows(/Status:\* identified/)
    expect(bot.slack.thread(INCIDENTS, incident.root.ts).filter(({ text }) => /moved/.test(text))).toEqual([])
  })

  it('is shown first when a form asks for it, and posted once', async () => {
    await tap('incident.update')
    const view = await form()
    const values = { text: 'we <scale> checkout', next: '900000', status: 'mitigated', template: 'update' }
    await bot.slack.submit({ user: 'U0ALICE', view, values })
    const preview = await bot.slack.until(() => {
      const now = bot.slack.views('U0ALICE').at(-1)
      return now && JSON.stringify(now).includes('This is what it says') ? now : null
    })
    expect(JSON.stringify(preview.blocks)).toContain('we &lt;scale&gt; checkout')
    expect((await types()).includes('incident.updated')).toBe(false)
    await bot.slack.submit({ user: 'U0ALICE', view: preview, values })
    await inThread(/we &lt;scale&gt; checkout/)
    await cardShows(/Status:\* mitigated/)
    expect((await types()).filter((type) => type === 'incident.updated')).toHaveLength(1)
  })

  it('names the templates that there are', async () => {
    expect(await ask('update hello --template nope')).toMatch(/no template.*`update`.*`stakeholders`/s)
  })

  it('offers the form in a thread, where Slack opens none by itself', async () => {
    await bot.slack.mention({ user: 'U0BOB', channel: INCIDENTS, thread_ts: incident.root.ts, text: 'update' })
    const offer = await bot.slack.until(() => bot.slack.ephemerals('U0BOB').find((m) => /takes a form/.test(m.text)))
    await bot.slack.click({ user: 'U0BOB', message: offer, actionId: 'choose:0' })
    expect((await form('U0BOB')).title?.text).toBe(`Update ${incident.name}`)
  })
})

describe('the severity', () => {
  it.each([
    'severity P0 nobody can pay',
    'sev P0',
    'severity sev:P0',
    'escalate SEV1',
    'priority p-0',
  ])('is changed as people write it: %s', async (line) => {
    expect(await ask(line)).toMatch(/is P0 now/)
    await cardShows(/Severity:\* P0/)
    expect((await inThread(/is \*P0\* now, not P1/)).text).toContain('<@U0ALICE>')
  })

  it('is one tap away when it was mistyped', async () => {
    await tap('choose:0', 'U0ALICE', await question('severity P9'))
    await cardShows(/Severity:\* P0/)
  })
})

describe('roles', () => {
  it('are given at once, and whoever has one is told privately what it does', async () => {
    await ask('assign <@U0BOB|bob> as comms')
    await cardShows(/Communications lead:\* <@U0BOB>/)
    const told = await direct('U0BOB', new RegExp(`communications lead\\* of \\*${incident.name}`))
    expect(told.text).toMatch(/You tell everybody who isn’t in the thread.*Open the thread/s)
    expect(await ask('assign none as comms')).toMatch(/has no communications lead now/)
    await bot.slack.until(() => !/Communications lead/.test(card().text))
    expect(await ask('assign none')).toMatch(/always an incident commander/)
    expect(await ask('assign <@U0BOB|bob> as king')).toMatch(/must be one of incident commander, deputy/)
  })

  it('are handed over once somebody accepts, with everything that goes on', async () => {
    await bot.command('U0ALICE', 'pods checkout', '/ops')
    await bot.command('U0ALICE', 'scale payments 3', '/ops')
    await inThread(/scale payments 3.*change\.approve/s)
    expect(await ask('handoff <@U0BOB|bob>')).toMatch(/asks bob to take over as incident commander/)
    const offer = await direct('U0BOB', /asks you to take over as \*incident commander\*.*handoff|Looked at/s)
    expect(offer.text).toMatch(/Waiting for approval:\* OP-\d+ `scale payments 3`.*Next update:\* due.*pods checkout/s)
    expect(card().text).toContain('Commander:* <@U0ALICE>')
    const { responses } = await tap('handoff.accept', 'U0ALICE', offer)
    expect(String((await bot.slack.until(() => responses[0]))?.text)).toMatch(/somebody else was asked/)
    await tap('handoff.accept', 'U0BOB', offer)
    await cardShows(/Commander:\* <@U0BOB>/)
    await direct('U0BOB', /You accepted/)
  })
})

describe('the timeline', () => {
  it('takes notes and links from anywhere, with their own time', async () => {
    expect(await ask('note the provider confirmed an outage --at 10m', 'U0BOB')).toMatch(/has that in its timeline/)
    await ask('link https://grafana.example.com/d/1 "Checkout latency"')
    const page = await ask(`timeline ${incident.name}`)
    expect(page).toMatch(/bob noted: the provider confirmed an outage/)
    expect(page).toMatch(/linked “Checkout latency”: https:\/\/grafana\.example\.com\/d\/1/)
    const note = (await bot.entries(incident.name)).find(({ body }) => body.type === 'note.added')
    expect((note?.recordedAt.getTime() ?? 0) - (note?.occurredAt.getTime() ?? 0)).toBeGreaterThanOrEqual(600_000)
    expect(await ask('note tomorrow --at 25:99')).toMatch(/no such time/)
    expect(await ask('link grafana')).toMatch(/must be an address/)
  })

  it('is shown page by page, and corrected by a new entry', async () => {
    for (let n = 0; n < 14; n++) await ask(`note number ${n}`)
    const newest = await question('timeline')
    expect(newest.text).toMatch(/number 13/)
    await tap('choose:0', 'U0ALICE', newest)
    const older = await bot.slack.until(() => bot.slack.ephemerals('U0ALICE').find((m) => /opened INC/.test(m.text)))
    expect(older.text).toMatch(/entries 1 to/)
    expect(await ask('timeline --entry 1 --at 20m')).toMatch(/entry 1 is corrected/)
    expect(await ask('timeline --entry 999 --at 20m')).toMatch(/has no entry 999/)
  })

  it('corrects what is known of the incident', async () => {
    await ask('set --title “Nobody can pay” --impact 25m')
    await cardShows(/Nobody can pay/)
    const { impactStartedAt } = await bot.db
      .selectFrom('incidents')
      .select('impact_started_at as impactStartedAt')
      .where('id', '=', incident.id)
      .executeTakeFirstOrThrow()
    expect(Date.now() - (impactStartedAt?.getTime() ?? 0)).toBeGreaterThan(24 * 60_000)
    await bot.command('U0ALICE', 'set')
    const view = await form()
    const values = { title: 'Nobody can pay or log in', service: 'payments', impact: '', detected: '', mitigated: '' }
    await bot.slack.submit({ user: 'U0ALICE', view, values: { ...values, impact: undefined as never } })
    await cardShows(/Nobody can pay or log in.*Service:\* `payments`/s)
  })
})

describe('the end of an incident', () => {
  it('is closed only after it was asked what is still open, and never while something runs', async () => {
    expect(await ask(`close ${incident.name}`)).toMatch(/is investigating: from there it can go to/)
    await bot.command('U0ALICE', 'scale payments 4', '/ops')
    await inThread(/scale payments 4.*change\.approve/s)
    await ask('resolve --cause "a bad deploy"')
    const open = await question('close')
    expect(open.text).toMatch(
      /OP-\d+ `scale payments 4` waits for approval, and is withdrawn.*what ended it is unknown/s,
    )
    await tap('choose:0', 'U0ALICE', open)
    await cardShows(/Status:\* closed/)
    await inThread(/Withdrawn, not run/)
    expect(await ask(`reopen ${incident.name}`)).toMatch(/is closed: that is final/)
    expect(await ask(`update ${incident.name} hello`)).toMatch(/is closed/)
    expect(await ask(`scale payments 5 --incident ${incident.name}`.replace('scale', 'scale'), 'U0ALICE')).toMatch(
      /scale/,
    )
  })

  it('is taken back: what was resolved is reopened', async () => {
    await ask('resolve')
    await cardShows(/Status:\* resolved/)
    await tap('incident.reopen')
    await cardShows(/Status:\* investigating/)
    await inThread(/from resolved to \*investigating/)
  })

  it('comes at once to a false alarm, and to a duplicate, which goes on elsewhere', async () => {
    const other = await bot.open('open P2 "Slow checkout"')
    expect(await ask(`duplicate ${other.name} of ${incident.name}`)).toMatch(/is the same as/)
    await cardShows(new RegExp(`Duplicates:\\* ${other.name}`))
    await bot.slack.until(() => /cancelled: the same as/.test(bot.slack.message(INCIDENTS, other.root.ts)?.text ?? ''))
    expect(await ask(`duplicate ${other.name} of ${incident.name}`)).toMatch(/is a duplicate of .* already/)
    const third = await bot.open('open P3 "Nothing"')
    await ask(`cancel ${third.name} a test alert`)
    await bot.slack.until(() => /Status:\* cancelled/.test(bot.slack.message(INCIDENTS, third.root.ts)?.text ?? ''))
  })
})

describe('the menu', () => {
  it('is what a bare command shows, and each of its buttons does what it says', async () => {
    const { responses } = await bot.command('U0ALICE', '')
    const shown = await bot.slack.until(() => responses[0])
    expect(JSON.stringify(shown)).toMatch(/Update….*Severity….*Roles….*Note….*Resolve/s)
  })

  it('never takes what is about a change for the incident’s', async () => {
    expect(await ask('cancel OP-1')).toMatch(/is about a change.*Did you mean \/ops/)
    expect(card().text).toContain('investigating')
  })
})
