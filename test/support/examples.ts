import type { Incident, Severity } from '../../src/incidents/incident.ts'
import type { Change } from '../../src/operations/change.ts'
import type { State } from '../../src/operations/states.ts'
import type { Entry, EntryBody } from '../../src/timeline/entries.ts'

/** What tests of texts are about: one evening with a checkout that times out. */
export const ALICE = 'T0ACME/U0ALICE'
export const BOB = 'T0ACME/U0BOB'
export const CAROL = 'T0ACME/U0CAROL'
export const PEOPLE = new Map([
  [ALICE, 'Alice'],
  [BOB, 'Bob'],
  [CAROL, 'Carol'],
])
export const nameOf = (id: string): string => PEOPLE.get(id) ?? id

export const HASH = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90'

/** So many seconds into the evening. */
export const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 21, 20, 0, 0) + seconds * 1000)

export const SEVERITIES: Severity[] = [
  { name: 'P0', aliases: ['SEV-1'], description: 'System down', acknowledgeWithinMs: 900_000, updateEveryMs: null },
  {
    name: 'P1',
    aliases: ['SEV-2'],
    description: 'Major feature broken',
    acknowledgeWithinMs: null,
    updateEveryMs: null,
  },
]
export const P1 = SEVERITIES[1] as Severity

export const incident = (changed: Partial<Incident> = {}): Incident => ({
  id: 7,
  title: 'Checkout times out',
  severity: 'P1',
  status: 'investigating',
  kind: 'operational',
  visibility: 'public',
  world: 'production',
  channel: 'C0INCIDENTS',
  ownRoom: false,
  service: 'checkout',
  commander: ALICE,
  openedBy: ALICE,
  impactStartedAt: null,
  detectedAt: null,
  declaredAt: at(0),
  acknowledgedAt: null,
  mitigatedAt: null,
  resolvedAt: null,
  cause: null,
  fix: null,
  acknowledgeBy: null,
  breachedAt: null,
  updateDue: null,
  updatedAt: null,
  closedAt: null,
  duplicateOf: null,
  deputy: null,
  operationsLead: null,
  communicationsLead: null,
  scribe: null,
  ...changed,
})

export const resolved = (changed: Partial<Incident> = {}): Incident =>
  incident({ status: 'resolved', resolvedAt: at(2525), ...changed })

type Changed = Omit<Partial<Change>, 'plan'> & { plan?: Partial<Change['plan']> }

export function change(state: State, { plan, ...changed }: Changed = {}): Change {
  return {
    id: 12,
    chain: 'INC-7',
    incident: 7,
    channel: 'C0INCIDENTS',
    requester: ALICE,
    operation: 'scale',
    version: 1,
    line: 'scale checkout 5',
    args: { service: 'checkout', replicas: 5 },
    service: 'checkout',
    target: 'prod',
    environment: 'production',
    undoes: null,
    state,
    planNumber: 1,
    planHash: HASH,
    votes: [],
    epoch: 0,
    requestedAt: at(120),
    approveBy: at(1020),
    executeBy: at(1320),
    verifyUntil: null,
    finishedAt: null,
    detail: null,
    undoneBy: [],
    asks: [],
    looker: null,
    lookingSince: null,
    replaces: null,
    seenBefore: null,
    applied: 0,
    ...changed,
    plan: {
      change: 'OP-12',
      incident: 'INC-7',
      world: 'production',
      requester: ALICE,
      operation: 'scale',
      version: 1,
      service: 'checkout',
      target: 'prod',
      environment: 'production',
      args: { service: 'checkout', replicas: 5 },
      undoes: null,
      tier: 'guarded',
      lowered: null,
      wayBack: 'undo',
      rules: [],
      at: at(120).toISOString(),
      nonce: 'c0ffee',
      approveBy: at(1020).toISOString(),
      executeBy: at(1320).toISOString(),
      steps: [
        {
          object: { kind: 'deployment', name: 'checkout', namespace: 'microservices', uid: 'd0d0' },
          before: { replicas: 3 },
          after: { replicas: 5 },
          envelope: { replicas: { min: 2, max: 5 } },
        },
      ],
      affects: 'deployment checkout in microservices (production), 1/3 ready now',
      warnings: ['autoscaler checkout keeps it between 2 and 4 and may reset this'],
      settleWithinMs: 120_000,
      ...plan,
    },
  }
}

export const approval = { person: BOB, decision: 'approve', at: at(180), comment: null, rolesAsOf: null } as const

/** An entry of INC-7's chain. */
export const entry = (seq: number, body: EntryBody, changed: Partial<Entry> = {}): Entry => ({
  chain: 'INC-7',
  seq,
  subject: body.type.startsWith('change.') ? 'OP-12' : 'INC-7',
  actor: { id: ALICE, name: 'Alice' },
  occurredAt: at(seq * 60),
  recordedAt: at(seq * 60),
  cause: null,
  hash: seq.toString(16).padStart(64, '0'),
  body,
  ...changed,
})
