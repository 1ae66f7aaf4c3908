import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHome } from '../../src/home/home.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { alice, bob, carol } from '../support/engine.ts'
import { incidentsOf } from '../support/incidents.ts'
import { quiet } from '../support/log.ts'

let database: TestDatabase
let opened: Database
let causes = 0
const asked = (person = alice) => ({ person, cause: `home:${++causes}` })
beforeAll(async () => {
  database = await testDatabase()
  opened = openDatabase(database.url, { log: quiet })
})
afterAll(async () => {
  await opened.close()
  await database.drop()
})

const incidents = () => incidentsOf(opened.db, createLedger(opened.db), { room: () => 'C0INCIDENTS' })
async function open(person = alice): Promise<number> {
  const result = await incidents().open(asked(person), { severity: 'P1', title: 'Checkout', service: null })
  if (result.kind !== 'done') throw new Error(result.reason)
  return result.incident
}
const home = (...people: { id: string }[]) =>
  readHome(
    opened.db,
    people.map(({ id }) => id),
  )

/** A planned change, its plan, and who was asked: as the engine writes them. */
async function planned(incident: number, { requester = alice.id, tier = 'guarded', people = [] as string[] } = {}) {
  const { db } = opened
  const at = new Date()
  const { id } = await db
    .insertInto('changes')
    .values({
      ...{ chain: `INC-${incident}`, incident, channel: 'C0INCIDENTS', requester, operation: 'scale', version: 1 },
      ...{ line: 'scale checkout 5', args: '{}', service: 'checkout', target: 'prod', environment: 'production' },
      ...{ undoes: null, state: 'planned', plan: 1, requested_at: at },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const plan = { change: id, n: 1, hash: Buffer.alloc(32), document: '{}', tier }
  await db
    .insertInto('plans')
    .values({ ...plan, approve_by: at, execute_by: at, planned_at: at })
    .execute()
  for (const person of people)
    await db.insertInto('asks').values({ change: id, round: 0, person, asked_at: at }).execute()
  return id
}

describe('what waits for somebody', () => {
  it('is what they were asked to approve, by name or by group, until they vote', async () => {
    const { db } = opened
    const incident = await open()
    await db
      .insertInto('memberships')
      .values({ user_group: 'S0SRE', members: JSON.stringify([carol.user]), seen_at: new Date() })
      .execute()
    const [byName, byGroup] = [
      await planned(incident, { people: [bob.id] }),
      await planned(incident, { people: ['S0SRE'] }),
    ]
    const waits = async (person: { id: string }) => (await home(person)).waiting.map(({ id }) => id)
    expect(await waits(bob)).toEqual([byName])
    expect(await waits(carol)).toEqual([byGroup])
    expect(await waits(alice)).toEqual([])
    const vote = { change: byName, plan: 1, person: bob.id, decision: 'approve', voted_at: new Date() }
    await db.insertInto('votes').values(vote).execute()
    expect(await waits(bob)).toEqual([])
  })

  it('is what they asked for themselves and nobody else confirms', async () => {
    const own = await planned(await open(), { requester: bob.id, tier: 'low' })
    expect((await home(bob)).waiting.map(({ id }) => id)).toEqual([own])
    expect((await home(alice)).waiting.map(({ id }) => id)).not.toContain(own)
  })

  it('is a role that is offered to them, and tasks of theirs, also when the incident is over', async () => {
    const { db } = opened
    const incident = await open()
    await incidents().offer(asked(), incident, { role: 'scribe', to: bob })
    const task = { incident, kind: 'follow-up', text: 'Alert on it', owner: bob.id, raised_by: alice.id }
    await db
      .insertInto('tasks')
      .values({ ...task, raised_at: new Date() })
      .execute()
    await incidents().move(asked(), incident, 'resolved')
    const { handoffs, tasks, open: shown } = await home(bob)
    expect(handoffs.map(({ handoff }) => [handoff.incident, handoff.role])).toEqual([[incident, 'scribe']])
    expect(tasks).toMatchObject([{ incident, kind: 'follow-up', text: 'Alert on it' }])
    expect(shown.map(({ id }) => id)).not.toContain(incident)
    await incidents().move(asked(), incident, 'closed')
    expect((await home(bob)).handoffs).toEqual([])
  })

  it('is found under every account of theirs', async () => {
    const own = await planned(await open(), { requester: 'T1/U0BOB2', tier: 'low' })
    const { waiting, requested } = await home(bob, { id: 'T1/U0BOB2' })
    expect(waiting.map(({ id }) => id)).toContain(own)
    expect(requested[0]?.id).toBe(own)
    expect(requested.length).toBeLessThanOrEqual(5)
  })
})

describe('a private incident', () => {
  it('is shown to those who are in its room or asked into it, with whatever belongs to it', async () => {
    const { db } = opened
    const incident = await open(alice)
    await sql`update incidents set visibility = 'private', own_room = true where id = ${incident}`.execute(db)
    await sql`insert into room_members values (${incident}, ${alice.id}, 'inside')`.execute(db)
    const change = await planned(incident, { requester: alice.id, people: [carol.id] })
    await incidents().assign(asked(), incident, { role: 'incident commander', person: bob })
    const ids = async (person: { id: string }) => (await home(person)).open.map(({ id }) => id)
    expect(await ids(alice)).toContain(incident)
    expect(await ids(bob)).toContain(incident)
    expect((await home(bob)).roles.map((held) => [held.incident.id, held.role])).toContainEqual([
      incident,
      'incident commander',
    ])
    expect(await ids(carol)).not.toContain(incident)
    expect((await home(carol)).waiting.map(({ id }) => id)).not.toContain(change)
    await sql`update incidents set visibility = 'public' where id = ${incident}`.execute(db)
    expect((await home(carol)).waiting.map(({ id }) => id)).toContain(change)
  })
})
