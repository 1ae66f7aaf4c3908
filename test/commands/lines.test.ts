import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gesture } from '../../commands/command.ts'
import type { Desk } from '../../commands/desk.ts'
import { press, runLine, runMention } from '../../commands/index.ts'
import { endRecovery } from '../../src/recovery/end.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'
import { alice, person, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
let desk: Desk
beforeAll(async () => {
  t = await testEngine()
  desk = {
    ...{ incidents: t.incidents, engine: t.engine, operations: t.context.operations, templates: [] },
    endRecovery: (asked) => endRecovery(t.context, asked),
    severities: [{ name: 'P1', aliases: [], description: 'Broken', acknowledgeWithinMs: null, updateEveryMs: null }],
    services: ['dial'],
    serviceOf: async () => 'dial',
    shifts: () => [],
    channels: { whyUnfit: async () => null, whyNoRoom: async () => null, mayMake: () => true },
    names: { incident: '/outage', ops: '/prod' },
    tokens: {} as never,
    flood: { perMinute: 60, take: async () => ({ ok: true }) },
    redact: createRedactor({ emails: false, patterns: [], secrets: [] }),
  }
})
afterAll(() => t.close())

const gesture = (by = alice): Gesture => ({
  ...{ person: by, cause: t.cause(), channel: 'C0ELSEWHERE', incident: null },
})
const type = async (line: string, by = alice) => JSON.stringify(await runLine('incident', line, gesture(by), desk))

describe('an incident verb', () => {
  it.each(['list', 'status INC-1', 'resolve', 'export'])('tells a guest or a stranger nothing: %s', async (line) => {
    for (const standing of ['guest', 'stranger', 'bot'] as const) {
      const answer = await type(line, person('U0GUEST', standing))
      expect(answer).toContain('only full members')
      expect(answer).not.toContain('INC-1')
    }
    expect(await t.story()).toEqual(['incident.opened'])
  })

  it('calls the commands what this workspace calls them', async () => {
    expect(await type('status INC-99')).toContain('`/outage list`')
    await type('resolve')
    expect(await type('resolve')).toContain('`/outage open P1`')
  })
})

describe('what was not done', () => {
  it.each(['open', 'open P1', 'export INC-1'])('is refused, which a program can tell: %s', async (line) => {
    const reason = 'the room is shared'
    const channels = {
      whyUnfit: async (channel: string) => (channel === 'C0INCIDENTS' ? reason : null),
      whyNoRoom: async () => reason,
      mayMake: () => true,
    }
    const answer = await runLine('incident', line, gesture(), { ...desk, channels })
    expect(answer).toMatchObject({ refused: true, text: expect.stringContaining(reason) })
  })
})

describe('a mention', () => {
  const mention = async (text: string) => JSON.stringify(await runMention(text, gesture(), desk))

  it('is answered with what works in a thread, where Slack refuses slash commands', async () => {
    for (const text of ['help', 'ops help', 'status INC-99', 'trn dial 5', 'resolve now and then']) {
      expect(await mention(text)).not.toMatch(/\/(outage|prod)/)
    }
    expect(await mention('ops help')).toContain('`@firebreak ops turn')
    expect(await mention('help')).toContain('`@firebreak ops help`')
  })

  it('knows the verbs of both commands by each of their names', async () => {
    for (const text of ['plan OP-99', 'claim OP-99', 'ops claim OP-99']) {
      expect(await mention(text), text).toMatch(/there is no OP-99/i)
    }
    expect(await mention('show INC-99'), 'of two commands it is the incident’s').toContain('There is no INC-99')
    expect(await mention('ops help show')).toContain('plan OP-12')
  })
})

describe('a verb of the other command', () => {
  it('is offered there', async () => {
    expect(await runLine('incident', 'look dial', gesture(), desk)).toMatchObject({
      text: '/outage has no “look”, but /prod does. Did you mean that?',
      choices: [{ label: '/prod look dial', line: 'ops look dial' }],
    })
  })
})

describe('resolving', () => {
  it('says which changes still wait', async () => {
    const opened = await t.incidents.open(
      { person: alice, cause: t.cause() },
      { severity: 'P1', title: null, service: null },
    )
    const id = opened.kind === 'done' ? opened.incident : 0
    await runLine('ops', `turn dial 5 --incident INC-${id}`, gesture(), desk)
    expect(await type(`resolve INC-${id}`)).toMatch(/is resolved\. Not over yet: OP-\d+ \(planned\)\./)
  })
})

describe('a planned change', () => {
  const turn = async (where: string) =>
    JSON.stringify(await runLine('ops', `turn dial 5 --incident ${where}`, gesture(), desk))

  it('is found where its card is: the incident’s thread, or this channel', async () => {
    expect(await turn('INC-1')).toContain('in the thread of INC-1')
    expect(await turn('none')).toContain('in this channel')
  })
})

describe('a question', () => {
  const typed = (root: 'incident' | 'ops', line: string, services = desk.services) =>
    runLine(root, line, gesture(), { ...desk, services })

  it('forgets nothing that was typed: the cause and the fix go with the pick', async () => {
    await runLine('incident', 'open P1', gesture(), desk)
    await runLine('incident', 'open P1', gesture(), desk)
    const [cause, fix] = ['a — “slow” provider', '--more replicas\nand a retry'].map((text) => text.padEnd(900, '.'))
    const asked = await typed('incident', `resolve --cause "${cause?.replace(/[“”]/g, '')}" --fix "${fix}"`)
    if (asked.kind !== 'choice') throw new Error(JSON.stringify(asked))
    const { label, line } = asked.choices[0] as (typeof asked.choices)[0]
    await press({ id: 'choose:0', value: line }, gesture(), desk)
    const [id] = /\d+/.exec(label) ?? []
    expect(await t.incidents.find(gesture(), Number(id))).toMatchObject({
      status: 'resolved',
      cause: cause?.replace(/[“”]/g, ''),
      fix,
    })
  })

  it('names no incident to a guest, whom the policy refuses in any case', async () => {
    for (const title of ['Salaries leaked', 'And again'])
      await runLine('incident', `open P1 "${title}"`, gesture(), desk)
    expect(await runLine('ops', 'look dial', { ...gesture(), channel: 'C0INCIDENTS' }, desk)).toMatchObject({
      kind: 'choice',
    })
    const guest = { ...gesture(person('U0GUEST', 'guest')), channel: 'C0INCIDENTS' }
    const answer = await runLine('ops', 'look dial', guest, desk)
    expect(answer).toMatchObject({ kind: 'text', text: expect.stringMatching(/no policy line allows/) })
  })

  it('has no button for a line that is too long for one', async () => {
    expect(await typed('incident', `opne P1 ${'a'.repeat(3_000)}`)).toMatchObject({ kind: 'text' })
  })

  it('puts the service right, and nothing else that looks like it', async () => {
    expect(await typed('ops', 'look --env lab en', ['end'])).toMatchObject({
      choices: [{ line: 'ops look --env lab end' }],
    })
  })
})
