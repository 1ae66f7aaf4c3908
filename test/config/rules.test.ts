import { describe, expect, it } from 'vitest'
import { load, minimal, mistakes } from './support.ts'

const roles = 'roles: { operator: { users: [U0BOB] }, approver: { users: [U0CAROL] } }\n'

describe('one part of the file naming another', () => {
  it.each([
    ['services: owners', minimal.replace('{ target', '{ owners: [aprover], target'), 'no role "aprover"'],
    ['policy: allow', `${minimal}policy: [{ allow: [aprover], operations: [scale] }]`, 'no role "aprover"'],
    ['policy: deny', `${minimal}policy: [{ deny: [aprover], operations: [scale] }]`, 'no role "aprover"'],
    ['approvals', `${minimal}approvals: { critical: { approvers: [aprover] } }`, 'no role "aprover"'],
  ])('must name a role that exists: %s', async (_, text, mistake) => {
    const found = await mistakes(roles + text)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${mistake}; did you mean "approver"?`)
    expect(await load(roles + text.replace('aprover', 'approver'))).toBeDefined()
  })

  it('must name a target that exists, in either form of a service', async () => {
    expect(await mistakes(minimal.replace('target: prod', 'target: prdo'))).toEqual([
      '6:23 services.checkout.target: no target "prdo"; did you mean "prod"?',
    ])
    expect(await mistakes(minimal.replace('target: prod', 'on: [{ target: moon }]'))).toEqual([
      '6:30 services.checkout.on[0].target: no target "moon"; known: prod',
    ])
  })

  it('must name an environment of a target: a rule that forbids a misspelt one would forbid nothing', async () => {
    const rule = (name: string) =>
      `${minimal}policy: [{ deny: [everyone], operations: ["*"], environments: [${name}] }]`
    expect(await mistakes(rule('prodution'))).toEqual([
      '7:64 policy[0].environments[0]: no environment "prodution"; did you mean "production"?',
    ])
    expect((await load(rule('production'))).policy[0]?.environments).toEqual(['production'])
  })

  it("must name a severity by its name, the file's own or the default ones", async () => {
    const rule = (name: string) =>
      `${minimal}policy: [{ deny: [everyone], operations: ["*"], severities: [${name}] }]\n`
    expect((await load(rule('P3'))).policy[0]?.severities).toEqual(['P3'])
    expect(await mistakes(rule('SEV-1'))).toEqual([
      '7:62 policy[0].severities[0]: no severity "SEV-1"; known: P0, P1, P2, P3, *',
    ])
    expect(await mistakes(`${rule('P3')}severities: [{ name: major }]`)).toEqual([
      '7:62 policy[0].severities[0]: no severity "P3"; known: major, *',
    ])
  })
})

describe('severities', () => {
  it.each([
    ['two names', '[{ name: P0 }, { name: p0 }]', 'severities[1].name: "p0"'],
    ['an alias and a name', '[{ name: P0, aliases: [P1] }, { name: P1 }]', 'severities[1].name: "P1"'],
    ['two aliases', '[{ name: P0, aliases: [A] }, { name: P1, aliases: [a] }]', 'severities[1].aliases[0]: "a"'],
    ['a name and its own alias', '[{ name: P0, aliases: [P0] }]', 'severities[0].aliases[0]: "P0"'],
  ])('must not share a word, in either case: %s', async (_, list, mistake) => {
    const found = await mistakes(`${minimal}severities: ${list}`)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${mistake} already names a severity, on line 7`)
  })
})

