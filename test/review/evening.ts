import type { Severity } from '../../src/incidents/incident.ts'
import type { ReviewItem } from '../../src/operations/reviews/store.ts'
import type { Task } from '../../src/review/store.ts'
import { type Entry, type EntryBody, FIREBREAK } from '../../src/timeline/entries.ts'
import { ALICE, approval, at, BOB, CAROL, change, entry, HASH, resolved } from '../support/examples.ts'
import { examples } from '../timeline/evening.ts'

const MIN = 60
const iso = (minutes: number): string => at(minutes * MIN).toISOString()
const people = { alice: { id: ALICE, name: 'Alice' }, bob: { id: BOB, name: 'Bob' }, firebreak: FIREBREAK }
const moved = (from: string, to: string, detail: string | null): EntryBody => ({
  ...{ type: 'change.moved', plan: 1, hash: HASH },
  ...{ from, to, detail },
})
const glass: EntryBody = {
  ...examples['change.voted'],
  decision: 'break_glass',
  role: 'lead',
  comment: 'nobody answers',
}
const message = { channel: 'C0INCIDENTS', ts: '1795291500.000100' } as const

type Line = [minutes: number, who: keyof typeof people, body: EntryBody, changed?: Partial<Entry>]

const LINES: Line[] = [
  [0, 'alice', { ...examples['incident.opened'], severity: 'P2' }],
  [1, 'alice', examples['operation.read']],
  [2, 'alice', { type: 'incident.severity_changed', from: 'P2', to: 'P1', reason: 'every second payment fails' }],
  [3, 'alice', examples['change.planned'], { subject: 'OP-12' }],
  [4, 'bob', { ...examples['message.posted'], ...message, text: 'that *was* the deploy, see <https://x.example|it>' }],
  [5, 'bob', { ...examples['change.voted'], comment: 'looks right' }, { subject: 'OP-12' }],
  [5, 'firebreak', moved('planned', 'approved', 'approved by Bob'), { subject: 'OP-12' }],
  [6, 'firebreak', moved('applied', 'succeeded', '5/5 ready'), { subject: 'OP-12' }],
  [8, 'bob', { type: 'incident.acknowledged' }],
  [10, 'alice', { ...examples['incident.updated'], status: 'identified', next: iso(40) }],
  [11, 'alice', { type: 'incident.assigned', role: 'scribe', person: CAROL, was: null }],
  [12, 'bob', { ...examples['message.marked'], ...message, as: 'event', text: 'that was the deploy', author: 'Bob' }],
  [13, 'bob', { ...examples['message.marked'], ts: '1795291501.000100', text: 'lunch?', author: 'Carol' }],
  [14, 'bob', { ...examples['message.unmarked'], ts: '1795291501.000100' }],
  [15, 'alice', { ...examples['change.planned'], line: 'restart checkout' }, { subject: 'OP-13' }],
  [16, 'bob', glass, { subject: 'OP-13' }],
  [16, 'firebreak', { ...examples['review.item_raised'], text: 'OP-13 ran on the word of Bob alone' }],
  [17, 'firebreak', moved('intended', 'unknown', 'the answer was lost'), { subject: 'OP-13' }],
  [20, 'alice', { type: 'handoff.offered', handoff: 2, role: 'incident commander', to: BOB }, { subject: 'HANDOFF-2' }],
  [21, 'bob', { ...examples['handoff.settled'], handoff: 2 }, { subject: 'HANDOFF-2' }],
  [22, 'firebreak', { type: 'incident.response_breached', by: iso(5) }],
  [23, 'firebreak', { type: 'messages.missed', from: iso(18), to: iso(22) }],
  // Told an hour late, and an entry that said the wrong time.
  [30, 'bob', { ...examples['note.added'], text: 'the provider confirmed an outage' }, { recordedAt: at(90 * MIN) }],
  [31, 'bob', examples['link.added']],
  [
    52,
    'bob',
    {
      ...examples['incident.updated'],
      said: 'Payments work again; we keep watching',
      text: '*INC-7* is *mitigated*:\nPayments work again; we keep watching',
      status: 'mitigated',
      next: null,
    },
  ],
  [53, 'bob', { type: 'incident.status_changed', from: 'identified', to: 'mitigated', cause: null, fix: null }],
  [60, 'bob', { type: 'incident.corrected', field: 'impact_started_at', from: null, to: iso(-10) }],
  [61, 'bob', { type: 'entry.corrected', entry: 9, occurredAt: iso(7), was: iso(8) }],
  [62, 'bob', { ...examples['incident.status_changed'], from: 'mitigated', told: true }],
  [63, 'bob', { type: 'handoff.offered', handoff: 3, role: 'scribe', to: CAROL }, { subject: 'HANDOFF-3' }],
]

/** All that an incident can bring, as its ledger tells it. */
const entries: Entry[] = LINES.map(([minutes, who, body, changed], i) =>
  entry(i + 1, body, {
    actor: people[who],
    subject: 'INC-7',
    occurredAt: at(minutes * MIN),
    recordedAt: at(minutes * MIN),
    ...changed,
  }),
)

const PROMISING: Severity[] = [
  {
    name: 'P1',
    aliases: ['SEV-2'],
    description: 'Major feature broken',
    acknowledgeWithinMs: 300_000,
    updateEveryMs: 1_800_000,
  },
]

export const task = (changed: Partial<Task> = {}): Task => ({
  ...{ id: 4, kind: 'follow-up', text: 'raise the pool’s limit', owner: ALICE, raisedBy: BOB, raisedAt: at(600) },
  ...{ settledBy: null, settledAt: null },
  ...changed,
})

export const reviewItem: ReviewItem = {
  ...{ id: 3, incident: 7, change: 13, kind: 'break-glass', text: 'OP-13 ran on the word of Bob alone' },
  ...{ raisedBy: BOB, raisedAt: at(960), settledAt: null },
}

const broken = { ...approval, decision: 'break_glass', comment: 'nobody answers' } as const

/** The tables beside it. */
export const EVENING = {
  entries,
  incident: resolved({
    ...{ impactStartedAt: at(-10 * MIN), acknowledgedAt: at(8 * MIN), mitigatedAt: at(53 * MIN) },
    ...{ resolvedAt: at(62 * MIN), cause: 'payment provider slow', commander: BOB, scribe: CAROL },
  }),
  severities: PROMISING,
  changes: [
    change('succeeded', { votes: [approval], detail: '5/5 ready', requestedAt: at(180), finishedAt: at(374) }),
    change('unknown', { id: 13, line: 'restart checkout', votes: [broken], detail: 'the answer was lost' }),
  ],
  tasks: [task({ id: 3, kind: 'task', text: 'tell support', settledBy: BOB, settledAt: at(900) }), task()],
  reviewItems: [reviewItem],
  generatedAt: at(95 * MIN),
}
