import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { failure, load, minimal, mistakes } from './support.ts'

describe('firebreak.example.yml', () => {
  it('is a valid configuration', async () => {
    const config = await loadConfig('firebreak.example.yml', { KUBECONFIG: '/home/me/.kube/config' })
    expect(config.services.checkout).toMatchObject({
      name: 'checkout',
      owners: ['approver'],
      on: [{ target: 'prod', deployment: 'checkout' }],
    })
    expect(config.services.checkout).toMatchObject({
      onCall: 'payments',
      bounds: { scale: { replicas: { min: 2, max: 12 } } },
      healthy: { readyPercent: 80, noRestartForMs: 30_000 },
    })
    expect(config.schedules.payments).toMatchObject({ zone: 'Europe/Lisbon', everyMs: 604_800_000 })
    expect(config.roles.approver?.onCall).toEqual(['payments'])
    expect(config.people).toEqual([['U0123ALICE', 'U0123ALICEADMIN']])
    expect(config.targets.prod).toMatchObject({ name: 'prod', kubeconfig: '/home/me/.kube/config' })
  })

  it('holds the defaults where it says that it does', async () => {
    const example = await loadConfig('firebreak.example.yml', { KUBECONFIG: '' })
    const defaults = await load(`${minimal}\nroles: { approver: { users: [U0BOB] } }`)
    expect(example.severities).toEqual(defaults.severities)
    expect(example.approvals).toEqual(defaults.approvals)
    expect(example.askNext).toEqual(defaults.askNext)
    expect(example.slack.commands).toEqual(defaults.slack.commands)
    expect(example.slack.pacing).toEqual(defaults.slack.pacing)
    expect(example.slack.limits).toEqual(defaults.slack.limits)
    expect(example.roles.everyone).toEqual(defaults.roles.everyone)
    expect(example.policy[0]).toEqual({ ...defaults.policy[0], line: example.policy[0]?.line })
  })
})

