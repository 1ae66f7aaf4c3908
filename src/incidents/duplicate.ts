import { lastEntry } from '../timeline/store.ts'
import { type Asked, type Context, change, type Result, refused, viewerOf } from './context.ts'
import { type Incident, incidentName, MOVES } from './incident.ts'
import { move } from './status.ts'
import { readSeen, updateIncident } from './store.ts'

/**
 * Two incidents are the same: this one is cancelled, and the other goes on. A transaction holds one chain, so it takes
 * two; the other one is told first, and whoever repeats it after a crash finds that done.
 */
export async function duplicate(context: Context, asked: Asked, id: number, of: number): Promise<Result> {
  if (id === of) return refused(`${incidentName(id)} can’t be its own duplicate`)
  const name = incidentName(id)
  const original = await readSeen(context.db, viewerOf(asked), of)
  if (!original) return refused(`there is no ${incidentName(of)}`)
  if (original.duplicateOf !== null) {
    return refused(`${incidentName(of)} is itself a duplicate, of ${incidentName(original.duplicateOf)}`)
  }
  const same = await readSeen(context.db, viewerOf(asked), id)
  const denial = whyNot(same)
  if (denial) return refused(denial)
  const told = await change(
    context,
    { ...asked, cause: `${asked.cause}#original` },
    of,
    async ({ chain, actor, tx }) => {
      const last = await lastEntry(tx.db, chain.name, ['incident.duplicate_found'])
      if (last?.body.type === 'incident.duplicate_found' && last.body.duplicate === name) return { kind: 'done' }
      await chain.append({ subject: chain.name, actor, body: { type: 'incident.duplicate_found', duplicate: name } })
      return { kind: 'done' }
    },
  )
  if (told.kind === 'refused') return told
  return await change(context, asked, id, async (held) => {
    const denial = whyNot(held.incident)
    if (denial) return refused(denial)
    const busy = await context.clearAway(held)
    if (busy) return refused(busy)
    const body = { type: 'incident.duplicated', of: incidentName(of) } as const
    await updateIncident(held.tx.db, id, { duplicateOf: of })
    await move(context, held, 'cancelled', { reason: `it is the same as ${incidentName(of)}` }, true)
    await held.chain.append({ subject: name, actor: held.actor, body })
    await held.chain.sign()
    return { kind: 'done', incident: id }
  })
}

function whyNot(incident: Incident | null): string | null {
  if (!incident) return 'there is no such incident'
  if (incident.duplicateOf !== null) return `it is a duplicate of ${incidentName(incident.duplicateOf)} already`
  return MOVES[incident.status].includes('cancelled')
    ? null
    : `${incidentName(incident.id)} is ${incident.status} already`
}
