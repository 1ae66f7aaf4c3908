import type { Kysely } from 'kysely'
import { isDatabaseAway } from '../storage/away.ts'
import type { Schema } from '../storage/schema.ts'
import { accountsOf, mainAccount } from './people.ts'
import { type Directory, type Known, type Person, userOf } from './person.ts'
import { type Held, IdentityUnavailable, type Role } from './roles.ts'
import { nextChange, onCall, type Rota } from './rota.ts'
import { isRevoked } from './store.ts'

/** What the configuration says about people. */
export interface PeopleRules {
  roles: Record<string, Role>
  schedules: Record<string, Rota>
  /** People with several accounts: the user ids of each, the one that stands for the person first. */
  people: string[][]
}

/** Who people are and which roles they hold, now: everything that rights hang on. Rejects with `IdentityUnavailable`. */
export interface Identity {
  /** Who acts with an account, or is meant by it (`T012/U0ALICE2`): with that account's standing. */
  whose(account: string): Promise<Person>
  /**
   * Who somebody is who isn't the one asking, by the id that was recorded: with the standing of their first account that
   * still is a member's. An account that was joined to another since stands for nobody: what it did doesn't count.
   */
  person(id: string): Promise<Person>
  /** Every id that stands for the same person, whichever of their accounts this one (an id) is. */
  idsOf(id: string): string[]
  /** Whether their rights were taken away, under whichever of their accounts. */
  isRevoked(person: Person): Promise<boolean>
  /** The roles that a person holds. Nobody but a member holds any, nor does anybody whose rights were revoked. */
  rolesOf(person: Person, turn?: Turn): Promise<Held>
  /**
   * Whom to ask for one of these roles: the schedules' people in the order of their turns, `schedule` first; the users
   * whom the roles name; their user groups (`S0SRE`).
   */
  holders(roles: string[], schedule: string | null, at: Date): Holders
  /** Whether this person (an id) is on call then in that schedule. */
  isOnCall(person: string, schedule: string, at: Date): boolean
  /** Whose turn it is then in that schedule, then who comes next: user ids. Empty when there is no such schedule. */
  turns(schedule: string, at: Date): string[]
  /** Who is on call then in that schedule, and until when; null when there is no such schedule. */
  shift(schedule: string, at: Date): Shift | null
}

/** Whose turn in a schedule counts. */
interface Turn {
  /** Now by default: a decision made by somebody on call stays theirs when their turn ends. */
  at?: Date
  /** They were asked because nobody before them answered: then anybody of a schedule counts as on call. */
  standsIn?: boolean
}

interface Holders {
  onCall: string[]
  users: string[]
  groups: string[]
}

/** User ids. */
export interface Shift {
  schedule: string
  now: string
  /** Who takes over and when; null when nobody ever will. */
  next: { person: string; at: Date } | null
}

/** Older than this, an answer of Slack's is told as old. */
const FRESH_MS = 16 * 60_000

export function createIdentity(
  db: Kysely<Schema>,
  { directory, rules }: { directory: Directory; rules(): PeopleRules },
): Identity {
  const main = (user: string) => mainAccount(rules().people, user)
  /** A schedule with every person under one account. */
  const rotaOf = (schedule: string): Rota | null => {
    const rota = rules().schedules[schedule]
    return rota
      ? {
          ...rota,
          people: rota.people.map(main),
          overrides: rota.overrides.map((override) => ({ ...override, person: main(override.person) })),
        }
      : null
  }
  const turns = (schedule: string, at: Date): string[] => {
    const rota = rotaOf(schedule)
    return rota ? onCall(rota, at) : []
  }
  const idsOf = (id: string) => accountsOf(rules().people, userOf(id)).map((account) => withUser(id, account))
  const lookUp = async (account: string): Promise<Person> => {
    const { value, at } = await known(() => directory.person(account))
    return Date.now() - at.getTime() > FRESH_MS ? { ...value, asOf: at } : value
  }

  /** What took them away may be older than what joined the accounts. */
  const revoked = ({ id }: Person): Promise<boolean> => isRevoked(db, idsOf(id))

  return {
    isRevoked: revoked,

    async whose(account) {
      const person = await lookUp(account)
      // Accounts that people have are in the workspace: an id of another one is somebody else's.
      if (person.standing === 'stranger') return person
      return { ...person, id: withUser(person.id, main(person.user)) }
    },

    async person(id) {
      const user = userOf(id)
      const accounts = accountsOf(rules().people, user)
      if (user !== accounts[0]) return { ...(await lookUp(id)), standing: 'unknown' }
      let found: Person | null = null
      for (const account of accounts) {
        const person = await lookUp(withUser(id, account))
        found ??= person
        if (person.standing === 'member') return { ...person, id: withUser(person.id, user) }
      }
      return found as Person
    },

    idsOf,

    async rolesOf(person, { at = new Date(), standsIn = false } = {}) {
      if (person.standing !== 'member' || (await revoked(person))) return { roles: [], asOf: null }
      const accounts = accountsOf(rules().people, person.user)
      const isTheirs = (user: string | undefined) => user !== undefined && accounts.includes(user)
      const used = person.asOf ? [person.asOf] : []
      const held = await Promise.all(
        Object.entries(rules().roles).map(async ([name, role]) => {
          if (role.users.includes('*') || role.users.some(isTheirs)) return name
          const inTurn = role.onCall.map((schedule) => turns(schedule, at))
          if (inTurn.some(([now, ...next]) => isTheirs(now) || (standsIn && next.some(isTheirs)))) return name
          const groups = await Promise.all(role.userGroups.map((group) => known(() => directory.group(group))))
          used.push(...groups.map((group) => group.at))
          return groups.some(({ value }) => value.some(isTheirs)) ? name : null
        }),
      )
      const oldest = Math.min(...used.map((date) => date.getTime()))
      const asOf = Date.now() - oldest > FRESH_MS && Number.isFinite(oldest) ? new Date(oldest) : null
      return { roles: held.filter((name) => name !== null), asOf }
    },

    holders(names, schedule, at) {
      const roles = names.flatMap((name) => rules().roles[name] ?? [])
      const schedules = roles.flatMap((role) => role.onCall)
      const ordered = schedules.filter((name) => name === schedule).concat(schedules)
      const rotas = [...new Set(ordered)].map((name) => turns(name, at))
      const users = roles.flatMap((role) => role.users).filter((user) => user !== '*')
      return {
        onCall: [...new Set([...rotas.flatMap(([now]) => now ?? []), ...rotas.flatMap(([, ...next]) => next)])],
        users: [...new Set(users.map(main))],
        groups: [...new Set(roles.flatMap((role) => role.userGroups))],
      }
    },

    turns,

    isOnCall: (person, schedule, at) => turns(schedule, at)[0] === userOf(person),

    shift(schedule, at) {
      const rota = rotaOf(schedule)
      const [now] = rota ? onCall(rota, at) : []
      return rota && now !== undefined ? { schedule, now, next: nextChange(rota, at) } : null
    },
  }
}

/** Another account of the same workspace. */
const withUser = (id: string, user: string): string => `${id.slice(0, id.indexOf('/') + 1)}${user}`

async function known<T>(ask: () => Promise<Known<T>>): Promise<Known<T>> {
  return await ask().catch((error) => {
    // What was learnt is in the database: that it can't be reached is another trouble than Slack's.
    throw isDatabaseAway(error) ? error : new IdentityUnavailable(error)
  })
}
