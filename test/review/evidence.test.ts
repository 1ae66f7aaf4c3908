import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withChange } from '../../src/operations/move.ts'
import { EVIDENCE_TABLES, type EvidenceTable, evidenceCsv, recordEvidence } from '../../src/review/evidence.ts'
import { type EntryBody, FIREBREAK } from '../../src/timeline/entries.ts'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { alice, bob, type TestEngine, testEngine } from '../support/engine.ts'
import { examples } from '../timeline/evening.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

const EVER = { from: new Date('2020-01-01'), to: new Date('2100-01-01') }
/** Rows as people see them: cells by column; none here holds a comma or a quote, except where a test is about that. */
async function table(name: EvidenceTable, span = EVER): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await text(evidenceCsv(t.db, name, span))).trimEnd().split('\r\n')
  const columns = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])))
}
const record = (...bodies: EntryBody[]) =>
  t.ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    for (const body of bodies) await chain.append({ subject: GENERAL, actor: FIREBREAK, body })
  })
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('the evidence of changes', () => {
  it('tells who asked for what, who approved that very plan as what, and how it ended', async () => {
    t.engine.worker.start()
    const id = await t.approved(5)
    const change = await t.until(id, 'succeeded')
    const [row] = await table('changes')
    expect(row).toMatchObject({
      ...{ change: `OP-${id}`, incident: `INC-${t.incident}`, severity: 'P1', tier: 'guarded', plan: '1' },
      ...{ requester_id: alice.id, requester: alice.name, request: 'turn dial 5', plan_hash: change.planHash },
      ...{ approver_ids: bob.id, approvers: bob.name, approver_roles: 'approver', break_glass: 'no' },
      ...{ outcome: 'succeeded', target: 'lab', environment: 'production', undoes: '', rejected_by: '' },
    })
    expect(row?.before_after).toMatch(/^dial dial in lab: .*3 → .*5$/)
    for (const time of ['requested_at', 'approved_at', 'ended_at']) expect(row?.[time]).toMatch(TIME)
    const entries = (await t.entries()).filter(({ subject }) => subject === `OP-${id}`).map(({ seq }) => `INC-1#${seq}`)
    expect(row?.entries).toBe(entries.join(' '))
  })

  it('has every change once, however many there are, and those of the span alone', async () => {
    const ids: number[] = []
    for (let value = 4; value < 9; value++) ids.push(await t.planned(value))
    await t.vote(ids[1] as number, bob, 'reject')
    const rows = await table('changes')
    expect(rows.map(({ change, outcome, rejected_by }) => [change, outcome, rejected_by])).toEqual(
      ids.map((id, i) => [`OP-${id}`, i === 1 ? 'rejected' : 'planned', i === 1 ? bob.name : '']),
    )
    const third = new Date(rows[2]?.requested_at as string)
    const since = await table('changes', { from: third, to: EVER.to })
    expect(since.map(({ change }) => change)).toEqual(rows.slice(2).map(({ change }) => change))
    const before = await table('changes', { from: EVER.from, to: third })
    expect(before.map(({ change }) => change)).toEqual(rows.slice(0, 2).map(({ change }) => change))
  })

  it('makes no formula of what people typed', async () => {
    t.people.set(alice.id, { ...alice, name: '=HYPERLINK("http://evil.example")' })
    const request = {
      person: { ...alice, name: '=HYPERLINK("http://evil.example")' },
      cause: t.cause(),
      channel: 'C0INCIDENTS',
    }
    await t.engine.request({
      ...{ ...request, incident: t.incident, operation: t.context.operations[0] as never },
      ...{ args: { service: 'dial', value: 5 }, line: '@SUM(1,2) “said”' },
    })
    const csv = await text(evidenceCsv(t.db, 'changes', EVER))
    expect(csv).toContain(`,"'=HYPERLINK(""http://evil.example"")",`)
    expect(csv).toContain(`,"'@SUM(1,2) “said”",`)
  })
})

describe('the evidence of broken glass', () => {
  it('tells the reason, and whether the review has answered for it', async () => {
    const id = await t.planned(5)
    await withChange(t, id, null, async ({ tx, chain, change }) => {
      const body = {
        type: 'change.voted',
        plan: 1,
        hash: change.planHash,
        decision: 'break_glass',
        role: 'lead',
      } as const
      await chain.append({
        subject: `OP-${id}`,
        actor: { id: bob.id, name: 'Bob' },
        body: { ...body, comment: 'nobody answers' },
      })
      const item = {
        incident: t.incident,
        change: id,
        kind: 'break-glass',
        text: 'why?',
        raised_by: bob.id,
        raised_at: chain.now,
      }
      await tx.db.insertInto('review_items').values(item).execute()
    })
    const told = {
      change: `OP-${id}`,
      person_id: bob.id,
      person: 'Bob',
      role: 'lead',
      reason: 'nobody answers',
      review_item: '1',
    }
    expect(await table('break-glass')).toEqual([
      expect.objectContaining({ ...told, incident: 'INC-1', reviewed: 'no', reviewed_by: '', reviewed_at: '' }),
    ])
    expect((await table('changes'))[0]).toMatchObject({ break_glass: 'yes', approvers: 'Bob', approver_roles: 'lead' })

    await t.db.updateTable('review_items').set({ settled_by: alice.id, settled_at: new Date() }).execute()
    expect(await table('break-glass')).toEqual([
      expect.objectContaining({
        ...told,
        reviewed: 'yes',
        reviewed_by: alice.id,
        reviewed_at: expect.stringMatching(TIME),
      }),
    ])
  })
})

