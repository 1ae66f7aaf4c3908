import type { ColumnType, Generated } from 'kysely'

/**
 * The tables as Kysely sees them; migrations/ makes them and says why they are so. Times are `timestamptz(3)`,
 * `bytea` is a Buffer, `bigint` is read as a number.
 */
export interface Schema {
  chains: ChainRow
  timeline: TimelineRow
  payloads: PayloadRow
  incidents: IncidentRow
  changes: ChangeRow
  plans: PlanRow
  votes: VoteRow
  run_steps: RunStepRow
  change_objects: { object: string; change: number }
  object_locks: { object: string; change: number; taken_at: Date }
  asks: AskRow
  freezes: FreezeRow
  revocations: RevocationRow
  review_items: ReviewItemRow
  accounts: { account: string; document: string; seen_at: Date }
  configurations: { hash: string; document: string }
  memberships: { user_group: string; members: Json<string[]>; seen_at: Date }
  tokens: TokenRow
  sink_cursors: { sink: string; chain: string; seq: number }
  recoveries: RecoveryRow
  handoffs: HandoffRow
  reminders: ReminderRow
  participants: { incident: number; person: string; joined_at: Date }
  room_members: { incident: number; person: string; state: string }
  tasks: TaskRow
  messages: MessageRow
  marks: MarkRow
  listening: { one: Generated<boolean>; heard_at: Date }
  slack_messages: SlackMessageRow
}

type Json<T> = ColumnType<T, string, string>
/** Null unless said otherwise. */
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>

interface ChainRow {
  chain: string
  seq: Generated<number>
  head: Buffer
  projected: Generated<number>
}

interface TimelineRow {
  chain: string
  seq: number
  type: string
  subject: string
  actor: string
  occurred_at: Date
  recorded_at: Date
  cause: string | null
  bytes: Buffer
  hash: Buffer
}

interface PayloadRow {
  chain: string
  seq: number
  salt: Buffer
  body: string
}

interface IncidentRow {
  id: Generated<number>
  title: string
  severity: string
  status: string
  kind: Generated<string>
  visibility: Generated<string>
  world: Generated<string>
  channel: string | null
  own_room: Generated<boolean>
  service: Nullable<string>
  commander: string
  opened_by: string
  impact_started_at: Nullable<Date>
  detected_at: Nullable<Date>
  declared_at: Date
  acknowledged_at: Nullable<Date>
  mitigated_at: Nullable<Date>
  resolved_at: Nullable<Date>
  cause: Nullable<string>
  fix: Nullable<string>
  acknowledge_by: Nullable<Date>
  breached_at: Nullable<Date>
  update_due: Nullable<Date>
  updated_at: Nullable<Date>
  closed_at: Nullable<Date>
  duplicate_of: Nullable<number>
  deputy: Nullable<string>
  operations_lead: Nullable<string>
  communications_lead: Nullable<string>
  scribe: Nullable<string>
}

interface ChangeRow {
  id: Generated<number>
  chain: string
  incident: number | null
  channel: string
  requester: string
  operation: string
  version: number
  line: string
  args: Json<Record<string, unknown>>
  service: string
  target: string
  environment: string
  undoes: number | null
  state: string
  plan: number
  epoch: Generated<number>
  worker: Nullable<string>
  lease_until: Nullable<Date>
  verify_until: Nullable<Date>
  requested_at: Date
  finished_at: Nullable<Date>
  detail: Nullable<string>
  replaces: Nullable<number>
  seen_before: Nullable<string>
  looker: Nullable<string>
  looking_since: Nullable<Date>
}

interface PlanRow {
  change: number
  n: number
  hash: Buffer
  document: string
  tier: string
  approve_by: Date
  execute_by: Date
  planned_at: Date
}

interface VoteRow {
  change: number
  plan: number
  person: string
  decision: string
  voted_at: Date
  comment: Nullable<string>
  roles_as_of: Nullable<Date>
}

interface AskRow {
  change: number
  round: number
  person: string
  asked_at: Date
}

interface FreezeRow {
  id: Generated<number>
  frozen_by: string
  reason: string
  frozen_at: Date
  released_by: Nullable<string>
  released_at: Nullable<Date>
}

interface RevocationRow {
  id: Generated<number>
  person: string
  revoked_by: string
  reason: string
  revoked_at: Date
  lifted_by: Nullable<string>
  lifted_at: Nullable<Date>
}

interface ReviewItemRow {
  id: Generated<number>
  incident: number
  change: number | null
  kind: string
  text: string
  raised_by: string
  raised_at: Date
  settled_by: Nullable<string>
  settled_at: Nullable<Date>
}

interface TokenRow {
  id: Generated<number>
  person: string
  hash: Buffer
  issued_by: string
  issued_at: Date
  expires_at: Date
  revoked_at: Nullable<Date>
  used_at: Nullable<Date>
}

interface RecoveryRow {
  id: Generated<number>
  began_at: Date
  reason: string
  lost: Nullable<string>
  ended_by: Nullable<string>
  ended_at: Nullable<Date>
}

interface HandoffRow {
  id: Generated<number>
  incident: number
  role: string
  from_person: Nullable<string>
  to_person: string
  offered_by: string
  offered_at: Date
  state: Generated<string>
  settled_at: Nullable<Date>
}

interface ReminderRow {
  id: Generated<number>
  incident: number
  kind: string
  about: Nullable<string>
  due_at: Date
  round: number
  person: string
  sent_at: Date
  snoozed_until: Nullable<Date>
  settled_at: Nullable<Date>
}

interface TaskRow {
  id: Generated<number>
  incident: number
  kind: string
  text: string
  owner: string
  raised_by: string
  raised_at: Date
  channel: Nullable<string>
  ts: Nullable<string>
  settled_by: Nullable<string>
  settled_at: Nullable<Date>
}

interface MessageRow {
  channel: string
  ts: string
  incident: number
  author: string
  digest: string
  version: Generated<string>
  deleted: Generated<boolean>
}

interface MarkRow {
  channel: string
  ts: string
  emoji: string
  person: string
  incident: number
  mark: string
  stands: boolean
  heard_ts: string
}

interface RunStepRow {
  change: number
  plan: number
  step: number
  epoch: number
  document: string
  intended_at: Date
  outcome: Nullable<string>
  outcome_at: Nullable<Date>
  observed: Nullable<string>
}

interface SlackMessageRow {
  subject: string
  slot: string
  chain: string
  channel: string
  thread_of: Nullable<string>
  ts: Nullable<string>
  file: Nullable<string>
  state: string
  hash: string
  posting_since: Nullable<Date>
  posted_at: Nullable<Date>
}
