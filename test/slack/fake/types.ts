export type Json = Record<string, unknown>

interface TextObject {
  type: 'plain_text' | 'mrkdwn'
  text: string
}

export interface Option {
  text: TextObject
  value: string
}

/** A block element as far as the fake and the tests look into it; all else is kept as it came. */
export interface Element {
  type: string
  action_id?: string
  value?: string
  url?: string
  text?: TextObject | string
  style?: string
  confirm?: Json
  options?: Option[]
  option_groups?: { options: Option[] }[]
  [key: string]: unknown
}

export interface Block {
  type: string
  block_id?: string
  text?: TextObject
  fields?: TextObject[]
  elements?: Element[]
  accessory?: Element
  element?: Element
  [key: string]: unknown
}

export interface User {
  id: string
  name: string
  team_id: string
  real_name: string
  tz: string
  tz_label: string
  /** Seconds from UTC. */
  tz_offset: number
  deleted: boolean
  is_bot: boolean
  is_restricted: boolean
  is_ultra_restricted: boolean
  is_stranger?: boolean
  is_workflow_bot?: boolean
  is_connector_bot?: boolean
  /** On an Enterprise Grid: every workspace that they are in. */
  enterprise_user?: { teams: string[] }
  profile: { display_name: string; real_name: string; email?: string; [key: string]: unknown }
}

export interface Channel {
  id: string
  name: string
  members: string[]
  creator: string
  /** In seconds. */
  created: number
  is_private: boolean
  is_im: boolean
  is_archived: boolean
  /** Shared with another company; an invitation to one is open; shared with other workspaces of the same company. */
  is_ext_shared?: boolean
  is_pending_ext_shared?: boolean
  is_org_shared?: boolean
}

export interface UserGroup {
  id: string
  handle: string
  users: string[]
}

export interface Metadata {
  event_type: string
  event_payload: Json
}

export interface Message {
  type: 'message'
  subtype?: string
  channel: string
  ts: string
  user: string
  text: string
  bot_id?: string
  app_id?: string
  thread_ts?: string
  blocks?: Block[]
  attachments?: Json[]
  metadata?: Metadata
  edited?: { user: string; ts: string }
  files?: Json[]
  reactions?: { name: string; users: string[]; count: number }[]
  /** The person who alone sees it, for an ephemeral message. */
  ephemeralTo?: string
  /** What it said before each edit, oldest first. */
  edits: { text: string; blocks?: Block[] | undefined; metadata?: Metadata | undefined }[]
}

export interface View {
  id: string
  type: 'modal' | 'home'
  callback_id: string
  external_id: string
  private_metadata: string
  title?: TextObject
  blocks: Block[]
  hash: string
  root_view_id: string
  previous_view_id: string | null
  state: { values: Record<string, Record<string, Json>> }
  [key: string]: unknown
}

/** Something that the bot did and Slack forbids. A suite asserts that there is none. */
export interface Violation {
  rule: string
  detail: string
}

/** The bot's answer to one delivery. `status` is 0 when none came; Socket Mode counts as 200. */
export interface Ack {
  status: number
  body: unknown
  /** From sending to the answer, milliseconds. */
  ms: number
  /** The error that Slack shows to the person, if any. */
  shown?: 'operation_timeout' | 'dispatch_failed' | 'dispatch_unknown_error'
}

export interface Delivery {
  kind: 'slash_commands' | 'events_api' | 'interactive'
  payload: Json
  /** The answers, one for each time it was sent. */
  acks: Ack[]
}

/** One Web API call: what the bot sent and what it was told. */
export interface ApiCall {
  method: string
  args: Json
  /** Milliseconds since the epoch. */
  at: number
  status: number
  result: Json
}