describe('the evidence of rights and of the configuration', () => {
  it('tells who gained and lost rights, by whom and why', async () => {
    const types = [
      'membership.changed',
      'person.revoked',
      'person.reinstated',
      'token.issued',
      'token.revoked',
    ] as const
    await record(...types.map((type) => examples[type]), examples['config.loaded'])
    const rows = await table('membership')
    expect(rows.map(({ what, entry }) => [what, entry])).toEqual(types.map((type, i) => [type, `general#${i + 1}`]))
    expect(rows[0]).toMatchObject({ group: 'S0SRE', roles: 'approver', joined: 'T0ACME/U0BOB', left: 'T0ACME/U0ALICE' })
    expect(rows[1]).toMatchObject({ person: 'Bob', reason: 'his phone was stolen', by: 'Firebreak' })
    expect(rows[3]).toMatchObject({ token: '4', person: 'Bob', expires_at: expect.stringMatching(TIME) })
  })

  it('tells what the bot was configured to do', async () => {
    await record(examples['config.loaded'], examples['config.rejected'])
    const rows = await table('configuration')
    expect(rows.map(({ what, details }) => [what, details])).toEqual([
      ['config.loaded', 'roles.approver.users: + U0CAROL'],
      ['config.rejected', 'firebreak.yml:3:1 polcy: unknown key'],
    ])
  })

  it('streams more entries than fit in a batch, each once', async () => {
    for (let i = 0; i < 6; i++) await record(...Array.from({ length: 200 }, () => examples['config.loaded']))
    const rows = await table('configuration')
    expect(new Set(rows.map(({ entry }) => entry)).size).toBe(1_200)
    expect(rows).toHaveLength(1_200)
  })
})

describe('a chain that whoever asks may not see', () => {
  it('is in none of the tables', async () => {
    await t.planned(5)
    const broken = { ...examples['change.voted'], decision: 'break_glass' } as const
    await t.ledger.transaction(null, async (tx) => {
      const chain = await tx.hold('INC-1')
      await chain.append({ subject: 'OP-1', actor: { id: bob.id, name: 'Bob' }, body: broken })
    })
    await record(examples['config.loaded'], examples['person.revoked'])
    const lines = async (name: EvidenceTable, hidden: string | null) => {
      const csv = await text(evidenceCsv(t.db, name, EVER, async (chain) => chain !== hidden))
      return csv.trimEnd().split('\r\n').length - 1
    }
    const counts = (hidden: string | null) => Promise.all(EVIDENCE_TABLES.map((name) => lines(name, hidden)))
    expect(EVIDENCE_TABLES).toEqual(['changes', 'break-glass', 'membership', 'configuration'])
    expect(await counts(null)).toEqual([1, 1, 1, 1])
    expect(await counts('INC-1')).toEqual([0, 0, 1, 1])
    expect(await counts(GENERAL)).toEqual([1, 1, 0, 0])
  })
})

describe('every table', () => {
  it.each(EVIDENCE_TABLES)('has a header line when there is nothing to tell: %s', async (name) => {
    const nothing = { from: new Date('2020-01-01'), to: new Date('2020-01-02') }
    expect(await text(evidenceCsv(t.db, name, nothing))).toMatch(/^[a-z_,]+\r\n$/)
  })

  it('breaks off with an error when the database fails: nobody takes half of it for the whole', async () => {
    const lost = await testEngine()
    await lost.close()
    await expect(text(evidenceCsv(lost.db, 'changes', EVER))).rejects.toThrow()
  })
})

describe('that somebody had the evidence', () => {
  it('is on record once', async () => {
    const asked = { actor: { id: alice.id, name: 'Alice' }, cause: 'cli:1', ...EVER }
    await recordEvidence(t.ledger, asked)
    await expect(recordEvidence(t.ledger, asked)).rejects.toMatchObject({ code: 'duplicate_cause' })
    const [entry] = await readEntries(t.db, GENERAL)
    expect(entry).toMatchObject({
      actor: { id: alice.id },
      body: { type: 'evidence.exported', from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' },
    })
  })
})
