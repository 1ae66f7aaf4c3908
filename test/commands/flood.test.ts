import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Gesture } from '../../commands/command.ts'
import type { Desk } from '../../commands/desk.ts'
import { budgetOfButton, budgetOfForm, budgetOfLine } from '../../commands/flood.ts'
import { press, runLine, runMention, submit } from '../../commands/index.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { replicaLimits } from '../support/limits.ts'

let t: TestEngine
let desk: Desk
beforeAll(async () => {
  t = await testEngine()
})
afterAll(() => t.close())
beforeEach(() => {
  const three = { points: 3, seconds: 60 }
  desk = {
    ...{ incidents: t.incidents, engine: t.engine, operations: t.context.operations, templates: [] },
    severities: [{ name: 'P1', aliases: [], description: 'Broken', acknowledgeWithinMs: null, updateEveryMs: null }],
    services: ['dial'],
    serviceOf: async () => 'dial',
    names: { incident: '/incident', ops: '/ops' },
    tokens: {} as never,
    endRecovery: async () => ({}) as never,
    redact: createRedactor({ emails: false, patterns: [], secrets: [] }),
    ...{ shifts: () => [], channels: { whyUnfit: async () => null, whyNoRoom: async () => null, mayMake: () => true } },
    flood: { perMinute: 3, take: replicaLimits(null, { gestures: three, decisions: three }).take },
  }
})

const by = (person = alice): Gesture => ({ person, cause: t.cause(), channel: 'C0ELSEWHERE', incident: null })
const REFUSED = /^You sent 3 commands within a minute; try again in \d+ s\. Nothing was done\.$/
const textOf = (answer: object) => ('text' in answer ? String(answer.text) : '')
const list = async (person = alice) => textOf(await runLine('incident', 'list', by(person), desk))

describe('what one person may send in a minute', () => {
  it('is one budget for commands, mentions, buttons and forms, each counted once', async () => {
    await runLine('incident', 'list', by(), desk)
    await runMention('ops help', by(), desk)
    await press({ id: 'choose:0', value: 'incident list' }, by(), desk)
    expect(await list()).toMatch(REFUSED)
    expect(textOf(await runMention('list', by(), desk))).toMatch(REFUSED)
    expect(textOf(await press({ id: 'incident.resolve', value: 'INC-1' }, by(), desk))).toMatch(REFUSED)
  })

  it('is each person’s own', async () => {
    for (let n = 0; n < 4; n++) await list()
    expect(await list()).toMatch(REFUSED)
    expect(await list(bob)).not.toMatch(REFUSED)
  })

  it('does nothing beyond it, and keeps a form open with what was typed', async () => {
    for (let n = 0; n < 3; n++) await list()
    const before = (await t.incidents.listOpen(by())).length
    expect(textOf(await runLine('incident', 'open P1 "Dial is stuck"', by(), desk))).toMatch(REFUSED)
    const form = { callbackId: 'incident.open', values: { severity: 'P1', title: 'Dial is stuck' }, metadata: '' }
    expect(await submit(form, by(), desk)).toEqual({ errors: { severity: expect.stringMatching(REFUSED) } })
    expect(await t.incidents.listOpen(by())).toHaveLength(before)
  })

  it('leaves decisions alone, which have as many of their own', async () => {
    for (let n = 0; n < 9; n++) await list()
    const decide = async () => textOf(await press({ id: 'change.undo', value: 'OP-99' }, by(), desk))
    for (let n = 0; n < 2; n++) expect(await decide()).not.toMatch(/^You sent/)
    expect(textOf(await runLine('ops', 'undo OP-99', by(), desk))).not.toMatch(/^You sent/)
    expect(await decide()).toMatch(/^You sent 3 decisions within a minute; try again in \d+ s\. Nothing was done\.$/)
  })

  it('leaves alone also what is decided in a form or by another name', async () => {
    for (let n = 0; n < 9; n++) await list()
    const form = { callbackId: 'change.decide', values: { decision: 'approve', comment: 'seen' }, metadata: '' }
    expect(textOf(await submit(form, by(), desk))).toMatch(/not one of mine/)
    expect(textOf(await runLine('ops', 'breakglass OP-99 a1b2c3d4 now', by(), desk))).toMatch(/There is no OP-99/)
    await press({ id: 'recovery.end', value: '' }, by(), desk)
    expect(await submit(form, by(), desk)).toEqual({
      errors: { decision: expect.stringMatching(/^You sent 3 decisions/) },
    })
  })
})

describe('a decision', () => {
  it.each([
    ...['undo OP-12', '  UNDO OP-12', 'ops undo OP-12', '/ops hold', 'approve OP-1', 'reject', 'revoke <@U1>'],
    ...[
      'confirm OP-1',
      'run OP-1',
      'mark OP-1 applied',
      'look-again OP-1',
      'look OP-1',
      'withdraw OP-1',
      'cancel OP-1',
    ],
    ...['looking OP-1', 'claim OP-1', 'ask OP-1', 'ask-again OP-1', 'break-glass OP-1', 'breakglass OP-1 a1b2c3d4 now'],
    ...['freeze', 'release', 'unfreeze', 'reinstate <@U1>', 'recover'],
  ])('is %s', (line) => {
    expect(budgetOfLine(line)).toBe('decisions')
  })

  it.each([
    '',
    'ops',
    'scale undo 5',
    'incident open P1 undo',
    'undone',
    'constructor',
    'plan OP-1',
    'can undo',
    'token list',
  ])('is not %s', (line) => {
    expect(budgetOfLine(line)).toBe('gestures')
  })

  it.each([
    [{ id: 'change.approve', value: '{}' }, 'decisions'],
    [{ id: 'change.confirm', value: 'OP-12' }, 'decisions'],
    [{ id: 'choose:1', value: 'ops undo OP-12' }, 'decisions'],
    [{ id: 'choose:1', value: 'ops scale checkout 5' }, 'gestures'],
    [{ id: 'operations.release', value: 'HOLD-1' }, 'decisions'],
    [{ id: 'recovery.end', value: 'RECOVERY-1' }, 'decisions'],
    [{ id: 'incident.resolve', value: 'INC-7' }, 'gestures'],
  ] as const)('as a button: %o: %s', (button, budget) => {
    expect(budgetOfButton(button)).toBe(budget)
  })
  it.each([
    ['change.decide', 'decisions'],
    ['change.break_glass', 'decisions'],
    ['incident.open', 'gestures'],
  ] as const)('as a form: %s: %s', (id, budget) => {
    expect(budgetOfForm(id)).toBe(budget)
  })
})
