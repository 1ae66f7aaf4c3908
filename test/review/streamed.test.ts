import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readIncident } from '../../src/incidents/store.ts'
import { createExports } from '../../src/slack/exports.ts'
import { type Entry, type EntryBody, type EntryType, FIREBREAK } from '../../src/timeline/entries.ts'
import { readSealed } from '../../src/timeline/sealed/store.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { ALICE, at, BOB, entry, SEVERITIES } from '../support/examples.ts'
import { sealed, signer } from '../timeline/chains.ts'
import { examples } from '../timeline/evening.ts'
import { exported } from './told.ts'

/** What a random incident is made of: a type, who did it, when it happened, and which entry is meant by a correction. */
const TYPES = [
  ...(['message.posted', 'operation.read', 'note.added', 'link.added', 'incident.updated', 'change.voted'] as const),
  ...([
    'change.progressed',
    'incident.severity_changed',
    'entry.corrected',
    'message.marked',
    'message.unmarked',
  ] as const),
] satisfies EntryType[]
const line = fc.record({
  type: fc.constantFrom(...TYPES),
  who: fc.constantFrom({ id: ALICE, name: 'Alice' }, { id: BOB, name: 'Bob' }, FIREBREAK),
  seconds: fc.integer({ min: -200_000, max: 200_000 }),
  meant: fc.nat({ max: 60 }),
})
const told = (lines: (typeof line extends fc.Arbitrary<infer T> ? T : never)[]): Entry[] =>
  lines.map(({ type, who, seconds, meant }, i) => {
    const body: EntryBody =
      type === 'entry.corrected'
        ? { type, entry: (meant % lines.length) + 1, occurredAt: at(seconds).toISOString(), was: at(0).toISOString() }
        : examples[type]
    const times = { occurredAt: at(seconds), recordedAt: at(200_000 + i) }
    return entry(i + 1, body, { ...times, actor: who, subject: type.startsWith('change.') ? 'OP-12' : 'INC-7' })
  })

/** What each section should show, by the simplest means: all entries at once, and no order kept on the way. */
function model(entries: Entry[]) {
  const time = ({ seq, occurredAt }: Entry): number => {
    const last = entries.findLast(({ body }) => body.type === 'entry.corrected' && body.entry === seq)
    return last?.body.type === 'entry.corrected' ? Date.parse(last.body.occurredAt) : occurredAt.getTime()
  }
  const inOrder = [...entries].sort((a, b) => time(a) - time(b) || a.seq - b.seq)
  const seqs = (...types: EntryType[]) => inOrder.filter(({ body }) => types.includes(body.type)).map(({ seq }) => seq)
  // All marks are of one message: the last one stands, unless it was taken back.
  const mark = entries.findLast(({ body }) => ['message.marked', 'message.unmarked'].includes(body.type))
  const standing = mark?.body.type === 'message.marked' ? [mark.seq] : []
  return {
    timeline: inOrder.map((one) => [one.seq, new Date(time(one)).toISOString().slice(11, 19)]),
    decisions: inOrder
      .filter(
        (one) =>
          seqs('note.added', 'change.voted', 'incident.severity_changed').includes(one.seq) ||
          standing.includes(one.seq),
      )
      .map(({ seq }) => seq),
    updates: seqs('incident.updated').length,
    links: seqs('link.added'),
    output: seqs('operation.read'),
    looked: (person: string) =>
      entries.filter(({ actor, body }) => actor.id === person && body.type === 'operation.read').length,
  }
}

