import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/timeline/entries.ts'
import type { Verdict } from '../../src/timeline/verdict.ts'
import { approval, at, BOB, change, entry, incident, PEOPLE, resolved } from '../support/examples.ts'
import { HOSTILE } from '../templates/sketch.ts'
import { sealed } from '../timeline/chains.ts'
import { examples } from '../timeline/evening.ts'
import { EVENING, reviewItem, task } from './evening.ts'
import { exported, type Told, WELL } from './told.ts'

const bodies = [
  'incident.opened',
  'operation.read',
  'change.planned',
  'change.voted',
  'incident.status_changed',
] as const
const entries = bodies.map((type, i) => entry(i + 1, examples[type]))
const ROOT = 'https://acme.slack.com/archives/C0INCIDENTS/p1795291200000100'

const NOT_WELL: Verdict = {
  ...{ ...WELL, ok: false },
  problems: [{ kind: 'edited', entries: [3], text: 'entry 3 was edited: what it says is not what was recorded' }],
}

type Changed = Omit<Partial<Told>, 'stored'> & { entries?: Entry[] }
const input = ({ entries: told = entries, ...changed }: Changed = {}): Told => ({
  incident: resolved({ cause: 'payment provider slow', acknowledgedAt: at(60), mitigatedAt: at(900) }),
  stored: sealed(told).stored,
  changes: [
    change('succeeded', { votes: [approval], detail: '5/5 ready', finishedAt: at(200) }),
    change('stale', { id: 13, line: 'undo OP-12', plan: { tier: 'low' }, detail: 'replicas is 8 now' }),
  ],
  linkOf: ({ seq }) => (seq === 1 ? ROOT : null),
  rootLink: ROOT,
  ...changed,
})
const markdown = (changed?: Changed): Promise<string> => exported('md', input(changed))
const json = async (changed?: Changed) => JSON.parse(await exported('json', input(changed)))
/** Without what is another one each time: every entry has a salt of its own. */
const masked = (text: string): string => text.replaceAll(/[0-9a-f]{64}|(?<=salt":")\w+|[\w+/]{86}==/g, '…')
/** The rows of an entry, in the sections that show it. */
const rowsOf = (text: string, seq: number): string[] => text.split('\n').filter((row) => row.startsWith(`| ${seq} |`))
const rowOf = (text: string, seq: number): string => rowsOf(text, seq).at(-1) ?? ''

