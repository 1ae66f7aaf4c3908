import type { Change } from './change.ts'
import type { Tier } from './operation.ts'

/** How many other people it takes, who they may be, and how long they have. */
export interface Approval {
  approvers: string[]
  needed: number
  approveWithinMs: number
  executeWithinMs: number
}

export type Approvals = Record<'guarded' | 'critical', Approval>

/** What a tier asks for; a `low` plan needs only its requester's confirmation. */
export function approvalFor(approvals: Approvals, tier: Exclude<Tier, 'read'>): Approval {
  return tier === 'low' ? { ...approvals.guarded, approvers: [], needed: 0 } : approvals[tier]
}

/** Why this person, holding these roles, may not decide on this change; null when they may. */
export function whyNotApprover(change: Change, person: string, roles: string[], approval: Approval): string | null {
  if (person === change.requester) return 'you asked for it: another person has to approve it'
  if (!approval.approvers.some((role) => roles.includes(role))) {
    return `approving it takes the role ${approval.approvers.join(' or ')}, which you don't hold`
  }
  return null
}

/**
 * What the approvals so far still lack; null when they are enough. `roles`: those that each person who approved holds
 * now; whoever lost the approver's role doesn't count.
 */
export function whatIsMissing(
  tier: Exclude<Tier, 'read'>,
  approval: Approval,
  owners: string[],
  roles: string[][],
): string | null {
  const entitled = roles.filter((held) => approval.approvers.some((role) => held.includes(role)))
  const lacking = approval.needed - entitled.length
  if (lacking > 0) return `${lacking} more ${lacking === 1 ? 'approval' : 'approvals'}`
  if (tier === 'critical' && !entitled.some((held) => owners.some((owner) => held.includes(owner)))) {
    return `an approval by an owner (${owners.join(' or ')})`
  }
  return null
}
