import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { recordLoaded } from '../../src/timeline/configuration.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { holdClaims } from '../support/hold-claims.ts'

let bot: Bot
afterEach(() => bot.slack.assertClean())

/** What is on record about configurations, newest last. */
const loaded = async () =>
  (await bot.entries('general')).flatMap(({ body }) => (body.type === 'config.loaded' ? [body.differences] : []))
const rejected = async () =>
  (await bot.entries('general')).flatMap(({ body }) => (body.type === 'config.rejected' ? [body.problems] : []))

/** Edits the file, and waits until the bot has noticed by itself. */
async function edit(from: string, to: string): Promise<string[]> {
  const before = (await loaded()).length
  await bot.edit((text) => {
    if (!text.includes(from)) throw new Error(`the file has no ${from}`)
    return text.replace(from, to)
  })
  await expect.poll(loaded).toHaveLength(before + 1)
  return (await loaded()).at(-1) as string[]
}

describe('an approver who lost the role', () => {
  let incident: Awaited<ReturnType<Bot['open']>>
  beforeEach(async () => {
    bot = await startBot()
    incident = await bot.open()
  })
  afterEach(() => bot.stop())

  /** Alice asks, somebody approves; before it runs, something happens. Resolves to what becomes of it. */
  async function approvedThen(approver: string, happens: () => Promise<unknown>): Promise<string> {
    const claims = await holdClaims(bot.database)
    await bot.command('U0ALICE', 'scale checkout 5', '/ops')
    const card = await bot.inThread(incident.root.ts, /scale checkout 5.*change\.approve/s)
    await bot.slack.click({ user: approver, message: card, actionId: 'change.approve' })
    const shown = () => bot.slack.message(INCIDENTS, card.ts)?.text ?? ''
    await bot.slack.until(() => /approved/i.test(shown()))
    await happens()
    await claims.release()
    const reply = await bot.inThread(incident.root.ts, /OP-1[^"]*(stale|succeeded)/i)
    expect(bot.playground?.world.deployments.get('checkout')?.replicas).toBe(3)
    return reply.text
  }
  const LOST = /an approver lost the role since: it lacks 1 more approval/

  it('by a reload: what they approved is not run, and says so', async () => {
    const outcome = await approvedThen('U0BOB', async () => {
      expect(await edit('approver: { users: [U0BOB]', 'approver: { users: [U0DAVE]')).toEqual([
        'roles.approver.users: - U0BOB',
        'roles.approver.users: + U0DAVE',
      ])
    })
    expect(outcome).toMatch(LOST)
  })

  it('by leaving the user group', async () => {
    const outcome = await approvedThen('U0CAROL', async () => {
      bot.slack.workspace.userGroups.get('S0SRE')?.users.pop()
      const removed = { subteam_id: 'S0SRE', added_users: [], removed_users: ['U0CAROL'] }
      await bot.slack.tell({ type: 'subteam_members_changed', ...removed })
      await expect
        .poll(async () => (await bot.entries('general')).map(({ body }) => body).at(-1))
        .toMatchObject({ type: 'membership.changed', group: 'S0SRE', left: ['T0FAKE/U0CAROL'], roles: ['approver'] })
    })
    expect(outcome).toMatch(LOST)
  })

  it('by leaving the workspace', async () => {
    const outcome = await approvedThen('U0BOB', async () => {
      const bob = bot.slack.workspace.user('U0BOB')
      bob.deleted = true
      await bot.slack.tell({ type: 'user_change', user: bob })
      await expect
        .poll(() => bot.db.selectFrom('accounts').select('document').where('account', '=', 'U0BOB').execute())
        .toEqual([{ document: expect.stringContaining('deactivated') }])
    })
    expect(outcome).toMatch(LOST)
  })

  it('by a revocation', async () => {
    const outcome = await approvedThen('U0BOB', async () => {
      const row = { person: 'T0FAKE/U0BOB', revoked_by: 'T0FAKE/U0CAROL', reason: 'lost phone', revoked_at: new Date() }
      await bot.db.insertInto('revocations').values(row).execute()
    })
    expect(outcome).toMatch(LOST)
  })

  it('and a requester whom policy lets no more: the line that is gone counts from then on', async () => {
    const outcome = await approvedThen('U0BOB', async () => {
      expect(await edit('tiers: [low, guarded, critical]', 'tiers: [low]')).toEqual([
        'policy: - allow: [operator], operations: [scale, restart, undo], environments: [production], tiers: [low, guarded, critical]',
        'policy: + allow: [operator], operations: [scale, restart, undo], environments: [production], tiers: [low]',
      ])
    })
    expect(outcome).toMatch(/alice may not do this any more: no policy line allows scale \(guarded\) in production/)
  })
})

describe('a changed configuration', () => {
  beforeAll(async () => {
    bot = await startBot()
  })
  afterAll(() => bot.stop())

  it('is on record at the start, by Firebreak', async () => {
    expect(await loaded()).toEqual([['the first one on record']])
    const [entry] = await bot.entries('general')
    expect(entry).toMatchObject({ subject: 'configuration', actor: FIREBREAK })
    expect(entry?.body).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('holds at once for services, severities, targets, roles and schedules', async () => {
    expect(await bot.ask('U0ALICE', 'pods search', '/ops')).toMatch(/no service “search”/)
    expect(await bot.ask('U0ALICE', 'open minor')).toMatch(/no severity/)
    expect(await bot.ask('U0ALICE', 'oncall', '/ops')).toMatch(/Nobody is on call: there are no schedules yet/)
    const more = `
severities: [{ name: major }, { name: minor }]
schedules: { search: { people: [U0CAROL, U0DAVE] } }
targets:
  second: { kind: kubernetes, environment: staging, namespace: microservices, kubeconfig: "${bot.folder}/kubeconfig" }`
    const differences = await edit('\ntargets:', more)
    expect(differences).toEqual([
      expect.stringMatching(/^targets\.second: \+ kind: kubernetes, environment: staging/),
      'severities: + [{ name: major }, { name: minor }]',
      'schedules.search: + people: [U0CAROL, U0DAVE]',
    ])
    expect(
      await edit('\npolicy:', '\n  search: { on_call: search, target: second, deployment: checkout }\npolicy:'),
    ).toEqual(['services.search: + on_call: search, target: second, deployment: checkout'])
    expect(await bot.ask('U0ALICE', 'pods search', '/ops')).toMatch(/checkout-/)
    expect(await bot.ask('U0ALICE', 'oncall search', '/ops')).toMatch(/\*search\*: <@U0(CAROL|DAVE)> until <!date/)
    const { root } = await bot.open('open minor "Search is slow" --service search')
    expect(root.text).toContain('minor')
    await bot.command('U0ALICE', 'open')
    const view = await bot.slack.until(() => bot.slack.views('U0ALICE').at(-1))
    expect(JSON.stringify(view.blocks)).toMatch(/major.*search/s)
    await edit('operator: { users: [U0ALICE, U0BOB] }', 'operator: { users: [U0BOB] }')
    expect(await bot.ask('U0ALICE', 'scale checkout 4 --incident none', '/ops')).toMatch(/no policy line allows scale/)
  })

  it('that can’t be used leaves the last good one, and is on record once', async () => {
    const good = (await loaded()).length
    await bot.edit((text) => text.replace('\nroles:', '\nrolls: {}\nroles:'))
    await expect.poll(rejected).toHaveLength(1)
    expect((await rejected())[0]).toEqual([
      expect.stringMatching(/firebreak\.yml:\d+:1 {2}rolls: unknown key; did you mean "roles"\?/),
    ])
    await bot.reload()
    await bot.reload()
    expect(await rejected()).toHaveLength(1)
    expect(await bot.ask('U0ALICE', 'pods search', '/ops')).toMatch(/checkout-/)

    // A target that can't be reached for want of its file; an operation that there isn't.
    await bot.edit((text) => text.replace('\nrolls: {}', '').replace('/kubeconfig"', '/nowhere"'))
    await bot.reload()
    expect((await rejected()).at(-1)?.join()).toMatch(/targets\.\w+: .*nowhere/)
    await bot.edit((text) =>
      text.replace('/nowhere"', '/kubeconfig"').replace('[scale, restart, undo]', '[scael, restart, undo]'),
    )
    await bot.reload()
    expect((await rejected()).at(-1)?.join()).toMatch(/there is no operation "scael"; did you mean "scale"\?/)

    await bot.edit((text) => text.replace('scael', 'scale'))
    await bot.reload()
    expect(await loaded(), 'it is what it was').toHaveLength(good)
    expect(await bot.ask('U0ALICE', 'pods search', '/ops')).toMatch(/checkout-/)
  })

  it('says of what only a start reads that it waits for it', async () => {
    const differences = await edit('alerts_channel: C0ALERTS', 'alerts_channel: C0OTHER, commands: { ops: /prod }')
    expect(differences).toEqual([
      'slack.alerts_channel: C0ALERTS → C0OTHER (takes effect at the next start)',
      'slack.commands: + ops: /prod (takes effect at the next start)',
    ])
    expect(await bot.ask('U0ALICE', 'help', '/ops')).toContain('*/ops*')
  })

  it('never shows what a variable holds', async () => {
    const secret = bot.env.SLACK_BOT_TOKEN
    const differences = await edit('{ name: major }', `{ name: major, description: "\${SLACK_BOT_TOKEN}" }`)
    expect(differences.join()).toContain(`\${SLACK_BOT_TOKEN}`)
    const stored = await bot.db.selectFrom('configurations').selectAll().execute()
    expect(JSON.stringify([await bot.entries('general'), stored])).not.toContain(secret)
    const list = await bot.ask('U0ALICE', 'open nothing')
    expect(list, 'but it holds').toContain(secret)
  })

  it('keeps and shows no secret that stands in it literally, not even half of one', async () => {
    const sink = (token: string) =>
      `audit: { sinks: [{ https: { url: "https://siem:${token}@siem.example/${'x'.repeat(150)}", token: ${token} } }] }`
    const differences = await edit('\npolicy:', `\n${sink('hunter2hunter2')}\npolicy:`)
    expect(differences.join()).toMatch(/^audit\.sinks: \+ .*siem:\[redacted: password\]@siem\.example.*next start/)
    await edit('\n  search: {', '\n  credentials: { target: prod, owners: [approver] }\n  search: {')
    const stored = await bot.db.selectFrom('configurations').select('document').execute()
    expect(JSON.stringify([await bot.entries('general'), stored])).not.toContain('hunter2')
    expect(stored.at(-1)?.document).toContain('"token":"[redacted: token]"')
    expect(stored.at(-1)?.document, 'what a section is called hides nothing').toContain('"owners":["approver"]')
    await edit(sink('hunter2hunter2'), '')
  })

  it('is told from the last one on record at the next start, once for every replica', async () => {
    const before = await loaded()
    await bot.restart()
    expect(await loaded()).toEqual(before)
    await bot.edit((text) => text.replace('posts_per_second: 100', 'posts_per_second: 99'))
    await bot.restart()
    expect((await loaded()).slice(before.length)).toEqual([
      ['slack.pacing.posts_per_second: 100 → 99 (takes effect at the next start)'],
    ])
    const file = { hash: 'f'.repeat(64), written: {} }
    const ledger = createLedger(bot.db)
    await Promise.all([1, 2, 3].map(() => recordLoaded(ledger, file, () => ['something'])))
    expect((await loaded()).slice(before.length + 1)).toEqual([['something']])
  })
})
