import { type Entry, type EntryBody, type EntryType, FIREBREAK } from '../../src/timeline/entries.ts'
import { ALICE, at, BOB, entry, HASH } from '../support/examples.ts'

type Body<T extends EntryType> = Extract<EntryBody, { type: T }>

const plan = { plan: 1, hash: HASH } as const
const target = { service: 'checkout', target: 'prod', environment: 'production' } as const

/** One entry of every type; the compiler holds that none is missing. */
export const examples: { [T in EntryType]: Body<T> } = {
  'incident.opened': {
    type: 'incident.opened',
    title: 'Checkout times out',
    severity: 'P1',
    kind: 'operational',
    visibility: 'public',
    service: 'checkout',
    channel: 'C0INCIDENTS',
    commander: ALICE,
  },
  'incident.status_changed': {
    type: 'incident.status_changed',
    from: 'investigating',
    to: 'resolved',
    cause: 'payment provider slow',
    fix: null,
  },
  'incident.exported': { type: 'incident.exported', format: 'md', through: 12, zone: 'Europe/Lisbon' },
  'operation.read': {
    type: 'operation.read',
    line: 'logs checkout --tail 100',
    operation: 'logs',
    ...target,
    alarming: true,
    finding: '42 of 100 lines: payment authorization failed',
    detail: 'checkout-1 payment authorization failed\ncheckout-2 ``` payment ok',
  },
  'operation.refused': {
    type: 'operation.refused',
    line: 'scale checkout 0',
    code: 'denied',
    reason: 'no rule allows scale at tier critical',
  },
  'change.planned': {
    type: 'change.planned',
    line: 'scale checkout 5',
    operation: 'scale',
    version: 1,
    ...target,
    tier: 'guarded',
    ...plan,
    steps: [{ object: 'deployment checkout in microservices', before: 'replicas 3', after: 'replicas 5' }],
    warnings: ['autoscaler checkout keeps it between 2 and 4 and may reset this'],
    undoes: null,
    approveBy: at(1020).toISOString(),
  },
  'change.voted': { type: 'change.voted', ...plan, decision: 'approve', role: 'approver' },
  'change.moved': { type: 'change.moved', ...plan, from: 'planned', to: 'approved', detail: 'approved by Bob' },
  'change.progressed': { type: 'change.progressed', plan: 1, observed: '4/5 ready' },
}

const bob = { actor: { id: BOB, name: 'Bob' } }
const firebreak = { actor: FIREBREAK }
const moved = (from: string, to: string, detail: string | null): EntryBody => ({
  ...{ type: 'change.moved', ...plan },
  ...{ from, to, detail },
})

const told: [EntryBody, Partial<Entry>?][] = [
  [examples['incident.opened']],
  [{ ...examples['incident.opened'], service: null, kind: 'security', visibility: 'private' }],
  [examples['operation.read']],
  [{ ...examples['operation.read'], line: 'pods checkout', alarming: false, finding: '3/3 pods ready.', detail: '' }],
  [examples['operation.refused']],
  [examples['change.planned']],
  [{ ...examples['change.planned'], plan: 2, line: 'undo OP-11', undoes: 'OP-11', warnings: [] }, firebreak],
  [examples['change.voted'], bob],
  [{ ...examples['change.voted'], decision: 'reject', role: '' }, bob],
  [examples['change.moved'], bob],
  [moved('planned', 'approved', 'confirmed by its requester')],
  [moved('planned', 'rejected', 'rejected by Bob'), bob],
  [moved('planned', 'withdrawn', 'withdrawn by its requester')],
  [moved('planned', 'expired', 'nobody approved it in time'), firebreak],
  [moved('approved', 'claimed', null), firebreak],
  [moved('claimed', 'approved', 'the worker that claimed it went silent before it did anything'), firebreak],
  [moved('claimed', 'stale', 'replicas is 8 now; it was 3 when planned'), firebreak],
  [moved('claimed', 'intended', null), firebreak],
  [moved('intended', 'applied', '3/5 ready'), firebreak],
  [moved('intended', 'unknown', 'the answer was lost; seen since: replicas is 5'), firebreak],
  [moved('unknown', 'applied', 'marked as applied by Bob'), bob],
  [examples['change.progressed'], firebreak],
  [moved('applied', 'succeeded', '5/5 ready'), firebreak],
  [moved('applied', 'failed', '3/5 ready: deadline passed'), firebreak],
  [moved('applied', 'overridden', 'replicas is 4, not 5'), firebreak],
  [moved('applied', 'inconclusive', '4/5 ready'), firebreak],
  [examples['incident.status_changed']],
  [{ ...examples['incident.status_changed'], to: 'identified', cause: null }],
  [examples['incident.exported']],
]

/** Everything that an evening can bring, in an order in which it could be told. */
export const EVENING: Entry[] = told.map(([body, changed], i) => entry(i + 1, body, changed))
