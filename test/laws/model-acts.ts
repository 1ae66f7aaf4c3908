import fc from 'fast-check'
import { one, seldom } from '../support/acts.ts'
import type { Operated, Who } from './model.ts'
import type { DiesAt } from './model-work.ts'
import type { Fault } from './world.ts'

/** Those whom it works out for more often, so that most runs go far. */
const who = fc.constantFrom<Who>('alice', 'alice', 'alice', 'bob', 'bob', 'carol', 'dan', 'eve')
const requester = fc.constantFrom<Who>('alice', 'alice', 'alice', 'alice', 'bob', 'bob', 'carol', 'eve')
/** Mostly whoever asked for it. */
const asker = fc.constantFrom<Who | 'its requester'>('its requester', 'its requester', 'its requester', 'alice', 'bob')
const voter = fc.constantFrom<Who>('bob', 'bob', 'carol', 'carol', 'alice', 'dan')
const duty = fc.constantFrom<Who>('dan', 'dan', 'carol', 'bob')
/** How many back, of the changes that this is mostly done to; -1: just the last one, whatever its state. */
const which: fc.Arbitrary<number> = fc.constantFrom(0, 0, 0, 1, 1, 2, -1)
const dial = fc.nat({ max: 2 })
/** Slack delivers it twice. */
const twice = seldom

const request = one(3, 'request', {
  ...{ who: requester, twice, alone: seldom },
  operation: fc.constantFrom<Operated>('turn', 'turn', 'flip', 'pull'),
  value: fc.constantFrom(0, 2, 4, 5, 6, 8, 11, 12),
})
const getApproved = one(3, 'get approved', { which })
const work = one(4, 'work', {})
const undo = one(3, 'undo', { who: asker, which, twice, confirmed: fc.boolean() })
const settle = one(2, 'settle', { who, which, twice, as: fc.constantFrom('applied', 'failed', 'seen') })
const leaseRunsOut = one(3, 'lease runs out', { which })
const settlingTakesTooLong = one(1, 'settling takes too long', { which })
const release = one(2, 'release', { who: duty, twice })
const reinstate = one(2, 'reinstate', { who: duty, twice })

/** What may happen to a change between its approval and its end. */
const trouble = [
  one(3, 'revoke', {
    who: duty,
    whom: fc.constantFrom<Who | 'an approver'>('an approver', 'an approver', 'an approver', 'alice', 'dan'),
    twice,
  }),
  one(1, 'resolve', { who, twice }),
  one(1, 'hold', { who: duty, twice }),
  one(1, 'withdraw', { who: asker, which, twice }),
  one(1, 'vote', { who: voter, which, twice, decision: fc.constant('reject') }),
  one(1, 'deadline passes', { which }),
  one(2, 'drift', { dial, by: fc.constantFrom(1, -1, 50) }),
  one(1, 'make anew', { dial }),
  one(1, 'hide', { dial }),
  one(2, 'health', { health: fc.constantFrom('settled', 'settling', 'failed') }),
  one(4, 'fault', {
    fault: fc.constantFrom<Fault>('the answer is lost', 'the answer is lost', 'it is cut off', 'it is refused'),
  }),
  one(5, 'die', { which, at: fc.constantFrom<DiesAt>('claim', 'intent', 'effect', 'outcome') }),
]

const act = fc.oneof(
  ...[request, getApproved, work, undo, settle, leaseRunsOut, settlingTakesTooLong, release, reinstate],
  ...trouble,
  one(4, 'vote', { who: voter, which, twice, decision: fc.constant('approve') }),
  one(1, 'confirm', { who: asker, which, twice }),
  one(1, 'replan', { who, which, twice }),
  one(1, 'looking', { who: voter, which, twice }),
  one(1, 'ask again', { who, which, twice }),
  one(1, 'a while passes', { which }),
  one(1, 'break the glass', { who: duty, which, twice }),
  one(1, 'show', { dial }),
  one(1, 'health', { health: fc.constant('settled') }),
  one(1, 'fault', { fault: fc.constant<Fault>('it never arrives') }),
)
export type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

const thatOf = <T>({ arbitrary }: { arbitrary: fc.Arbitrary<T> }): fc.Arbitrary<Act> => arbitrary as fc.Arbitrary<never>

/** So that what was forbidden or held for one change isn't for all that follow. */
const calm: Act[] = [
  { do: 'reinstate', who: 'dan', twice: false },
  { do: 'release', who: 'dan', twice: false },
]

/** Asked for, decided, troubled, run, and what comes after: the way that most changes go. */
const way: fc.Arbitrary<Act[]> = fc
  .tuple(
    fc.constantFrom(calm, calm, []),
    thatOf(request),
    fc.oneof({ weight: 4, arbitrary: thatOf(getApproved) }, { weight: 1, arbitrary: act }),
    fc.array(fc.oneof(...trouble), { maxLength: 2 }),
    fc.array(fc.oneof(work, leaseRunsOut, undo, settle, settlingTakesTooLong, release, reinstate), { maxLength: 4 }),
  )
  .map(([calm, asked, decided, between, after]) => [...calm, asked, decided, ...between, { do: 'work' }, ...after])

export const acts: fc.Arbitrary<Act[]> = fc
  .array(fc.oneof(way, way, fc.array(act, { minLength: 1, maxLength: 4 })), {
    minLength: 1,
    maxLength: 20,
    size: 'max',
  })
  .map((ways) => ways.flat())
