import { asActor, type Person } from '../identity/person.ts'
import { IdentityUnavailable, rolesOf } from '../identity/roles.ts'
import { type Incident, incidentName } from '../incidents/incident.ts'
import { readIncident } from '../incidents/store.ts'
import { bind } from './catalogue.ts'
import type { Change } from './change.ts'
import type { Context } from './context.ts'
import { type Bound, type Draft, isRead, type Operation, PlanProblem, type Reading, type Value } from './operation.ts'
import { decide } from './policy.ts'
import { propose } from './propose.ts'
import { type Refused, refuse, refused } from './refusal.ts'

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
  /** Why that can't be followed once more; asked under the chain's lock, so that of two taps one is refused. */
  taken?(db: Context['db']): Promise<string | null>
}

export type Requested =
  | { kind: 'planned'; change: number; incident: number | null }
  | { kind: 'read'; reading: Reading; recorded: boolean }
  | Refused

/** What an undo adds to a request: the change it takes back, and whether its requester confirmed already. */
export interface Undoing {
  change: Change
  tier: 'low' | null
  confirmed: boolean
  check(draft: Draft): string | null
}

/**
 * Somebody asks for an operation: a read runs at once, a change is planned and waits for its approvals. Refusals that
 * concern rights or the target are recorded; bad input is only answered.
 */
export async function request(
  context: Context,
  asked: Request,
  { undoing, taken }: Following = {},
): Promise<Requested> {
  const { operation, args, person } = asked
  const binding = bind(context.services[args.service], context.targets, operation.on, asked.environment)
  if ('problem' in binding) return refused('no_target', `${args.service}: ${binding.problem}`)
  const { bound } = binding
  const incident = asked.incident === null ? null : await readIncident(context.db, asked.incident)
  const unseen = incident || isRead(operation) ? null : await context.whyUnseen(asked.channel)
  if (unseen) return refused('unseen', unseen)
  const record = (code: string, reason: string) => refuse(context, asked, incident, code, reason)

  const tier = undoing?.tier ?? (isRead(operation) ? 'read' : operation.tier(args))
  try {
    const roles = await rolesOf(person, context.roles, context.directory)
    const { allowed, reason, rules } = decide(context.policy, {
      ...{ roles, operation: operation.name, undoes: undoing !== undefined, tier },
      ...{ environment: bound.environment, severity: incident?.severity ?? null },
    })
    if (!allowed) return await record('denied', reason)

    if (isRead(operation)) return await read(context, asked, incident, bound, await operation.read(args, bound))
    const draft = await operation.plan(args, bound)
    const touched = undoing?.check(draft)
    if (touched) return await record('touched_since', touched)
    return await propose(context, asked, { incident, bound, operation, draft, rules, undoing, taken })
  } catch (error) {
    if (!isExpected(error)) throw error
    return await record(error.code, error.message)
  }
}

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
    await chain.append({
      subject: name,
      actor: asActor(asked.person),
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