describe('ids and names', () => {
  it.each(['G0PRIVATE', '#incidents-critical', '#störung_1'])('takes the channel %s', async (channel) => {
    const { slack } = await load(minimal.replace('C0INCIDENTS', `"${channel}"`))
    expect(slack.incidentsChannel).toBe(channel)
  })

  it.each([
    '#Incidents',
    '##x',
    '#',
    '#a b',
    'incidents',
    'U0BOB',
    '42',
    'c0incidents',
  ])('refuses the channel %s', async (channel) => {
    const [mistake] = await mistakes(minimal.replace('C0INCIDENTS', `"${channel}"`))
    expect(mistake).toContain(`slack.incidents_channel: must be a channel's name in lower case and in quotes`)
  })

  it('says what a name without quotes lacks, which YAML takes for a comment', async () => {
    expect(await mistakes('slack:\n  incidents_channel: #incidents\n  alerts_channel: C0ALERTS')).toContainEqual(
      expect.stringMatching(/^2:22 slack\.incidents_channel: must be a channel's name in lower case and in quotes/),
    )
  })

  it.each(['@bob', 'bob', 'B0BOT', 'S0SRE', '**'])('refuses the user %s', async (user) => {
    const [mistake] = await mistakes(`${minimal}roles: { operator: { users: ["${user}"] } }`)
    expect(mistake).toContain('roles.operator.users[0]: must be a member id such as U0123ABCDEF')
  })

  it.each([
    '..',
    'a/b',
    'Pay',
    'pay_ment',
    '-pay',
    'pay-',
    '５',
    'a.b',
    'x'.repeat(64),
  ])('refuses the service %s', async (name) => {
    const [mistake] = await mistakes(`${minimal}  "${name}": { target: prod }`)
    expect(mistake).toContain('must be a name of at most 63 lowercase letters, digits and hyphens')
    expect(mistake).toMatch(/^7:3 services/)
  })

  it.each(['x', 'pay-2', '2pay', 'x'.repeat(63)])('accepts the service %s', async (name) => {
    const config = await load(`${minimal}  ${name}: { target: prod }`)
    expect(config.services[name]?.name).toBe(name)
  })

  it.each(['..', 'a..b', 'a/b', 'A', '.a', 'x'.repeat(254)])('refuses the deployment %s', async (name) => {
    const [mistake] = await mistakes(minimal.replace('target: prod', `target: prod, deployment: "${name}"`))
    expect(mistake).toContain("services.checkout.deployment: must be a deployment's name")
  })

  it.each([
    'incident',
    '/Incident',
    '/',
    '/in cident',
    `/${'x'.repeat(32)}`,
  ])('refuses the command %s', async (name) => {
    const [mistake] = await mistakes(minimal.replace('alerts', `commands: { ops: "${name}" }, alerts`))
    expect(mistake).toContain('slack.commands.ops: must be a slash command')
  })

  it('refuses one name for both commands', async () => {
    const [mistake] = await mistakes(minimal.replace('alerts', 'commands: { ops: /incident }, alerts'))
    expect(mistake).toContain('slack.commands: the two commands must differ')
  })
})

describe('schedules', () => {
  const schedule = (rest: string) => `${minimal}schedules: { payments: { people: [U0ALICE, U0BOB], ${rest} } }`
  const override = (from: string, until: string) =>
    schedule(`overrides: [{ person: U0CAROL, from: "${from}", until: "${until}" }]`)

  it('fill in UTC, a week and the first Monday of 2026', async () => {
    const config = await load(schedule(''))
    expect(config.schedules.payments).toEqual({
      zone: 'UTC',
      people: ['U0ALICE', 'U0BOB'],
      starts: '2026-01-05 09:00',
      everyMs: 604_800_000,
      overrides: [],
    })
  })

  it.each([
    ['2026-11-02 09:00', '2026-11-02 09:00'],
    ['2026-11-02 09:00', '2026-11-01 09:00'],
    ['2026-11-02T09:00', '2026-11-02 08:59'],
  ])('refuse an override from %s until %s, at its line', async (from, until) => {
    const [mistake, ...more] = await mistakes(override(from, until))
    expect(mistake).toMatch(/^7:\d+ schedules\.payments\.overrides\[0\]\.until: must be later than "from"$/)
    expect(more).toEqual([])
  })

  it.each(['2026-02-30 09:00', '2026-04-31T09:00', '2025-02-29 00:00'])('refuse the day of %s', async (day) => {
    const there = /^7:\d+ schedules\.payments\.(starts|overrides\[0\]\.from): must be a day that there is/
    expect(await mistakes(schedule(`starts: "${day}"`))).toEqual([expect.stringMatching(there)])
    expect(await mistakes(override(day, '2027-01-01 00:00'))).toEqual([expect.stringMatching(there)])
  })

  it.each([
    '2026-13-01 09:00',
    '2026-01-01 24:00',
    '2026-01-01',
    'Monday',
    '2026-1-5 9:00',
  ])('refuse the time %s', async (at) => {
    const [mistake] = await mistakes(schedule(`starts: "${at}"`))
    expect(mistake).toContain('schedules.payments.starts: must be a date and a time such as 2026-11-02 09:00')
  })

  it('refuse a zone that nobody knows, and a name in a rota', async () => {
    expect(await mistakes(schedule('zone: Europe/Lisboa'))).toEqual([
      expect.stringContaining('schedules.payments.zone: must be a time zone such as Europe/Lisbon or UTC'),
    ])
    expect(await mistakes(`${minimal}schedules: { payments: { people: ["@alice"] } }`)).toEqual([
      expect.stringContaining('schedules.payments.people[0]: must be a member id such as U0123ABCDEF'),
    ])
  })

  it('must be there, for roles and services that name them', async () => {
    expect(await mistakes(`${schedule('')}\nroles: { approver: { on_call: [paymets] } }`)).toEqual([
      expect.stringContaining('roles.approver.on_call[0]: no schedule "paymets"; did you mean "payments"?'),
    ])
    expect(await mistakes(schedule('').replace('{ target', '{ on_call: nobody, target'))).toEqual([
      expect.stringContaining('services.checkout.on_call: no schedule "nobody"; known: payments'),
    ])
  })
})

describe('people with several accounts', () => {
  it('have each account to themselves', async () => {
    const people = (bob: string) =>
      `${minimal}people:\n  alice: { accounts: [U0ALICE, U0ALICE2] }\n  bob: { accounts: [${bob}] }`
    expect((await load(people('U0BOB, U0BOB2'))).people).toEqual([
      ['U0ALICE', 'U0ALICE2'],
      ['U0BOB', 'U0BOB2'],
    ])
    expect(await mistakes(people('U0BOB, U0ALICE2'))).toEqual([
      '9:28 people.bob.accounts[1]: "U0ALICE2" is an account of alice, on line 8, already',
    ])
    expect(await mistakes(people('U0BOB, U0BOB'))).toEqual([
      '9:28 people.bob.accounts[1]: "U0BOB" is an account of bob, on line 9, already',
    ])
  })

  it('have more than one, and never everybody’s', async () => {
    expect(await mistakes(`${minimal}people: { alice: { accounts: [U0ALICE] } }`)).toHaveLength(1)
    expect(await mistakes(`${minimal}people: { alice: { accounts: [U0ALICE, "*"] } }`)).toHaveLength(1)
  })
})

describe('a look-alike or invisible character in a name', () => {
  it.each([
    ['a role with a Cyrillic а', 'roles: { "\u0430pprover": { users: [U0BOB] } }'],
    ['a role with a zero-width space', 'roles: { "approver\u200b": { users: [U0BOB] } }'],
    ['a schedule with a full-width digit', 'schedules: { "team\uff15": { people: [U0BOB] } }'],
  ])('is refused: %s', async (_, text) => {
    expect(await mistakes(`${minimal}${text}`)).toEqual([
      expect.stringContaining('must be a name of at most 63 letters from a to z'),
    ])
  })

  it.each([
    ['a Cyrillic А in a user', 'roles: { operator: { users: ["U0\u0410LICE"] } }'],
    ['a zero-width joiner in a user', 'roles: { operator: { users: ["U0ALICE\u200d"] } }'],
    ['a full-width digit in a user', 'people: { alice: { accounts: [U0ALICE, "U\uff10ALICE"] } }'],
    ['a Cyrillic Ѕ in a group', 'roles: { operator: { user_groups: ["\u04050SRE"] } }'],
  ])('is refused: %s', async (_, text) => {
    expect(await mistakes(`${minimal}${text}`)).toEqual([expect.stringContaining('must be')])
  })

  it('makes no second environment or service', async () => {
    expect(await mistakes(minimal.replace('production', '"prоduction"'))).toEqual([
      expect.stringContaining('targets.prod.environment: must be a name of at most 63 letters from a to z'),
    ])
    expect(await mistakes(minimal.replace('checkout:', '"сheckout":'))).toEqual([
      expect.stringContaining('must be a name of at most 63 lowercase letters'),
    ])
  })
})

describe('approvals', () => {
  it.each(['0', '-1', '1.5'])('refuses to ask for %s people', async (needed) => {
    expect(await mistakes(`${minimal}approvals: { guarded: { needed: ${needed} } }`)).toHaveLength(1)
  })

  it('refuses an approver role that nobody holds, named or by default', async () => {
    const empty = '7:10 roles.approver: approves changes, but has no users, no user_groups and no on_call'
    expect(await mistakes(`${minimal}roles: { approver: {} }`)).toEqual([empty])
    const named = `${minimal}roles: { lead: { users: [] } }\napprovals: { critical: { approvers: [lead] } }`
    expect(await mistakes(named)).toEqual([
      '7:10 roles.lead: approves changes, but has no users, no user_groups and no on_call',
    ])
  })

  it('leaves a role alone that nobody holds and that approves nothing', async () => {
    const config = await load(`${minimal}roles: { oncall: {} }`)
    expect(config.roles.oncall).toEqual({ users: [], userGroups: [], onCall: [] })
  })
})

describe('a policy rule', () => {
  it('may speak of services, which have to be there', async () => {
    const rule = (name: string) => `${minimal}policy: [{ deny: [everyone], operations: ["*"], services: [${name}] }]\n`
    expect((await load(rule('checkout'))).policy[0]).toMatchObject({
      services: ['checkout'],
      text: 'deny: [everyone], operations: ["*"], services: [checkout]',
    })
    expect(await mistakes(rule('chekout'))).toEqual([
      '7:60 policy[0].services[0]: no service "chekout"; did you mean "checkout"?',
    ])
  })

  it.each([
    ['neither', '{ operations: [scale] }'],
    ['both', '{ allow: [everyone], deny: [everyone], operations: [scale] }'],
  ])('must allow or deny: %s', async (_, rule) => {
    expect(await mistakes(`${minimal}policy: [${rule}]`)).toEqual([
      '7:10 policy[0]: must have either "allow" or "deny", each a list of roles',
    ])
  })

  it('must say which operations it means', async () => {
    expect(await mistakes(`${minimal}policy: [{ allow: [everyone] }]`)).toEqual([
      '7:10 policy[0].operations: is missing',
    ])
  })
})
