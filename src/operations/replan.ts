import type { Person } from '../identity/person.ts'
import { changeName } from './change.ts'
import type { Context } from './context.ts'
import { refused } from './refusal.ts'
import { type Requested, request } from './request.ts'
import { isFinal } from './states.ts'
import { readChange, readTwin } from './store.ts'
import { undo } from './undo.ts'

/** Plans a change again that came to nothing: the same request by whoever asks, with a fresh plan and fresh approvals. */
export async function replan(
  context: Context,
  asked: { person: Person; cause: string; channel: string; change: number },
): Promise<Requested> {
  const original = await readChange(context.db, asked.change)
  const name = changeName(asked.change)
  if (!original) return refused('no_change', `there is no ${name}`)
  if (!isFinal(original.state)) return refused('under_way', `${name} is ${original.state}: it is not over`)
  if (original.undoes !== null) return await undo(context, { ...asked, change: original.undoes, confirmed: false })
  const operation = context.operations.find((o) => o.name === original.operation)
  if (!operation) return refused('no_operation', `${original.operation} is no operation of this release`)
  const { service, environment, line, incident, args } = original
  return await request(
    context,
    { ...asked, incident, operation, args: { ...args, service }, line, environment },
    {
      replaces: original,
      async taken(db) {
        const twin = await readTwin(db, original)
        return twin && `${changeName(twin.id)} asks for it again already (${twin.state})`
      },
    },
  )
}
