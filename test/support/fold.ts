import { expect } from 'vitest'
import { MOVES as INCIDENT_MOVES, type Incident, type Status } from '../../src/incidents/incident.ts'
import { type Change, changeName } from '../../src/operations/change.ts'
import { canMove, isFinal, type State } from '../../src/operations/states.ts'
import type { Entry } from '../../src/timeline/entries.ts'

/** What the entries of a chain say: nothing else is looked at. Throws at one that can't follow those before it. */
export function fold(entries: Entry[]) {
  const changes: Record<string, Folded> = {}
  let incident: Partial<Incident> = {}
  let hold: string | null = null
  const revoked = new Set<string>()
  const reviewItems: number[] = []
  for (const { subject, actor, body, recordedAt } of entries) {
    if (body.type === 'incident.opened') {
      const { title, severity, service, commander } = body
      incident = { title, severity, service, commander, status: 'investigating', cause: null, fix: null }
    } else if (body.type === 'incident.status_changed') {
      expect(body.from).toBe(incident.status)
      expect(INCIDENT_MOVES[body.from as Status]).toContain(body.to)
      incident = { ...incident, status: body.to as Status, cause: body.cause, fix: body.fix }
    } else if (body.type === 'operations.held') {
      expect(hold, 'one hold stands at a time').toBeNull()
      hold = subject
    } else if (body.type === 'operations.released') {
      expect(subject).toBe(hold)
      hold = null
    } else if (body.type === 'person.revoked') {
      expect(revoked).not.toContain(body.person)
      revoked.add(body.person)
    } else if (body.type === 'person.reinstated') {
      expect(revoked.delete(body.person)).toBe(true)
    } else if (body.type === 'review.item_raised') {
      reviewItems.push(body.item)
    } else if (body.type === 'change.planned') {
      expect(changes[subject]).toBeUndefined()
      const { plan, hash } = body
      const nobody = { votes: [], asks: [], looker: null }
      changes[subject] = { state: 'planned', plan, hash, ...nobody, detail: null, finishedAt: null }
    }
    if (!body.type.startsWith('change.') || body.type === 'change.planned') continue
    const change = changes[subject] as Folded
    if ('plan' in body) expect(body.plan).toBe(change.plan)
    if ('hash' in body) expect(body.hash).toBe(change.hash)
    if (body.type === 'change.voted') {
      expect(body.decision === 'reject' ? ['planned', 'approved'] : ['planned']).toContain(change.state)
      const earlier = change.votes.filter((vote) => vote.startsWith(`${actor.id} `))
      // Whoever approved may still break the glass; nobody votes twice otherwise.
      expect(earlier).toEqual(body.decision === 'break_glass' && earlier.length > 0 ? [`${actor.id} approve`] : [])
      change.votes = [...change.votes.filter((vote) => !earlier.includes(vote)), `${actor.id} ${body.decision}`].sort()
    } else if (body.type === 'change.asked') {
      expect(change.state).toBe('planned')
      change.asks.push(...(body.people.length > 0 ? body.people : ['']).map((person) => `${body.round} ${person}`))
      change.asks.sort()
    } else if (body.type === 'change.looking') {
      expect(change.state).toBe('planned')
      change.looker = actor.id
    } else if (body.type === 'change.observed') {
      expect(change.state).toBe('unknown')
    } else if (body.type === 'change.progressed') {
      expect(['approved', 'applied']).toContain(change.state)
      change.detail = body.observed
    } else if (body.type === 'change.moved') {
      const to = body.to as State
      expect(body.from).toBe(change.state)
      expect(canMove(change.state, to), `${subject} went from ${change.state} to ${to}`).toBe(true)
      Object.assign(change, { state: to, detail: body.detail, finishedAt: isFinal(to) ? recordedAt : null })
    }
  }
  return { changes, incident, hold, revoked: [...revoked].sort(), reviewItems }
}

interface Folded {
  state: State
  plan: number
  hash: string
  votes: string[]
  /** `0 T1/U0BOB`: the round and whom. */
  asks: string[]
  looker: string | null
  detail: string | null
  finishedAt: Date | null
}

const asFolded = ({ state, planNumber, planHash, votes, asks, looker, detail, finishedAt }: Change): Folded => ({
  ...{ state, plan: planNumber, hash: planHash, looker, detail, finishedAt },
  votes: votes.map(({ person, decision }) => `${person} ${decision}`).sort(),
  asks: asks.map(({ round, person }) => `${round} ${person}`).sort(),
})

/** The same of the tables. */
export const foldedChanges = (changes: Change[]): Record<string, Folded> =>
  Object.fromEntries(changes.map((change) => [changeName(change.id), asFolded(change)]))
