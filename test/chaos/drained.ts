import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../../src/storage/schema.ts'

/**
 * Waits until nothing is left to do: no change is under way, and Slack shows everything. Returns what is still left when
 * the time is over.
 *
 * @param heard whether everything that people said is on record
 */
export async function drained(db: Kysely<Schema>, ms: number, heard = async () => true): Promise<string[]> {
  for (const until = Date.now() + ms; ; await sleep(500)) {
    const { rows } = await sql<{ changes: number; chains: number }>`select
      (select count(*) from changes where state in ('planned', 'approved', 'claimed', 'intended', 'applied')) as changes,
      (select count(*) from chains where projected < seq) as chains`.execute(db)
    const { changes, chains } = rows[0] as { changes: number; chains: number }
    if (Number(changes) + Number(chains) === 0 && (await heard())) return []
    if (Date.now() > until) return [`not drained: ${changes} changes under way, ${chains} chains not shown`]
  }
}
