export type Status = 'investigating' | 'identified' | 'mitigated' | 'resolved' | 'closed' | 'cancelled'

/** The legal moves; every other one is refused. */
export const MOVES: Record<Status, readonly Status[]> = {
  investigating: ['identified', 'mitigated', 'resolved', 'cancelled'],
  identified: ['investigating', 'mitigated', 'resolved', 'cancelled'],
  mitigated: ['investigating', 'identified', 'resolved', 'cancelled'],
  resolved: ['investigating', 'closed'],
  closed: [],
  cancelled: ['investigating'],
}

export const isOpen = (status: Status): boolean => !['resolved', 'closed', 'cancelled'].includes(status)

/** What it is about. `security` is private unless somebody says otherwise. */
export const KINDS = ['operational', 'security'] as const
export type Kind = (typeof KINDS)[number]

export const visibilityOf = (kind: Kind): Incident['visibility'] => (kind === 'security' ? 'private' : 'public')

export interface Incident {
  /** 7; people read `INC-7`. */
  id: number
  title: string
  severity: string
  status: Status
  kind: Kind
  visibility: 'public' | 'private'
  /** What it acts on: production, or a drill's. */
  world: string
  /** The room: the channel that holds the root message. null: its own one isn't made yet. */
  channel: string | null
  /** All of that channel is this incident's. */
  ownRoom: boolean
  service: string | null
  /** Person ids. */
  commander: string
  openedBy: string
  impactStartedAt: Date | null
  detectedAt: Date | null
  declaredAt: Date
  acknowledgedAt: Date | null
  mitigatedAt: Date | null
  resolvedAt: Date | null
  /** null: unknown yet. */
  cause: string | null
  fix: string | null
  /** Until when its severity promises that somebody is on it; null: it promises nothing. */
  acknowledgeBy: Date | null
  /** When that was found to be broken. */
  breachedAt: Date | null
  /** When the next update is due; null: none is promised. */
  updateDue: Date | null
  /** When the last update was posted. */
  updatedAt: Date | null
  closedAt: Date | null
  /** The incident that this one is the same as. */
  duplicateOf: number | null
  deputy: string | null
  operationsLead: string | null
  communicationsLead: string | null
  scribe: string | null
}

export interface Severity {
  name: string
  aliases: string[]
  description: string
  /** Milliseconds; null means no promise, and so no timer. */
  acknowledgeWithinMs: number | null
  updateEveryMs: number | null
}

/** The chain and the name that people read. */
export const incidentName = (id: number): string => `INC-${id}`

/** `INC-7`, `inc-7` or `7`; null for anything else. */
export function parseIncidentName(text: string): number | null {
  const match = /^(?:INC-)?([1-9]\d{0,8})$/i.exec(text)
  return match ? Number(match[1]) : null
}
