import type { Change, Vote } from '../src/operations/change.ts'
import { isFinal, type State } from '../src/operations/states.ts'
import { inline, line, person, when } from './text.ts'

/** How many other people have to approve, and the roles that they may hold. */
export interface Needs {
  needed: number
  approvers: string[]
}

export interface ChangeStatus {
  /** What happened, and why. */
  says: string
  /** Who decided, and when. */
  decided: string[]
  /** What to do next; null when there is nothing to do. */
  next: string | null
}

/** Where a change stands, in mrkdwn: a mark for the eye, and words that say the same. */
export function statusOf(change: Change, needs: Needs): ChangeStatus {
  const { next } = STATUS[change.state]
  const confirming = change.state === 'planned' && change.plan.tier === 'low'
  const title = confirming ? '⏳ Waiting for confirmation' : STATUS[change.state].title
  const waits = change.state === 'approved' && change.detail?.startsWith('waits')
  const detail = (waits || DETAILED.has(change.state)) && change.detail ? `: ${line(change.detail, 600)}` : ''
  const ended = change.finishedAt && isFinal(change.state) ? ` · ${when(change.finishedAt)}` : ''
  return {
    says: `*${title}*${detail}${ended}`,
    decided: [...decisions(change), ...effectOf(change)],
    next: change.state === 'planned' ? whatItTakes(change, needs) : waits ? null : next,
  }
}

const STATUS: Record<State, { title: string; next: string | null }> = {
  planned: { title: '⏳ Waiting for approval', next: null },
  approved: { title: '☑️ Approved', next: 'It runs next.' },
  claimed: { title: '▶️ Running', next: null },
  intended: { title: '▶️ Running', next: null },
  applied: { title: '▶️ Applied, watching', next: null },
  succeeded: { title: '✅ Succeeded', next: null },
  failed: { title: '❌ Failed', next: 'Look at the service, then *Plan again*, or *Undo* where it is offered.' },
  overridden: {
    title: '⚠️ Overridden',
    next: 'Something else changed the object after this did. Find out what, before anything else is changed.',
  },
  inconclusive: {
    title: '⚠️ Inconclusive',
    next: 'It was applied, and did not settle in time. Look at the service; *Undo*, where it is offered, takes it back.',
  },
  unknown: {
    title: '⚠️ Nobody knows whether it was applied',
    next: 'Nothing is tried again by itself. Look at the object, then say whether it was applied.',
  },
  stale: { title: '⚠️ Stale, not run', next: 'The world is not as it was approved. *Plan again* asks anew.' },
  expired: { title: '⌛ Expired, not run', next: '*Plan again* asks anew.' },
  rejected: { title: '🚫 Rejected, not run', next: null },
  withdrawn: { title: '🚫 Withdrawn, not run', next: null },
}

/** How the service was, and how it is. */
function effectOf({ seenBefore, state, detail }: Change): string[] {
  if (!seenBefore || !detail || !SEEN_AFTER.has(state)) return []
  return [`*Before → after:* ${line(seenBefore, 300)} → ${line(detail, 300)}`]
}

const SEEN_AFTER = new Set<State>(['succeeded', 'overridden', 'inconclusive'])

/** Where `detail` says more than the votes do. */
const DETAILED = new Set<State>([
  'applied',
  'succeeded',
  'failed',
  'overridden',
  'inconclusive',
  'unknown',
  'stale',
  'expired',
  'withdrawn',
])

function decisions({ votes, state, plan, requester }: Change): string[] {
  const decided = votes.map(({ person: who, decision, at, comment, rolesAsOf }) => {
    const said = comment ? `: “${line(comment, 300)}”` : ''
    const old = rolesAsOf ? ` (Slack is away; who holds which role was known ${when(rolesAsOf)})` : ''
    return `${VERB[decision]} by ${person(who)} ${when(at)}${said}${old}`
  })
  const confirmed = plan.tier === 'low' && !['planned', 'withdrawn', 'expired'].includes(state)
  return confirmed ? [...decided, `Confirmed by ${person(requester)}`] : decided
}

const VERB: Record<Vote['decision'], string> = {
  approve: 'Approved',
  reject: 'Rejected',
  break_glass: '🔥 Glass broken',
}

function whatItTakes(change: Change, { needed, approvers }: Needs): string {
  const { plan, votes, approveBy, requester, service } = change
  const until = `until ${when(approveBy)}`
  if (plan.tier === 'low') {
    const early = plan.lowered ? `Approved in advance (${line(plan.lowered)}). ` : ''
    return `${early}${person(requester)} confirms it with *Run it*, ${until}.`
  }
  if (approvers.length === 0) return 'Nobody can approve it: the configuration names no role that may.'
  const given = votes.filter(({ decision }) => decision === 'approve').length
  const left = needed - given
  const others = left <= 1 ? 'another person' : `${left} other people`
  const people = given > 0 ? `${others} (${given} of ${needed} approved)` : others
  const roles = approvers.map((role) => inline(role, 100)).join(' or ')
  const owner = plan.tier === 'critical' ? `an owner of ${inline(service, 100)}` : null
  const among = owner && left > 0 ? `, one of the ${needed} ${owner}` : ''
  const lacks = left > 0 ? '' : `: ${whatVotesLack(owner)}`
  return [`Needs ${people} with the role ${roles}${among}, ${until}${lacks}.`, ...askedOf(change)].join('\n')
}

/** Enough people voted, and it still waits. Who holds which role is asked at a vote, not here: it may be the one or the other. */
const whatVotesLack = (owner: string | null): string =>
  `${owner ? `${owner} still has to approve, or somebody` : 'somebody'} who approved doesn’t count any more`

/** Posted with the card, these mentions notify; edited in later they don't, and a reply does. */
function askedOf({ asks, looker, lookingSince }: Change): string[] {
  const people = [...new Set(asks.map(({ person: id }) => id))].filter((id) => id !== '')
  return [
    ...(people.length > 0 ? [`Asked: ${people.map(person).join(', ')}`] : []),
    ...(looker && lookingSince ? [`👀 ${person(looker)} is looking, since ${when(lookingSince)}`] : []),
  ]
}
