import { setTimeout as delay } from 'node:timers/promises'
import type { WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import { lastChannels, recordChannels } from '../timeline/configuration.ts'
import type { Ledger } from '../timeline/ledger.ts'
import { backoff } from './backoff.ts'
import { findChannels, type Meaning } from './find-channels.ts'

/** The channels that firebreak.yml speaks of, by id or by `#name`. What a name means is settled at the start, for good. */
export interface Rooms {
  /** A channel's id. Throws for a name that isn't settled yet. */
  id(channel: string): string
  /**
   * Finds out what the names mean. While Slack can't tell, or knows no such channel (any more), what the ledger says of a
   * name counts; of a name that it doesn't know, Slack is waited for. Gives back what nobody knows the meaning of.
   */
  settle(signal?: AbortSignal): Promise<{ name: string; problem: string }[]>
}

/** @param channels ids and names */
export function createRooms(
  client: WebClient,
  { channels, db, ledger, log }: { channels: string[]; db: Kysely<Schema>; ledger: Ledger; log: Log },
): Rooms {
  const names = [...new Set(channels.filter(isName))]
  const settled = new Map<string, string>()

  /** Null when the ledger is to be gone by. Asks until Slack answers when it can't be. */
  async function ask(known: Record<string, string>, signal?: AbortSignal): Promise<Map<string, Meaning> | null> {
    for (let failures = 1; ; failures++) {
      try {
        return await findChannels(client, names)
      } catch (err) {
        const unknown = names.filter((name) => known[name] === undefined)
        if (unknown.length === 0) {
          log.warn({ err, channels: known }, 'Slack can’t say which channels are meant; going by what it said before')
          return null
        }
        log.warn({ err, unknown }, 'waiting for Slack, which alone can say which channels are meant; trying again')
        await delay(backoff(failures), undefined, { signal })
      }
    }
  }

  return {
    id(channel) {
      const id = isName(channel) ? settled.get(channel) : channel
      if (id === undefined) throw new Error(`which channel ${channel} is has to be settled first`)
      return id
    },

    async settle(signal) {
      if (names.length === 0) return []
      const known = await lastChannels(db)
      const told = await ask(known, signal)
      const problems: { name: string; problem: string }[] = []
      for (const name of names) {
        const meaning = told?.get(name) ?? { id: known[name] as string }
        const id = 'id' in meaning ? meaning.id : known[name]
        if ('problem' in meaning) {
          if (id === undefined) problems.push({ name, problem: meaning.problem })
          else log.error({ name, id }, `${meaning.problem}. Going on with ${id}, which it was at the last start`)
        } else if (known[name] && known[name] !== id) {
          log.warn({ name, id, was: known[name] }, `${name} is another channel than at the last start`)
        }
        if (id !== undefined) settled.set(name, id)
      }
      if (problems.length === 0) await recordChannels(ledger, Object.fromEntries(settled))
      return problems
    },
  }
}

const isName = (channel: string): boolean => channel.startsWith('#')
