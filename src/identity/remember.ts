import type { Kysely } from 'kysely'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import type { Ledger } from '../timeline/ledger.ts'
import { AWAY_MS, FRESH_MS, USELESS_MS } from './ages.ts'
import { recordMembers } from './membership.ts'
import { type Directory, type Known, type Person, userOf } from './person.ts'
import type { Role } from './roles.ts'
import { keepAccount, type Remembered, readAccount, readMembership } from './store.ts'

/** A directory that remembers what Slack said, for every replica and over restarts. */
export interface RememberingDirectory extends Directory {
  /** Slack tells by itself that an account changed. What takes rights away holds at once; what gives some is asked for. */
  heardOfPerson(person: Person): Promise<void>
  /** The same of a user group, which these user ids have left; all of them, when it was disabled. */
  heardOfGroup(group: string, left: string[] | 'all'): Promise<void>
}

/** How one thing is looked up. Times are the database's. */
interface Subject<T> {
  key: string
  read(): Promise<Remembered<T>>
  ask(): Promise<Known<T>>
  learn(value: T, at: Date): Promise<void>
}

/**
 * Asks `directory` when nothing is known or what is known is older than 15 minutes; while it can't tell, goes by what was
 * known for up to 12 hours, and logs it. A changed user group is a timeline entry: that is a transaction on the general
 * chain, so nobody may ask who holds a chain.
 *
 * @param home the workspace; null until Slack has told
 */
export function rememberDirectory(
  tools: { db: Kysely<Schema>; ledger: Ledger; log: Log },
  { directory, roles, home }: { directory: Directory; roles(): Record<string, Role>; home(): string | null },
): RememberingDirectory {
  const { db, log } = tools
  const asking = new Map<string, Promise<Known<unknown>>>()
  const failedAt = new Map<string, number>()

  const account = (id: string): Subject<Person> => ({
    key: userOf(id),
    read: () => readAccount(db, userOf(id)),
    ask: () => directory.person(id),
    learn: (person, at) => keepAccount(db, userOf(id), person, at),
  })
  const group = (id: string): Subject<string[]> => ({
    key: id,
    read: () => readMembership(db, id),
    ask: () => directory.group(id),
    learn: (members, at) => recordMembers(tools, { group: id, members, at }, { roles: roles(), home: home() }),
  })

  /** Two who ask for the same thing at once share one question. */
  async function lookUp<T>(subject: Subject<T>): Promise<Known<T>> {
    const { key } = subject
    const shared =
      (asking.get(key) as Promise<Known<T>> | undefined) ?? known(subject).finally(() => asking.delete(key))
    asking.set(key, shared)
    return await shared
  }

  async function known<T>(subject: Subject<T>): Promise<Known<T>> {
    const { kept, now } = await subject.read()
    const ageMs = kept ? now.getTime() - kept.at.getTime() : Number.POSITIVE_INFINITY
    if (kept && ageMs < FRESH_MS) return kept
    const usable = ageMs <= USELESS_MS ? kept : null
    const { key } = subject
    if (usable && performance.now() - (failedAt.get(key) ?? Number.NEGATIVE_INFINITY) < AWAY_MS) return usable
    failedAt.delete(key)
    const asked = await subject.ask().catch((error: unknown) => ({ error }))
    if (!('error' in asked)) return await learnt(subject, asked.value, now)
    if (!usable) throw asked.error
    failedAt.set(key, performance.now())
    log.warn({ key, ageMs, err: asked.error }, 'Slack could not be asked; going by what it said before')
    return usable
  }

  /** Known since before it was asked: something newer may have been heard meanwhile, and that counts then. */
  async function learnt<T>(subject: Subject<T>, value: T, since: Date): Promise<Known<T>> {
    await subject.learn(value, since)
    return (await subject.read()).kept ?? { value, at: since }
  }

  async function askAnew<T>(subject: Subject<T>, since: Date): Promise<void> {
    const { value } = await subject.ask()
    await subject.learn(value, since)
  }

  return {
    person: (id) => lookUp(account(id)),
    group: (id) => lookUp(group(id)),

    async heardOfPerson(person) {
      const subject = account(person.id)
      const { kept, now } = await subject.read()
      if (!kept || JSON.stringify(kept.value) === JSON.stringify(person)) return
      if (person.standing === 'member') await askAnew(subject, now)
      else await subject.learn(person, now)
    },

    async heardOfGroup(id, left) {
      const subject = group(id)
      const { kept, now } = await subject.read()
      if (!kept) return
      const staying = left === 'all' ? [] : kept.value.filter((user) => !left.includes(user))
      if (staying.length < kept.value.length) await subject.learn(staying, now)
      // Deliveries may be late or out of order: only Slack's answer lets anybody in.
      if (left !== 'all') await askAnew(subject, (await subject.read()).now)
    },
  }
}
