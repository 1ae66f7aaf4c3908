import type { Kysely } from 'kysely'
import type { Desk } from '../../../commands/desk.ts'
import type { Backups } from '../../backup/take/backups.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { change } from './change.ts'
import { backup, evidence } from './downloads.ts'
import type { Route } from './route.ts'
import { run } from './run.ts'
import { createSpeech } from './said.ts'
import { erase, verify } from './timeline.ts'

/** Everything that the API does. `room`: where the cards go of what belongs to no incident. */
export function createRoutes(tools: {
  desk: Desk
  identity: Identity
  db: Kysely<Schema>
  ledger: Ledger
  backups: Backups
  room: () => string
  /** The fingerprint of the key that signs. */
  key: string
}): Route[] {
  const { engine } = tools.desk
  const speech = createSpeech({ engine, identity: tools.identity })
  const timeline = [verify(tools), erase({ ...tools, whyNotEntitled: engine.whyNotEntitled })]
  return [run({ ...tools, speech }), change({ engine, speech }), ...timeline, evidence(tools), backup(tools)]
}
