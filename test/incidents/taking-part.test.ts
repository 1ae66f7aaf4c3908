import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../../src/identity/person.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { GENERAL } from '../../src/timeline/ledger.ts'
import { readByCause, readEntries } from '../../src/timeline/store.ts'
import { alice, bob, carol, type TestEngine, testEngine } from '../support/engine.ts'

let t: TestEngine
beforeAll(async () => {
  t = await testEngine()
})
afterAll(() => t.close())

let id: number
beforeEach(async () => {
  id = await open()
})

const by = (person: Person) => ({ person, cause: t.cause() })
async function open(): Promise<number> {
  const result = await t.incidents.open(by(alice), { severity: 'P1', title: 'Checkout times out', service: null })
  return result.kind === 'done' ? result.incident : 0
}
/** What is recorded of the incident after that it was opened; of whoever joins, their name. */
async function story(): Promise<string[]> {
  const [, ...entries] = await readEntries(t.db, `INC-${id}`)
  return entries.map(({ body }) => (body.type === 'person.joined' ? `${body.person} joins` : body.type))
}
const participants = async () => {
  const rows = await t.db.selectFrom('participants').select('person').where('incident', '=', id).execute()
  return rows.map(({ person }) => person).sort()
}
const request = (person: Person, operation: Operation | undefined, incident: number | null) =>
  t.engine.request({
    ...{ ...by(person), channel: 'C0INCIDENTS', incident, operation: operation as Operation },
    ...{ args: { service: 'dial', value: 5 }, line: 'turn dial 5' },
  })

