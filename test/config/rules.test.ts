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
  it.each(['#incidents', 'incidents', 'U0BOB', '42', 'c0incidents'])('refuses the channel %s', async (channel) => {
    const [mistake] = await mistakes(minimal.replace('C0INCIDENTS', `"${channel}"`))
    expect(mistake).toContain("slack.incidents_channel: must be a channel's id such as C0123ABCDEF, not its name")
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

describe('approvals', () => {
  it.each(['0', '-1', '1.5'])('refuses to ask for %s people', async (needed) => {
    expect(await mistakes(`${minimal}approvals: { guarded: { needed: ${needed} } }`)).toHaveLength(1)
  })

  it('refuses an approver role that nobody holds, named or by default', async () => {
    const empty = '7:10 roles.approver: approves changes, but has no users and no user_groups'
    expect(await mistakes(`${minimal}roles: { approver: {} }`)).toEqual([empty])
    const named = `${minimal}roles: { lead: { users: [] } }\napprovals: { critical: { approvers: [lead] } }`
    expect(await mistakes(named)).toEqual(['7:10 roles.lead: approves changes, but has no users and no user_groups'])
  })

  it('leaves a role alone that nobody holds and that approves nothing', async () => {
    const config = await load(`${minimal}roles: { oncall: {} }`)
    expect(config.roles.oncall).toEqual({ users: [], userGroups: [] })
  })
})

describe('a policy rule', () => {
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
