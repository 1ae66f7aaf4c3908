import { sql } from 'kysely'
import type { PeopleRules } from '../../src/identity/identity.ts'
import type { Directory, Person } from '../../src/identity/person.ts'
import { rememberDirectory } from '../../src/identity/remember.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createLedger, GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { testDatabase } from '../support/database.ts'
import { person } from '../support/engine.ts'
import { keptLog } from '../support/log.ts'

export const role = (over: Partial<PeopleRules['roles'][string]> = {}) => ({
  ...{ users: [], userGroups: [], onCall: [] },
  ...over,
})

/** A Slack that can be asked, changed and taken away, and what a replica remembers of it in a real database. */
export async function identityWorld() {
  const database = await testDatabase()
  const { db, close } = openDatabase(database.url, { log: keptLog() })
  const ledger = createLedger(db)
  const log = keptLog()
  const people = new Map<string, Person>(['U0ALICE', 'U0BOB', 'U0CAROL'].map((user) => [user, person(user)]))
  const groups = new Map<string, string[]>([['S0SRE', ['U0CAROL']]])
  const asked: string[] = []
  const slack = { away: false, answer: async () => {} }
  const rules: PeopleRules = { roles: { approver: role({ userGroups: ['S0SRE'] }) }, schedules: {}, people: [] }

  async function answer<T>(what: string, value: () => T) {
    asked.push(what)
    const said = value()
    await slack.answer()
    if (slack.away) throw new Error('Slack is away')
    return { value: said, at: new Date() }
  }
  const directory: Directory = {
    person: (id) => {
      const user = id.slice(id.indexOf('/') + 1)
      return answer(user, () => people.get(user) ?? person(user, 'unknown'))
    },
    group: (id) => answer(id, () => groups.get(id) ?? []),
  }
  const replica = () =>
    rememberDirectory({ db, ledger, log }, { directory, roles: () => rules.roles, home: () => 'T1' })

  return {
    ...{ db, ledger, log, people, groups, asked, slack, rules, directory, replica },
    /** Everything that is remembered becomes so much older. */
    async pass(ms: number) {
      const ago = sql`seen_at - ${ms} * interval '1 millisecond'`
      await sql`update accounts set seen_at = ${ago}`.execute(db)
      await sql`update memberships set seen_at = ${ago}`.execute(db)
    },
    /** The changes of groups that are on record. */
    async changes() {
      const entries = await readEntries(db, GENERAL)
      return entries.flatMap(({ body }) =>
        body.type === 'membership.changed' ? [{ joined: body.joined, left: body.left }] : [],
      )
    },
    entries: () => readEntries(db, GENERAL),
    async close() {
      await close()
      await database.drop()
    },
  }
}

export type IdentityWorld = Awaited<ReturnType<typeof identityWorld>>
