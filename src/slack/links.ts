import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { permalink } from './projection/permalink.ts'
import { readMessage } from './projection/store.ts'
import type { Workspace } from './workspace.ts'

/** Addresses of incidents' threads, for people; null while there is none. */
export function createLinks(db: Kysely<Schema>, workspace: Pick<Workspace, 'identity'>) {
  return async (chain: string): Promise<string | null> => {
    const root = await readMessage(db, chain, 'card')
    const url = workspace.identity()?.url
    return root?.ts && url ? permalink(url, { channel: root.channel, ts: root.ts }) : null
  }
}