/** The same, as it was written. */
function shown(markdown: string) {
  const section = (title: string) => markdown.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = (title: string) =>
    [...section(title).matchAll(/^\| (\d+) \| (\S+) \|/gm)].map(([, seq, time]) => [Number(seq), time])
  return {
    timeline: rows('Timeline'),
    decisions: rows('Decisions').map(([seq]) => seq),
    updates: section('Status updates').match(/^\*\*/gm)?.length ?? 0,
    links: [...section('Links').matchAll(/\(#(\d+), /g)].map(([, seq]) => Number(seq)),
    output: [...section('Output').matchAll(/^### #(\d+) /gm)].map(([, seq]) => Number(seq)),
    looked: (name: string) => {
      const row =
        section('People')
          .split('\n')
          .find((line) => line.startsWith(`| ${name} |`)) ?? ''
      return row.includes('looked once') ? 1 : Number(/looked (\d+) times/.exec(row)?.[1] ?? 0)
    },
  }
}

describe('an export that is written as the ledger is read', () => {
  it('says what an incident says that is looked at as a whole, in batches of any size', async () => {
    const lines = fc.array(line, { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 70 }), async (lines, batch) => {
        const { entries, stored } = sealed(told(lines))
        const { looked, ...expected } = model(entries)
        const { looked: said, ...found } = shown(await exported('md', { stored, batch }))
        expect(found).toEqual(expected)
        expect([said('Alice'), said('Bob')]).toEqual([looked(ALICE), looked(BOB)])
        const json = JSON.parse(await exported('json', { stored, batch }))
        expect(json.entries.map(({ seq }: Entry) => seq)).toEqual(entries.map(({ seq }) => seq))
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 60) },
    )
  })
})

describe('an export of the database', () => {
  let t: TestEngine
  beforeAll(async () => {
    t = await testEngine()
  })
  afterAll(() => t.close())
  const workspace = { identity: () => ({ url: 'https://acme.slack.com/' }) } as never
  const ask = (through: number, format: 'md' | 'json'): Entry =>
    entry(
      9_999,
      { type: 'incident.exported', format, through, zone: 'Europe/Lisbon' },
      { chain: 'INC-1', recordedAt: at(3600) },
    )
  const exportOf = (through: number, format: 'md' | 'json') =>
    createExports(t.db, { catalogue: { severities: SEVERITIES }, workspace, signer })(ask(through, format)).lend(
      ({ read }) => text(read()),
    )
  const record = (count: number) =>
    t.ledger.transaction(null, async (tx) => {
      const chain = await tx.hold('INC-1')
      for (let i = 0; i < count; i++) {
        const type = TYPES[i % TYPES.length] as (typeof TYPES)[number]
        const actor = { id: (i % 3 ? alice : bob).id, name: i % 3 ? 'Alice' : 'Bob' }
        // Many happened before they were recorded, as what people write did.
        const occurredAt = new Date(chain.now.getTime() - (i % 7) * 90_000)
        const body = type === 'entry.corrected' ? { ...examples[type], entry: i + 1 } : examples[type]
        await chain.append({ subject: 'INC-1', actor, occurredAt, body })
      }
    })

  it('is, however many batches it takes, what it is of all of it in memory', async () => {
    await record(700)
    const stored = await readSealed(t.db, 'INC-1')
    const through = stored.length
    const whole = {
      ...{ stored, batch: 10_000, severities: SEVERITIES, incident: (await readIncident(t.db, 1)) as never },
      verdict: (await verifyChain(t.db, 'INC-1')) as never,
      linkOf: ({ body }: Entry) =>
        'ts' in body ? `https://acme.slack.com/archives/${body.channel}/p${body.ts.replace('.', '')}` : null,
    }
    for (const format of ['md', 'json'] as const) {
      expect(await exportOf(through, format)).toBe(await exported(format, { ...whole, namesOf: async () => new Map() }))
    }
  })

  it('ends where it was asked for, though more was recorded since', async () => {
    const [last] = (await readEntries(t.db, 'INC-1')).slice(-1)
    const through = (last?.seq ?? 0) - 300
    const { entries, chain } = JSON.parse(await exportOf(through, 'json'))
    expect([entries.length, entries.at(-1).seq, chain.entries, chain.verified]).toEqual([
      through,
      through,
      through,
      true,
    ])
    expect(shown(await exportOf(through, 'md')).timeline).toHaveLength(through)
  })
})
