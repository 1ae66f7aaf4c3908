import * as expected from './model.ts'
import type { Act } from './model-acts.ts'
import * as people from './model-gestures.ts'
import { didSomething, lineOf, type Run } from './model-run.ts'
import * as workers from './model-work.ts'

/** What people and time do things to mostly; the rest is to be refused, or without an effect. */
const MOSTLY: Partial<Record<Act['do'], (change: expected.ModelChange) => boolean>> = {
  vote: ({ state }) => state === 'planned' || state === 'approved',
  confirm: ({ state, tier }) => state === 'planned' && tier === 'low',
  looking: ({ state }) => state === 'planned',
  withdraw: ({ state }) => state === 'planned' || state === 'approved',
  'get approved': ({ state }) => state === 'planned',
  'break the glass': ({ state }) => state === 'planned',
  'a while passes': ({ state }) => state === 'planned',
  'ask again': ({ state, askedLately }) => state === 'planned' && !askedLately,
  undo: ({ run }) => run.some(expected.isApplied),
  replan: (change) => expected.isOver(change),
  settle: ({ state }) => state === 'unknown',
  die: ({ state }) => state === 'approved',
  'lease runs out': ({ leased }) => leased,
  'settling takes too long': ({ state }) => state === 'applied',
  'deadline passes': ({ state }) => state === 'planned' || state === 'approved',
}

/** The number of the change that an act is about. */
function meant(model: expected.Model, act: Act & { which: number }): number | undefined {
  const mostly = model.changes.filter((change) => MOSTLY[act.do]?.(change) ?? true)
  const from = act.which < 0 || mostly.length === 0 ? model.changes : mostly
  return from.at(-1 - (Math.max(act.which, 0) % from.length))?.id
}

/** Somebody whose word an approved change stands on. */
const anApprover = (model: expected.Model): expected.Who => {
  const cast = model.changes.filter(({ state }) => state === 'approved').flatMap(({ votes }) => Object.keys(votes))
  return (cast[0] as expected.Who | undefined) ?? 'bob'
}

/** Everybody whom it may take says yes. */
const approvals = ({ which }: { which: number }): Act[] => [
  ...(['bob', 'carol'] as const).map((who) => ({ do: 'vote', who, which, twice: false, decision: 'approve' }) as const),
  { do: 'confirm', who: 'its requester', which, twice: false },
]

/** Does it on both sides. For what people do: whether it was allowed, and whether it should have been. */
export async function perform(
  model: expected.Model,
  run: Run,
  act: Act,
  cause: string,
): Promise<[boolean, boolean] | null> {
  const { gestures } = run
  const nth = 'which' in act ? meant(model, act) : 0
  if (nth === undefined) return null
  const change = expected.find(model, nth)
  const who = 'who' in act ? (act.who === 'its requester' ? change.by : act.who) : 'alice'
  // A delivery that was refused for being the second leaves a gap in the real numbers.
  const id = (await run.ids())[nth - 1] ?? 0
  const gesture = async (should: boolean, does: () => Promise<{ kind: string }>): Promise<[boolean, boolean]> => {
    const did = await didSomething(does())
    if ('twice' in act && act.twice) await didSomething(does())
    return [did, should]
  }
  switch (act.do) {
    case 'request': {
      const { operation, value, alone } = act
      const line = lineOf(operation, value)
      const should = people.request(model, { by: who, operation, value, line, alone })
      return await gesture(should, () => gestures.request(cause, who, act))
    }
    case 'vote':
      return await gesture(people.vote(model, who, nth, act.decision), () =>
        gestures.vote(cause, who, id, act.decision),
      )
    case 'confirm':
      return await gesture(people.confirm(model, who, nth), () => gestures.confirm(cause, who, id))
    case 'undo':
      return await gesture(people.undo(model, { by: who, id: nth, confirmed: act.confirmed }), () =>
        gestures.undo(cause, who, id, act.confirmed),
      )
    case 'replan':
      return await gesture(people.replan(model, who, nth), () => gestures.replan(cause, who, id))
    case 'withdraw':
      return await gesture(people.withdraw(model, who, nth), () => gestures.withdraw(cause, who, id))
    case 'looking':
      return await gesture(people.look(model, who, nth), () => gestures.looking(cause, who, id))
    case 'ask again':
      return await gesture(people.askAgain(model, who, nth), () => gestures.askAgain(cause, who, id))
    case 'break the glass':
      return await gesture(people.breakGlass(model, who, nth), () => gestures.breakGlass(cause, who, id))
    case 'settle':
      return await gesture(people.settle(model, who, nth, act.as), () => gestures.settle(cause, who, id, act.as))
    case 'hold':
      return await gesture(people.hold(model, who), () => gestures.hold(cause, who))
    case 'release':
      return await gesture(people.release(model, who), () => gestures.release(cause, who))
    case 'revoke': {
      const whom = act.whom === 'an approver' ? anApprover(model) : act.whom
      return await gesture(people.revoke(model, who, whom), () => gestures.revoke(cause, who, whom))
    }
    case 'reinstate': {
      const whom = model.revoked[0] ?? 'alice'
      return await gesture(people.reinstate(model, who, whom), () => gestures.reinstate(cause, who, whom))
    }
    case 'resolve':
      return await gesture(people.resolve(model, who), () => gestures.resolve(cause, who))
  }

  const dial = model.dials['dial' in act ? act.dial : 0] as expected.ModelDial
  const real = run.bench.dials['dial' in act ? act.dial : 0] as Run['bench']['dials'][0]
  switch (act.do) {
    case 'fault':
      model.faults.push(act.fault)
      run.faults.push(act.fault)
      break
    case 'drift':
      dial.value += act.by
      real.value += act.by
      break
    case 'make anew':
      dial.uid = 1 + Math.max(...model.dials.map(({ uid }) => uid))
      await run.bench.recreate({ object: real } as never)
      break
    case 'hide':
    case 'show':
      dial.observable = act.do === 'show'
      real.observable = act.do === 'show'
      break
    case 'health':
      model.health = act.health
      real.health = act.health
      break
    case 'work':
      workers.work(model)
      await run.work()
      break
    case 'die':
      workers.die(model, change, act.at)
      await run.die(id, act.at)
      break
    case 'lease runs out':
      change.leased = false
      await run.leaseRunsOut(id)
      break
    case 'deadline passes':
      change.overdue ||= ['planned', 'approved'].includes(change.state)
      await run.deadlinePasses(id)
      break
    case 'settling takes too long':
      change.unsettled ||= change.state === 'applied'
      await run.settlingTakesTooLong(id)
      break
    case 'a while passes':
      change.askedLately = false
      await run.aWhilePasses(id)
  }
  return null
}

/** Each act by itself: one that stands for several is these. */
export const expand = (acts: Act[]): Act[] =>
  acts.flatMap((act) => (act.do === 'get approved' ? approvals(act) : [act]))
