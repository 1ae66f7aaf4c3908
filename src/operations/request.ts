import { asActor, type Person } from '../identity/person.ts'
import { IdentityUnavailable } from '../identity/roles.ts'
import { viewerOf } from '../incidents/context.ts'
import { type Incident, incidentName, type Status } from '../incidents/incident.ts'
import { readSeen } from '../incidents/store.ts'
import { takePart } from '../incidents/taking-part.ts'
import { bind } from './catalogue.ts'
import type { Change } from './change.ts'
import type { Context } from './context.ts'
import { type Bound, type Draft, isRead, type Operation, PlanProblem, type Reading, type Value } from './operation.ts'
import { propose } from './propose.ts'
import { type Refused, refuse, refused } from './refusal.ts'
import { ruleFor } from './ruling.ts'

export interface Request {
  person: Person
  cause: string
  channel: string
  incident: number | null
  operation: Operation
  args: Record<string, Value> & { service: string }
  /** As it was typed, without the slash command: `scale checkout 5`. */
  line: string
  environment?: string
}

/** What a change adds to a request that comes of another change. */
export interface Following {
  undoing?: Undoing
  /** The change that came to nothing, and is asked for again. */
  replaces?: Change
  /** Why that can't be followed once more; asked under the chain's lock, so that of two taps one is refused. */
  taken?(db: Context['db']): Promise<string | null>
}

export type Requested =
  | { kind: 'planned'; change: number; incident: number | null }
  | { kind: 'read'; reading: Reading; recorded: boolean }
  | Refused

/** What an undo adds to a request: the change it takes back, and whether its requester confirmed already. */
interface Undoing {
  change: Change
  /** One's own, and not for the second time. */
  own: boolean
  confirmed: boolean
  check(draft: Draft): string | null
}

/**
 * Somebody asks for an operation: a read runs at once, a change is planned and waits for its approvals. Refusals that
 * concern rights or the target are recorded; bad input is only answered.
 */
export async function request(context: Context, asked: Request, following: Following = {}): Promise<Requested> {
  const { operation, args, person } = asked
  const { undoing } = following
  const binding = bind(context.rules(), args.service, operation.on, asked.environment)
  if ('problem' in binding) return refused('no_target', `${args.service}: ${binding.problem}`)
  const { bound } = binding
  const incident = asked.incident === null ? null : await readSeen(context.db, viewerOf(asked), asked.incident)
  if (asked.incident !== null && !incident) return refused('no_incident', `there is no ${incidentName(asked.incident)}`)
  // What was done for it may be taken back all the same.
  if (incident && !undoing && !isRead(operation) && NO_MORE.includes(incident.status)) {
    return refused(
      'incident_over',
      `${incidentName(incident.id)} is ${incident.status}: open another, or add --incident none`,
    )
  }
  const unseen = incident || isRead(operation) ? null : await context.whyUnseen(asked.channel)
  if (unseen) return refused('unseen', unseen)
  const record = (code: string, reason: string) => refuse(context, asked, incident, code, reason)

  const at = new Date()
  try {
    const { roles } = await context.identity.rolesOf(person)
    const ruling = ruleFor(context, {
      ...{ person: person.id, roles, operation, args, service: bound.service, incident, at },
      ...{ environment: bound.environment, undoing: undoing ?? null },
    })
    if (!ruling.allowed) return await record('denied', ruling.reason)

    if (isRead(operation)) return await read(context, asked, incident, bound, await operation.read(args, bound))
    const draft = await operation.plan(args, bound, at)
    const touched = undoing?.check(draft)
    if (touched) return await record('touched_since', touched)
    // The way back is for the object as the change left it: that holds when it runs, too.
    const steps = undoing ? draft.steps.map((step) => ({ ...step, envelope: {} })) : draft.steps
    return await propose(context, asked, {
      ...{ incident, bound, operation, ruling, at, following },
      draft: { ...draft, steps },
    })
  } catch (error) {
    if (!isExpected(error)) throw error
    return await record(error.code, error.message)
  }
}

/** Nothing new is done to production for these. */
const NO_MORE: Status[] = ['closed', 'cancelled']

/** Errors that identity, plans and adapters throw for people to read; anything else is a fault of ours or the database's. */
const isExpected = (error: unknown): error is Error & { code: string } =>
  error instanceof PlanProblem ||
  error instanceof IdentityUnavailable ||
  (error instanceof Error && 'maybeApplied' in error)

async function read(
  { ledger }: Context,
  asked: Request,
  incident: Incident | null,
  bound: Bound,
  reading: Reading,
): Promise<Requested> {
  if (!incident) return { kind: 'read', reading, recorded: false }
  const name = incidentName(incident.id)
  await ledger.transaction(asked.cause, async (tx) => {
    const chain = await tx.hold(name)
    const actor = asActor(asked.person)
    await takePart({ db: tx.db, chain, incident: incident.id }, actor.id, { actor, at: chain.now })
    await chain.append({
      subject: name,
      actor,
      body: {
        type: 'operation.read',
        line: asked.line,
        operation: asked.operation.name,
        service: bound.service,
        target: bound.target,
        environment: bound.environment,
        ...reading,
      },
    })
  })
  return { kind: 'read', reading, recorded: true }
}
