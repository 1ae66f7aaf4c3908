import { asActor, type Person } from '../identity/person.ts'
import { IdentityUnavailable } from '../identity/roles.ts'
import { type Incident, incidentName } from '../incidents/incident.ts'
import { GENERAL } from '../timeline/ledger.ts'
import { changeName } from './change.ts'
import type { Context } from './context.ts'
import type { Held } from './move.ts'

/** Nothing was done, and why; for the person who asked. */
export interface Refused {
  kind: 'refused'
  code: string
  reason: string
}

export const refused = (code: string, reason: string): Refused => ({ kind: 'refused', code, reason })

/** Puts on record that somebody was refused, and returns what to tell them. */
export async function refuse(
  { ledger }: Pick<Context, 'ledger'>,
  asked: { person: Person; cause: string; line: string },
  incident: Pick<Incident, 'id'> | null,
  code: string,
  reason: string,
): Promise<Refused> {
  const name = incident ? incidentName(incident.id) : GENERAL
  await ledger.transaction(asked.cause, async (tx) => {
    const chain = await tx.hold(name)
    await chain.append({
      subject: name,
      actor: asActor(asked.person),
      body: { type: 'operation.refused', line: asked.line, code, reason },
    })
  })
  return refused(code, reason)
}

/** The same for a decision on a change, in its transaction. */
export async function refuseDecision(
  { chain, change }: Held,
  person: Person,
  verb: string,
  code: string,
  reason: string,
): Promise<Refused> {
  const subject = changeName(change.id)
  const line = `${verb} ${subject}`
  await chain.append({ subject, actor: asActor(person), body: { type: 'operation.refused', line, code, reason } })
  return refused(code, reason)
}

/** For `catch`: whoever can't be identified is refused; any other error goes on. */
export function whenUnidentified(error: unknown): Refused {
  if (error instanceof IdentityUnavailable) return refused(error.code, error.message)
  throw error
}
