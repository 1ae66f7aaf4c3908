import { describe, expect, it } from 'vitest'
import { type ExportInput, exportFile } from '../../src/review/export.ts'
import { intervalsOf } from '../../src/review/times.ts'
import type { Entry } from '../../src/timeline/entries.ts'
import type { Verdict } from '../../src/timeline/verdict.ts'
import { approval, at, BOB, change, entry, HASH, incident, P1, PEOPLE, resolved } from '../support/examples.ts'
import { HOSTILE } from '../templates/sketch.ts'
import { sealed, signer } from '../timeline/chains.ts'
import { examples } from '../timeline/evening.ts'

const bodies = [
  'incident.opened',
  'operation.read',
  'change.planned',
  'change.voted',
  'incident.status_changed',
] as const
const entries = bodies.map((type, i) => entry(i + 1, examples[type]))

const WELL: Verdict = {
  ...{ chain: 'INC-7', ok: true, from: 1, entries: entries.length, erased: 0, unexplained: 0, head: HASH },
  ...{ signatures: [], problems: [], more: 0 },
}
const NOT_WELL: Verdict = {
  ...{ ...WELL, ok: false },
  problems: [{ kind: 'edited', entries: [3], text: 'entry 3 was edited: what it says is not what was recorded' }],
}

const input = ({ entries: told = entries, ...changed }: Partial<ExportInput> = {}): ExportInput => ({
  incident: resolved({ cause: 'payment provider slow', acknowledgedAt: at(60), mitigatedAt: at(900) }),
  severity: P1,
  ...sealed(told),
  changes: [
    change('succeeded', { votes: [approval], detail: '5/5 ready' }),
    change('stale', { id: 13, line: 'undo OP-12', plan: { tier: 'low' }, detail: 'replicas is 8 now' }),
  ],
  zone: 'Europe/Lisbon',
  people: PEOPLE,
  links: new Map([[1, 'https://acme.slack.com/archives/C0INCIDENTS/p1795291200000100']]),
  rootLink: 'https://acme.slack.com/archives/C0INCIDENTS/p1795291200000100',
  verdict: WELL,
  signer,
  generatedAt: at(3600),
  ...changed,
})

const markdown = (changed?: Partial<ExportInput>): string => exportFile(input(changed), 'md').content
const json = (changed?: Partial<ExportInput>) => JSON.parse(exportFile(input(changed), 'json').content)
/** Without what is another one each time: every entry has a salt of its own. */
const masked = (text: string): string => text.replaceAll(/[0-9a-f]{64}|(?<=salt":")\w+|[\w+/]{86}==/g, '…')
const rowOf = (text: string, seq: number): string => text.split('\n').find((row) => row.startsWith(`| ${seq} |`)) ?? ''

describe('an export', () => {
  it('is a file named after the incident', () => {
    expect(exportFile(input(), 'md').name).toBe('INC-7.md')
    expect(exportFile(input(), 'json').name).toBe('INC-7.json')
  })
})