describe('the Markdown export', () => {
  it('reads as in its golden file', async () => {
    await expect(masked(await markdown({ ...EVENING, zone: 'America/New_York' }))).toMatchFileSnapshot(
      'golden/INC-7.md',
    )
  })

  it('reads as in its golden file when there is little to tell', async () => {
    const little = { incident: incident({ service: null }), entries: entries.slice(0, 1), changes: [], zone: 'UTC' }
    const text = await markdown({ ...little, severities: [], linkOf: () => null, rootLink: null })
    await expect(masked(text)).toMatchFileSnapshot('golden/little.md')
  })

  it('reads as in its golden file when people wrote hostile texts', async () => {
    const title = `${HOSTILE} ![x](https://evil.example) [y](javascript:1) <script> # _z_`
    const lines = `${HOSTILE}\n# not a heading\n---\n1. no list\n- none either\n> ${HOSTILE}`
    const read = { ...examples['operation.read'], line: `logs ${HOSTILE}`, finding: HOSTILE }
    const hostile = [
      { ...examples['incident.opened'], title },
      { ...read, detail: `${HOSTILE}\n\`\`\`\`` },
      { ...examples['incident.updated'], said: HOSTILE, text: lines, status: HOSTILE },
      { ...examples['link.added'], url: 'javascript:alert(1)', title: HOSTILE },
      { ...examples['link.added'], url: 'https://ok.example/a', title: `](https://evil.example) ${HOSTILE}` },
      { ...examples['note.added'], text: HOSTILE },
      { ...examples['change.planned'], line: `scale ${HOSTILE}` },
      { ...examples['incident.severity_changed'], reason: HOSTILE },
    ]
    const text = await markdown({
      incident: resolved({ title, cause: HOSTILE, service: HOSTILE }),
      entries: hostile.map((body, i) => entry(i + 1, body, { actor: { id: BOB, name: HOSTILE } })),
      changes: [change('failed', { line: `scale ${HOSTILE}`, detail: HOSTILE })],
      namesOf: async () => new Map([...PEOPLE].map(([id]) => [id, HOSTILE])),
      tasks: [task({ text: HOSTILE })],
      reviewItems: [{ ...reviewItem, text: HOSTILE }],
      linkOf: () => 'javascript:alert(1)',
    })
    await expect(masked(text)).toMatchFileSnapshot('golden/hostile.md')
    for (const row of text.split('\n').filter((row) => /^\| \d+ \|/.test(row))) {
      expect([5, 6]).toContain(row.split(/(?<!\\)\|/).length - 1)
    }
    expect(text).not.toContain('<script')
    expect(text.match(/^#{1,3} .*/gm)?.filter((heading) => /not a heading/.test(heading))).toEqual([])
    const links = [...text.matchAll(/(?<!\\)\]\(([^)#]*)\)/g)].map(([, url]) => url)
    expect(new Set(links)).toEqual(new Set([ROOT, 'https://ok.example/a']))
  })

  it('tells the two hours apart that an autumn night has twice, and how long they were', async () => {
    // Lisbon put its clocks back at 01:00 UTC, New York at 06:00 a week later.
    const night: [zone: string, utc: string, local: string][] = [
      ['Europe/Lisbon', '2026-10-25T00:30:00.000Z', '01:30:00 +01:00'],
      ['Europe/Lisbon', '2026-10-25T01:30:00.000Z', '01:30:00 +00:00'],
      ['America/New_York', '2026-11-01T05:30:00.000Z', '01:30:00 -04:00'],
      ['America/New_York', '2026-11-01T06:30:00.000Z', '01:30:00 -05:00'],
    ]
    for (const [zone, time, local] of night) {
      const at = { occurredAt: new Date(time), recordedAt: new Date(time) }
      const text = await markdown({ zone, entries: [entry(1, examples['change.progressed'], at)] })
      expect(rowOf(text, 1)).toContain(`| ${time.slice(11, 19)} | ${local} |`)
      expect(text).toContain(`### ${time.slice(0, 10)}\n`)
    }
    const [declaredAt, resolvedAt] = [new Date('2026-10-25T00:30:00Z'), new Date('2026-10-25T01:30:00Z')]
    const text = await markdown({ incident: resolved({ declaredAt, resolvedAt }) })
    expect(text).toContain('| **TTR** | declared → resolved | 1 h |')
    expect(text).toContain(
      'Declared by Alice at 2026-10-25 00:30:00 UTC (01:30:00 +01:00); resolved at 2026-10-25 01:30:00 UTC (01:30:00 +00:00), after 1 h.',
    )
  })

  it('gives each day in UTC a heading, and a row the other day that it is for whoever asked', async () => {
    const late = ['2026-11-21T23:30:00.000Z', '2026-11-22T00:30:00.000Z'].map((time, i) =>
      entry(i + 1, examples['change.progressed'], { occurredAt: new Date(time), recordedAt: new Date(time) }),
    )
    const text = await markdown({ zone: 'Asia/Kathmandu', entries: late })
    expect(text).toMatch(/### 2026-11-21\n\n.*\n.*\n\| 1 \| 23:30:00 \| 2026-11-22 05:15:00 \+05:45 \|/)
    expect(text).toMatch(/### 2026-11-22\n\n.*\n.*\n\| 2 \| 00:30:00 \| 06:15:00 \+05:45 \|/)
  })

  it('is in the order in which things happened, and says which were recorded later than a minute after', async () => {
    const told = [
      entry(1, examples['change.progressed'], { occurredAt: at(300), recordedAt: at(300) }),
      entry(2, examples['change.progressed'], { occurredAt: at(0), recordedAt: at(360) }),
      entry(3, examples['change.progressed'], { occurredAt: at(100), recordedAt: at(160) }),
    ]
    const rows = (await markdown({ entries: told })).split('\n').filter((row) => /^\| \d/.test(row))
    expect(rows.map((row) => row.split(' | ').slice(0, 2))).toEqual([
      ['| 2', '20:00:00'],
      ['| 3', '20:01:40'],
      ['| 1', '20:05:00'],
    ])
    expect(rows.map((row) => /recorded 2026-11-21 20:06:00 UTC/.test(row))).toEqual([true, false, false])
  })

  it('has the later of two corrections of a time, and says what it was', async () => {
    const corrected = (seq: number, seconds: number): Entry =>
      entry(seq, { type: 'entry.corrected', entry: 2, occurredAt: at(seconds).toISOString(), was: at(0).toISOString() })
    const told = [entries[0] as Entry, entry(2, examples['change.progressed']), corrected(3, 10), corrected(4, 20)]
    const row = rowOf(await markdown({ entries: told }), 2)
    expect(row).toContain('| 20:00:20 |')
    expect(row).toContain('*(corrected: it said 2026-11-21 20:02:00 UTC)*')
  })

  it('shows one column of times to whoever is in UTC, or in a zone that nobody knows', async () => {
    for (const zone of ['UTC', 'Mars/Olympus'])
      expect(await markdown({ zone })).toContain('| # | UTC | What happened |')
  })

  it('says who approved, who rejected and who broke the glass, each by its name', async () => {
    const voted = { person: BOB, at: at(180), comment: null, rolesAsOf: null }
    const broken = change('succeeded', { votes: [{ ...voted, decision: 'break_glass', comment: 'nobody answers' }] })
    const rejected = change('rejected', { id: 13, votes: [{ ...voted, decision: 'reject' }] })
    const bob = { actor: { id: BOB, name: 'Bob' } }
    const told = [
      entry(1, examples['change.planned']),
      entry(2, { ...examples['change.voted'], decision: 'break_glass' }, bob),
      entry(3, examples['change.planned'], { subject: 'OP-13' }),
      entry(4, { ...examples['change.voted'], decision: 'reject' }, { ...bob, subject: 'OP-13' }),
    ]
    const text = await markdown({ entries: told, changes: [broken, rejected] })
    expect(text).toContain('| Bob | rejected OP-13; broke the glass for OP-12 |')
    expect(text).toMatch(/\| OP-12 \|.*\| Alice \| Bob \(broke the glass: nobody answers\) \|/)
    expect(text).toMatch(/\| OP-13 \|.*\| Alice \| nobody \|/)
  })

  it('names ten changes of a person, and says how many more there were', async () => {
    const asked = Array.from({ length: 12 }, (_, i) =>
      entry(i + 1, examples['change.planned'], { subject: `OP-${i + 1}` }),
    )
    expect(await markdown({ entries: asked })).toContain(
      'asked for OP-1, OP-2, OP-3, OP-4, OP-5, OP-6, OP-7, OP-8, OP-9, OP-10 and 2 more',
    )
  })

  it('has contents when it is longer than anybody scrolls', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => entry(i + 1, examples['change.progressed']))
    const contents = '[Durations](#durations) · [People](#people) · [Operations](#operations) ·'
    expect(await markdown({ entries: many(101) })).toContain(contents)
    expect(await markdown({ entries: many(100) })).not.toContain(contents)
  })

  it('says loudly that a chain did not verify', async () => {
    const text = await markdown({ verdict: NOT_WELL })
    expect(text).toContain(
      '**The chain INC-7 did not verify**: entry 3 was edited: what it says is not what was recorded.',
    )
    expect(text).not.toContain('Verified')
  })

  it('says how much was erased', async () => {
    const { stored } = sealed(entries)
    const [first, ...rest] = stored
    const told = { ...input(), stored: [{ ...(first as (typeof stored)[number]), salt: null, payload: null }, ...rest] }
    expect(await exported('md', told)).toContain('The content of 1 was erased')
  })
})

describe('the JSON export', () => {
  it('has the shape of its golden file', async () => {
    await expect(masked(await exported('json', input({ ...EVENING, entries })))).toMatchFileSnapshot(
      'golden/INC-7.json.txt',
    )
  })

  it('holds each entry as it was recorded, whatever the text', async () => {
    const body = { ...examples['operation.read'], finding: HOSTILE }
    const [only] = (await json({ entries: [entry(1, body)] })).entries
    expect({ type: only.type, ...only.data }).toEqual(body)
  })

  it('says where a chain did not verify, and gives no head for it', async () => {
    const { chain } = await json({ verdict: NOT_WELL })
    expect(chain).toEqual({
      name: 'INC-7',
      head: null,
      entries: 5,
      verified: false,
      erased: null,
      problem: 'entry 3 was edited: what it says is not what was recorded',
    })
  })
})
