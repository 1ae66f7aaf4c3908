import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import type { PeopleRules } from './identity.ts'
import type { Directory } from './person.ts'
import { unseenAccounts } from './store.ts'

/** As long as an answer of Slack's is fresh. */
const EVERY_MS = 15 * 60_000
/** Known for so long a person is looked up again: half of the time for which it is good while Slack is away. */
const AGAIN_MS = 6 * 60 * 60_000
/** Slack takes about 100 a minute, of which people who wait need their part. */
const PACE_MS = 1_000
const RETRY_MS = { first: 1_000, most: 60_000 }

/**
 * Looks up the people and groups that the configuration names before anybody needs it: so that an approver who never spoke
 * to the bot is known when Slack is away, and a group that changed is told of though nobody asks.
 *
 * @param home the workspace; null until Slack has told
 */
export function createLookAhead(
  db: Kysely<Schema>,
  {
    directory,
    rules,
    home,
    paceMs = PACE_MS,
  }: { directory: Directory; rules(): PeopleRules; home(): string | null; paceMs?: number },
) {
  async function workspace(signal: AbortSignal): Promise<string> {
    for (;;) {
      const team = home()
      if (team !== null) return team
      await delay(RETRY_MS.first, undefined, { signal })
    }
  }

  /** One round. Rejects when Slack can't tell. */
  return async (signal: AbortSignal): Promise<void> => {
    const team = await workspace(signal)
    const { roles, schedules, people } = rules()
    const groups = [...new Set(Object.values(roles).flatMap((role) => role.userGroups))]
    const members: string[] = []
    for (const group of groups) members.push(...(await directory.group(group)).value)
    const named = Object.values(roles).flatMap((role) => role.users)
    const inTurn = Object.values(schedules).flatMap((rota) => [...rota.people, ...rota.overrides.map((o) => o.person)])
    const all = new Set([...named, ...inTurn, ...people.flat(), ...members])
    all.delete('*')
    for (const user of await unseenAccounts(db, [...all], AGAIN_MS)) {
      signal.throwIfAborted()
      await directory.person(`${team}/${user}`)
      await delay(paceMs, undefined, { signal })
    }
  }
}

/** Does its rounds at the start and every quarter of an hour, sooner after one that failed. */
export function keepLooking(rounds: ((signal: AbortSignal) => Promise<unknown>)[], { log }: { log: Log }) {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<void> | null = null

  async function run() {
    for (let retryMs = RETRY_MS.first; !signal.aborted; ) {
      let waitMs = EVERY_MS
      try {
        for (const round of rounds) await round(signal)
        retryMs = RETRY_MS.first
      } catch (error) {
        if (signal.aborted) return
        waitMs = retryMs
        retryMs = Math.min(retryMs * 2, RETRY_MS.most)
        log.warn({ err: error }, 'people and groups could not be looked up beforehand; trying again')
      }
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