describe('the Markdown export', () => {
  it('reads as in its golden file', async () => {
    await expect(masked(markdown())).toMatchFileSnapshot('golden/INC-7.md')
  })

  it('reads as in its golden file when there is little to tell', async () => {
    const little = { incident: incident({ service: null }), entries: entries.slice(0, 1), changes: [], zone: 'UTC' }
    const text = markdown({ ...little, severity: undefined, links: new Map(), rootLink: null })
    await expect(masked(text)).toMatchFileSnapshot('golden/little.md')
  })

  it('reads as in its golden file when people wrote hostile texts', async () => {
    const body = {
      ...examples['operation.read'],
      line: `logs ${HOSTILE}`,
      finding: HOSTILE,
      detail: `${HOSTILE}\n\`\`\`\``,
    }
    const text = markdown({
      incident: resolved({
        title: `${HOSTILE} ![x](https://evil.example) [y](javascript:1) <script> # _z_`,
        cause: HOSTILE,
      }),
      entries: [entry(1, { ...examples['incident.opened'], title: HOSTILE }), entry(2, body)],
      changes: [change('failed', { line: `scale ${HOSTILE}`, detail: HOSTILE })],
      people: new Map([...PEOPLE].map(([id]) => [id, HOSTILE])),
      links: new Map([[1, 'javascript:alert(1)']]),
    })
    await expect(masked(text)).toMatchFileSnapshot('golden/hostile.md')
    const columns = (row: string) => row.split(/(?<!\\)\|/).length
    for (const row of text.split('\n').filter((row) => row.startsWith('| 1 |') || row.startsWith('| 2 |'))) {
      expect(columns(row)).toBe(7)
    }
    expect(text).not.toContain('<script')
    const links = [...text.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, url]) => url)
    expect(links).toEqual(['https://acme.slack.com/archives/C0INCIDENTS/p1795291200000100'])
  })

  it('tells the two hours apart that an autumn night has twice', () => {
    // Lisbon put its clocks back at 01:00 UTC.
    const times = ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']
    const night: Entry[] = times.map((time, i) =>
      entry(i + 1, examples['change.progressed'], { occurredAt: new Date(time), recordedAt: new Date(time) }),
    )
    const text = markdown({ entries: night })
    expect(rowOf(text, 1)).toContain('| 2026-10-25 00:30:00 | 2026-10-25 01:30:00 +01:00 |')
    expect(rowOf(text, 2)).toContain('| 2026-10-25 01:30:00 | 2026-10-25 01:30:00 +00:00 |')
  })

  it('shows the time when things happened, not when they were recorded', () => {
    const late = entry(1, examples['change.progressed'], { occurredAt: at(0), recordedAt: at(600) })
    expect(rowOf(markdown({ entries: [late] }), 1)).toContain('2026-11-21 20:00:00')
  })

  it('falls back to UTC for a zone that nobody knows', () => {
    expect(markdown({ zone: 'Mars/Olympus' })).toContain('| # | UTC | UTC |')
  })

  it('says who approved, who rejected and who broke the glass, each by its name', () => {
    const voted = { person: BOB, at: at(180), comment: null, rolesAsOf: null }
    const broken = change('succeeded', { votes: [{ ...voted, decision: 'break_glass', comment: 'nobody answers' }] })
    const rejected = change('rejected', { id: 13, votes: [{ ...voted, decision: 'reject' }] })
    const text = markdown({ changes: [broken, rejected] })
    expect(text).toContain('| Bob | broke the glass for OP-12, rejected OP-13 |')
    expect(text).toMatch(/\| OP-12 \|.*\| Alice \| Bob \(broke the glass\) \|/)
    expect(text).toMatch(/\| OP-13 \|.*\| Alice \| nobody \|/)
  })

  it('says loudly that a chain did not verify', () => {
    const text = markdown({ verdict: NOT_WELL })
    expect(text).toContain(
      '**The chain INC-7 did not verify**: entry 3 was edited: what it says is not what was recorded.',
    )
    expect(text).not.toContain('Verified')
  })

  it('says how much was erased', () => {
    const erased = { entries: [entry(1, { type: 'erased', was: 'operation.read' })] }
    expect(exportFile({ ...input(), ...erased }, 'md').content).toContain('The content of 1 was erased')
  })
})

describe('the durations', () => {
  it('are told only where both of their times are known', () => {
    expect(intervalsOf(incident())).toEqual([])
    expect(intervalsOf(resolved())).toEqual([{ name: 'TTR', span: 'declared → resolved', ms: 2_525_000 }])
  })

  it('count from the impact, when it is known', () => {
    const known = { impactStartedAt: at(-300), detectedAt: at(-60), acknowledgedAt: at(30), mitigatedAt: at(900) }
    expect(intervalsOf(resolved(known))).toEqual([
      { name: 'TTD', span: 'impact → detected', ms: 240_000 },
      { name: 'TTA', span: 'declared → acknowledged', ms: 30_000 },
      { name: 'TTM', span: 'impact → mitigated', ms: 1_200_000 },
      { name: 'TTR', span: 'impact → resolved', ms: 2_825_000 },
    ])
  })
})

describe('the JSON export', () => {
  it('has the shape of its golden file', async () => {
    await expect(masked(exportFile(input(), 'json').content)).toMatchFileSnapshot('golden/INC-7.json.txt')
  })

  it('holds each entry as it was recorded, whatever the text', () => {
    const body = { ...examples['operation.read'], finding: HOSTILE }
    const [only] = json({ entries: [entry(1, body)] }).entries
    expect({ type: only.type, ...only.data }).toEqual(body)
  })

  it('says where a chain did not verify, and gives no head for it', () => {
    const { chain } = json({ verdict: NOT_WELL })
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