describe('who takes part in an incident', () => {
  it('is whoever opened it, which the first entry says', async () => {
    expect(await participants()).toEqual([alice.id])
    await t.incidents.acknowledge(by(alice), id)
    expect(await story()).toEqual(['incident.acknowledged'])
  })

  it('is whoever does something in it, from before that entry on, and once', async () => {
    await t.incidents.addNote(by(bob), id, { text: 'looking', at: null, link: null, author: null })
    await t.incidents.acknowledge(by(bob), id)
    expect(await story()).toEqual([`${bob.id} joins`, 'note.added', 'incident.acknowledged'])
    const [, joined, note] = await readEntries(t.db, `INC-${id}`)
    expect(joined).toMatchObject({ actor: { id: bob.id }, subject: `INC-${id}`, recordedAt: note?.recordedAt })
    expect(await participants()).toEqual([alice.id, bob.id])
  })

  it('is recorded beside what a gesture did: that is what is found by its cause', async () => {
    const asked = by(bob)
    await t.incidents.acknowledge(asked, id)
    expect((await readByCause(t.db, asked.cause))?.body.type).toBe('incident.acknowledged')
    await expect(t.incidents.correct(asked, id, [{ field: 'title', to: 'Checkout is slow' }])).rejects.toMatchObject({
      code: 'duplicate_cause',
    })
  })

  it('is nobody whom an incident refused', async () => {
    await t.incidents.move(by(alice), id, 'resolved')
    const before = await story()
    const refusals = [
      await t.incidents.acknowledge(by(bob), id),
      await t.incidents.move(by(bob), id, 'resolved'),
      await t.incidents.changeSeverity(by(bob), id, { severity: 'P0', reason: null }),
      await t.incidents.assign(by(bob), id, { role: 'deputy', person: null }),
      await t.incidents.correct(by(bob), id, [{ field: 'title', to: 'Checkout times out' }]),
    ]
    expect(refusals.map(({ kind }) => kind)).toEqual(Array(5).fill('refused'))
    expect(await story()).toEqual(before)
    expect(await participants()).toEqual([alice.id])
  })

  it('is not who only takes a copy of it', async () => {
    await t.incidents.export(by(bob), id, 'md')
    expect(await story()).toEqual(['incident.exported'])
  })

  it('is whoever is given a role, at once, and whoever accepts one; not whoever is asked', async () => {
    await t.incidents.assign(by(alice), id, { role: 'incident commander', person: bob })
    expect(await story()).toEqual([`${bob.id} joins`, 'incident.assigned'])
    expect((await readEntries(t.db, `INC-${id}`))[1]?.actor.id).toBe(alice.id)
    await t.incidents.offer(by(bob), id, { role: 'scribe', to: carol })
    expect(await participants()).toEqual([alice.id, bob.id])
    const handoff = await t.db.selectFrom('handoffs').select('id').where('incident', '=', id).executeTakeFirstOrThrow()
    await t.incidents.answer(by(carol), handoff.id, 'accepted')
    expect((await story()).slice(2)).toEqual([
      ...['handoff.offered', `${carol.id} joins`, 'handoff.settled', 'incident.assigned'],
    ])
  })

  it('is whoever looks, asks for a change, looks at its plan or votes on it; not whoever is refused', async () => {
    const [turn, look] = t.context.operations
    expect(await request(carol, turn, id)).toMatchObject({ kind: 'refused', code: 'denied' })
    expect(await participants()).toEqual([alice.id])
    await request(carol, look, id)
    expect(await story()).toEqual(['operation.refused', `${carol.id} joins`, 'operation.read'])
    const requested = await request(bob, turn, id)
    const change = requested.kind === 'planned' ? requested.change : 0
    expect((await story()).slice(3)).toEqual([`${bob.id} joins`, 'change.planned', 'change.asked'])

    const fresh = await open()
    const another = await request(alice, turn, fresh)
    id = fresh
    const waiting = another.kind === 'planned' ? another.change : 0
    await t.vote(waiting, alice)
    expect(await participants()).toEqual([alice.id])
    await t.engine.looking({ ...by(bob), change: waiting })
    await t.vote(waiting, carol)
    expect((await story()).slice(2)).toEqual([
      ...['operation.refused', `${bob.id} joins`, 'change.looking', `${carol.id} joins`, 'change.voted'],
      'change.moved',
    ])
    expect((await t.engine.change(by(alice), change))?.state).toBe('planned')
  })

  it('is nobody, where a change belongs to no incident', async () => {
    const requested = await request(alice, t.context.operations[0], null)
    await t.vote(requested.kind === 'planned' ? requested.change : 0, carol)
    const types = (await readEntries(t.db, GENERAL)).map(({ body }) => body.type)
    expect(types).toContain('change.voted')
    expect(types).not.toContain('person.joined')
  })

  it('is whoever ends it, and nobody after that, unless they reopen it', async () => {
    await t.incidents.move(by(alice), id, 'resolved')
    await t.incidents.move(by(bob), id, 'closed')
    expect((await story()).slice(2)).toEqual([`${bob.id} joins`, 'incident.status_changed'])
    await t.incidents.addNote(by(carol), id, { text: 'late', at: null, link: null, author: null })
    expect(await participants()).toEqual([alice.id, bob.id])

    id = await open()
    await t.incidents.move(by(bob), id, 'cancelled')
    expect(await story()).toEqual([`${bob.id} joins`, 'incident.status_changed'])
    await t.incidents.assign(by(bob), id, { role: 'scribe', person: carol })
    expect(await participants()).toEqual([alice.id, bob.id])
    await t.incidents.move(by(carol), id, 'investigating')
    expect((await story()).slice(-2)).toEqual([`${carol.id} joins`, 'incident.status_changed'])
  })

  it('is the same of two gestures of one moment', async () => {
    await Promise.all(
      [1, 2, 3, 4].map((n) => t.incidents.addLink(by(bob), id, { url: `https://e.com/${n}`, title: null })),
    )
    expect((await story()).filter((entry) => entry.endsWith('joins'))).toEqual([`${bob.id} joins`])
  })

  it('is both incidents’ of a duplicate', async () => {
    const original = id
    id = await open()
    await t.incidents.duplicate(by(bob), id, original)
    expect(await participants()).toEqual([alice.id, bob.id])
    id = original
    expect(await story()).toEqual([`${bob.id} joins`, 'incident.duplicate_found'])
  })
})
