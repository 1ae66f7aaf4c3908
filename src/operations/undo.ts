import type { Person } from '../identity/person.ts'
import { type Change, changeName } from './change.ts'
import type { Context } from './context.ts'
import type { ChangeOperation, Value } from './operation.ts'
import { touchedSince } from './plan.ts'
import { refused } from './refusal.ts'
import { type Requested, request } from './request.ts'
import { readSteps } from './runs/store.ts'
import { isFinal } from './states.ts'
import { readChange } from './store.ts'

/**
 * Plans the way back of a change: the same operation with the values from before. Only while the objects are as the
 * change left them; undoing one's own change then takes no other person, unless the way back is itself critical.
 */
export async function undo(
  context: Context,
  asked: { person: Person; cause: string; channel: string; change: number; confirmed: boolean },
): Promise<Requested> {
  const original = await readChange(context.db, asked.change)
  const name = changeName(asked.change)
  if (!original) return refused('no_change', `there is no ${name}`)
  const operation = context.operations.find((o) => o.name === original.operation) as ChangeOperation | undefined
  if (!operation) return refused('no_operation', `${original.operation} is no operation of this release`)
  const steps = (await readSteps(context.db, original))
    .filter((step) => step.outcome === 'applied')
    .map((step) => step.document)
  const problem = whyNot(original, operation, steps.length)
  if (problem) return refused('not_undoable', problem)
  const args = operation.undo(original.args, steps) as Record<string, Value> & { service: string }
  const line = `undo ${name}`
  // The way back of an undo is the change anew, and an approval is good for once.
  const own = original.requester === asked.person.id && original.undoes === null
  return await request(
    context,
    { ...asked, incident: original.incident, operation, args, line, environment: original.environment },
    {
      undoing: {
        change: original,
        own,
        confirmed: asked.confirmed,
        check(draft) {
          const touched = touchedSince(steps, draft.steps)
          return touched && `${name} can't be undone, its object was changed since: ${touched}`
        },
      },
      taken: async (db) => whyTaken((await readChange(db, original.id)) as Change),
    },
  )
}

function whyNot(original: Change, { wayBack }: ChangeOperation, applied: number): string | null {
  const name = changeName(original.id)
  if (wayBack === 'none') return `${original.operation} can’t be taken back`
  if (wayBack === 'none needed') return `${original.operation} leaves nothing to take back`
  // What was applied needn't settle first: the way back never waits.
  if (!isFinal(original.state) && original.state !== 'applied') {
    return `${name} is ${original.state}: it can be undone once it was applied`
  }
  if (applied === 0) return `${name} changed nothing (${original.state}): there is nothing to undo`
  return whyTaken(original)
}

function whyTaken({ id, undoneBy }: Change): string | null {
  const taken = undoneBy.find(({ state }) => state === 'succeeded' || !isFinal(state))
  return taken ? `${changeName(taken.id)} undoes ${changeName(id)} already (${taken.state})` : null
}