describe('a configuration', () => {
  it('needs only slack, targets and services; everyone may then read, and nobody approve', async () => {
    const config = await load(minimal)
    expect(config.roles).toEqual({ everyone: { users: ['*'], userGroups: [], onCall: [] } })
    expect(config.policy).toEqual([
      {
        effect: 'allow',
        roles: ['everyone'],
        operations: ['*'],
        services: ['*'],
        environments: ['*'],
        severities: ['*'],
        tiers: ['read'],
        line: 0,
        text: 'allow: [everyone], operations: ["*"], tiers: [read]',
      },
    ])
    expect(config.approvals.guarded).toEqual({
      approvers: [],
      needed: 1,
      approveWithinMs: 900_000,
      executeWithinMs: 300_000,
    })
    expect(config.approvals.critical.needed).toBe(2)
    expect(config.severities.map(({ name, aliases }) => [name, ...aliases])).toEqual([
      ['P0', 'SEV-1'],
      ['P1', 'SEV-2'],
      ['P2', 'SEV-3'],
      ['P3', 'SEV-4'],
    ])
  })

  it('keeps everyone beside the roles of the file', async () => {
    const config = await load(`${minimal}\nroles: { operator: { users: [U0BOB], user_groups: [S0SRE] } }`)
    expect(config.roles).toEqual({
      everyone: { users: ['*'], userGroups: [], onCall: [] },
      operator: { users: ['U0BOB'], userGroups: ['S0SRE'], onCall: [] },
    })
  })

  it('makes the role approver approve by default', async () => {
    const config = await load(`${minimal}\nroles: { approver: { user_groups: [S0SRE] } }`)
    expect(config.approvals.critical.approvers).toEqual(['approver'])
  })

  it('reads a service that runs in several places, each deployment named after it by default', async () => {
    const config = await load(`${minimal}  pay: { on: [{ target: prod }, { target: prod, deployment: payment.v2 }] }`)
    expect(config.services.pay?.on).toEqual([
      { target: 'prod', deployment: 'pay' },
      { target: 'prod', deployment: 'payment.v2' },
    ])
    expect(config.services.checkout?.on).toEqual([{ target: 'prod', deployment: 'checkout' }])
  })

  it('knows no service, role or target but those of the file', async () => {
    const config = await load(minimal)
    expect([config.services.constructor, config.roles.constructor, config.targets.constructor]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('tells the line of each policy rule and shows it as the file would', async () => {
    const rules = [
      'policy:',
      '  - { allow: [everyone], operations: ["*"], tiers: [read] }',
      '  - deny: [everyone]',
      '    operations: [scale]',
      '    severities: [P0, P1]',
    ]
    const { policy } = await load(minimal + rules.join('\n'))
    expect(policy.map(({ effect, line, text }) => ({ effect, line, text }))).toEqual([
      { effect: 'allow', line: 8, text: 'allow: [everyone], operations: ["*"], tiers: [read]' },
      { effect: 'deny', line: 9, text: 'deny: [everyone], operations: [scale], severities: [P0, P1]' },
    ])
  })

  it.each([
    ['45s', 45_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('reads the duration %s', async (written, milliseconds) => {
    const config = await load(`${minimal}approvals: { guarded: { approve_within: ${written} } }`)
    expect(config.approvals.guarded.approveWithinMs).toBe(milliseconds)
  })

  it.each(['15', '0m', '1h30m', '-5m', '1.5h', '15 m', '""'])('refuses the duration %s', async (written) => {
    expect(await mistakes(`${minimal}approvals: { guarded: { approve_within: ${written} } }`)).toEqual([
      '7:41 approvals.guarded.approve_within: must be a duration: a whole number and s, m, h or d, such as 15m',
    ])
  })
})

describe('a file with many mistakes', () => {
  it('is told all of them at once, each at its line', async () => {
    const error = await failure(loadConfig('test/config/many-mistakes.yml', {}))
    expect(error.code).toBe('config')
    await expect(`${error.message}\n`).toMatchFileSnapshot('golden/many-mistakes.txt')
  })

  it('is not told twice about one slip', async () => {
    expect(await mistakes(minimal.replace('target: prod', 'traget: prod'))).toEqual([
      '6:15 services.checkout.traget: unknown key; did you mean "target"?',
    ])
    expect(await mistakes(minimal.replace('incidents_channel', 'incident_channel'))).toEqual([
      '2:10 slack.incident_channel: unknown key; did you mean "incidents_channel"?',
    ])
  })
})

describe('a file that is no configuration', () => {
  it('says what to do when it is not there', async () => {
    const error = await failure(loadConfig('nowhere/firebreak.yml', {}))
    expect(error.message).toMatch(/^nowhere\/firebreak\.yml {2}does not exist \(.*\/nowhere\/firebreak\.yml\)/)
    expect(error.message).toContain('Copy firebreak.example.yml there')
    expect(error.message).toContain('FIREBREAK_CONFIG')
    expect(error.cause).toMatchObject({ code: 'ENOENT' })
  })

  it('says so when it is a folder', async () => {
    expect((await failure(loadConfig(tmpdir(), {}))).message).toContain("can't be read (EISDIR)")
  })

  it.each(['', '\n\n', '# all of it is a comment\n'])('says so when it is empty: %j', async (text) => {
    expect((await failure(load(text))).message).toContain('is empty. Copy firebreak.example.yml over it')
  })

  it.each([
    ['slack:\n\tincidents_channel: C0INCIDENTS', '2:1 : a tab; indent with spaces'],
    ['slack: [\ntargets: {}', '2:1 : Flow sequence in block collection must be sufficiently indented and end with a ]'],
    [
      'slack: {}\n---\nslack: {}',
      '2:1 : a second document starts here; a configuration is one document, without "---"',
    ],
    ['slack: !secret {}', '1:8 : Unresolved tag: !secret'],
  ])('points at what is not YAML, and checks nothing more: %j', async (text, mistake) => {
    expect((await mistakes(text))[0]).toBe(mistake)
    expect((await mistakes(text)).every((line) => / : /.test(line))).toBe(true)
  })

  it.each(['- slack', 'slack', '42'])('refuses what is not a mapping: %s', async (text) => {
    expect(await mistakes(text)).toEqual(['1:1 : must be a mapping (key: value)'])
  })

  it('refuses an alias, once', async () => {
    const text = minimal.replace('{ target: prod }', '&one { target: prod }\n  cart: *one')
    expect(await mistakes(text)).toEqual(['7:3 services.cart: aliases are not supported; write the value out'])
  })

  it('names every section that is missing', async () => {
    expect(await mistakes('policy: []')).toEqual([
      '1:1 slack: is missing',
      '1:1 targets: is missing',
      '1:1 services: is missing',
    ])
  })
})
