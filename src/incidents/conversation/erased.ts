import type { Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Entry } from '../../timeline/entries.ts'
import { blankMessages, blankTasks } from './store.ts'

/** Takes out what tables hold of the words of these entries, which are being erased. They still say what they said. */
export async function blankSaid(trx: Transaction<Schema>, entries: Entry[]): Promise<void> {
  const said = entries.flatMap(({ body }) =>
    body.type === 'message.posted' || body.type === 'message.edited' ? [{ channel: body.channel, ts: body.ts }] : [],
  )
  const marked = entries.flatMap(({ body }) =>
    body.type === 'message.marked' ? [{ channel: body.channel, ts: body.ts }] : [],
  )
  if (said.length > 0) await blankMessages(trx, said)
  if (said.length + marked.length > 0) await blankTasks(trx, [...said, ...marked])
}
