/** What people look at and change in production. */
export type OperationBody =
  | {
      type: 'operation.read'
      /** As it was typed: `logs checkout --tail 100`. */
      line: string
      operation: string
      service: string
      target: string
      environment: string
      /** Something here wants a person's eye. */
      alarming: boolean
      finding: string
      detail: string
    }
  | { type: 'operation.refused'; line: string; code: string; reason: string }
  | {
      type: 'change.planned'
      line: string
      operation: string
      version: number
      service: string
      target: string
      environment: string
      tier: string
      plan: number
      hash: string
      steps: { object: string; before: string; after: string }[]
      warnings: string[]
      undoes: string | null
      approveBy: string
    }
  | {
      type: 'change.voted'
      plan: number
      hash: string
      decision: 'approve' | 'reject' | 'break_glass'
      role: string
      comment?: string | null
      /** How old the membership was that this rests on, when Slack could not be asked; ISO 8601. */
      asOf?: string | null
    }
  /** These people (ids) were asked to approve, in this round. */
  | { type: 'change.asked'; plan: number; round: number; people: string[] }
  /** Whoever acted looks at the plan: nobody else is asked meanwhile. */
  | { type: 'change.looking'; plan: number }
  /** A person had an effect looked at that nobody knew of. */
  | { type: 'change.observed'; plan: number; observed: string }
  /** A move of the state machine; what it moved to is what happened. */
  | { type: 'change.moved'; from: string; to: string; plan: number; hash: string; detail: string | null }
  /** What was seen while the effect settles: `4/5 ready`. */
  | { type: 'change.progressed'; plan: number; observed: string }
