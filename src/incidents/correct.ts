import type { CorrectedField } from '../timeline/entries/incident.ts'
import { readEntries } from '../timeline/store.ts'
import { type Asked, type Context, change, type Held, type Refused, type Result, refused } from './context.ts'
import type { Incident } from './incident.ts'
import { type Changed, updateIncident } from './store.ts'

/** One thing about an incident, as it is right; null: it isn't known. */
export type Correction =
  | { field: 'title'; to: string }
  | { field: 'service'; to: string | null }
  | { field: 'impact_started_at' | 'detected_at' | 'mitigated_at'; to: Date | null }

/** Sets or corrects what is known of an incident, in any status: what was said before stays on record. */
export async function correct(context: Context, asked: Asked, id: number, corrections: Correction[]): Promise<Result> {
  return await change(context, asked, id, async (held) => {
    const { tx, chain, incident, actor } = held
    const denial = corrections.map((correction) => whyNot(correction, held)).find((reason) => reason !== null)
    if (denial) return refused(denial)
    const changes = corrections
      .map(({ field, to }) => ({ field, from: written(incident[FIELD[field]]), to: written(to), value: to }))
      .filter(({ field, from, to }) => !isSame(field, from, to))
    if (changes.length === 0) return refused('that is so already')
    for (const { field, from, to, value } of changes) {
      await updateIncident(tx.db, id, { [FIELD[field]]: value } as Changed)
      await chain.append({ subject: chain.name, actor, body: { type: 'incident.corrected', field, from, to } })
    }
    return { kind: 'done', incident: id }
  })
}

const FIELD = {
  title: 'title',
  service: 'service',
  impact_started_at: 'impactStartedAt',
  detected_at: 'detectedAt',
  mitigated_at: 'mitigatedAt',
} as const satisfies Record<CorrectedField, keyof Incident>

const written = (value: Date | string | null): string | null => (value instanceof Date ? value.toISOString() : value)

function whyNot({ field, to }: Correction, { chain, incident }: Held): string | null {
  if (!(to instanceof Date)) return null
  if (to > chain.now) return 'that time has not come yet'
  const end = incident.resolvedAt ?? chain.now
  return field === 'mitigated_at' && to > end ? 'it was resolved before that' : null
}

/** An entry happened at another time than it says: a new entry says so, and the timeline goes by that. */
export async function correctEntry(
  context: Context,
  asked: Asked,
  id: number,
  { entry, occurredAt }: { entry: number; occurredAt: Date },
): Promise<{ kind: 'done'; incident: number } | Refused> {
  return await change(context, asked, id, async ({ tx, chain, actor }) => {
    const [found] = await readEntries(tx.db, chain.name, { after: entry - 1, through: entry })
    if (!found) return refused(`${chain.name} has no entry ${entry}; it has ${chain.seq}`)
    if (occurredAt > chain.now) return refused('that time has not come yet')
    const body = {
      type: 'entry.corrected',
      entry,
      occurredAt: occurredAt.toISOString(),
      was: found.occurredAt.toISOString(),
    } as const
    await chain.append({ subject: chain.name, actor, body })
    return { kind: 'done', incident: id }
  })
}

/** Forms know a time to the minute. */
const isSame = (field: CorrectedField, a: string | null, b: string | null): boolean =>
  field.endsWith('_at') && a !== null && b !== null ? Math.abs(Date.parse(a) - Date.parse(b)) < 60_000 : a === b
