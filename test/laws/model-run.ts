import type { Change } from '../../src/operations/change.ts'
import { execute } from '../../src/operations/runs/execute.ts'
import { dueChanges } from '../../src/operations/runs/store.ts'
import { WORK } from '../../src/operations/runs/worker.ts'
import { readChange } from '../../src/operations/store.ts'
import { withClient } from '../../src/storage/connection.ts'
import { DuplicateCause } from '../../src/timeline/ledger.ts'
import { testEngine } from '../support/engine.ts'
import { type Lab, lab } from './lab.ts'
import { APPROVERS, BOUNDS, DUTY, ON_CALL, OPERATORS, type Operated, OWNERS, type Who } from './model.ts'
import { PEOPLE, readState } from './model-state.ts'
import type { DiesAt } from './model-work.ts'
import { type Death, Died, mortal } from './replica.ts'
import type { Fault } from './world.ts'

const DEATHS: Record<DiesAt, Death> = {
  claim: { commit: 1, when: 'after' },
  intent: { commit: 2, when: 'after' },
  effect: { commit: 3, when: 'before' },
  outcome: { commit: 3, when: 'after' },
}
/** A worker that is told to stop waits for nothing: it hands over what has to be watched. */
const AT_ONCE = AbortSignal.abort()
const HOUR_MS = 3_600_000

/** The engine, with the configuration that the model has, and everything that can be done to it one by one. */
export async function startRun() {
  const bench = lab()
  for (const dial of bench.dials) dial.settleWithinMs = HOUR_MS
  const faults: Fault[] = []
  const operations = Object.fromEntries(
    Object.entries(bench.operations).map(([name, operation]) => [
      name,
      {
        ...operation,
        apply(...asked: Parameters<typeof operation.apply>) {
          const fault = faults.shift()
          return fault ? bench.meet(fault, () => operation.apply(...asked)) : operation.apply(...asked)
        },
      },
    ]),
  ) as Lab['operations']
  const t = await testEngine({ operations: Object.values(operations), leaseMs: HOUR_MS, lookEveryMs: 5 })
  for (const known of Object.values(PEOPLE)) t.people.set(known.id, known)
  const role = (people: Who[]) => ({ users: people.map((who) => PEOPLE[who].user), userGroups: [], onCall: [] })
  const line = { ...(t.rules.policy[1] as (typeof t.rules.policy)[0]), tiers: ['*'] }
  const within = { approveWithinMs: HOUR_MS, executeWithinMs: HOUR_MS }
  Object.assign(t.rules, {
    roles: {
      ...{ operator: role(OPERATORS), approver: role(APPROVERS), owner: role(OWNERS), duty: role(DUTY) },
      everyone: { ...role([]), users: ['*'] },
    },
    schedules: {
      primary: {
        zone: 'UTC',
        people: [PEOPLE[ON_CALL].user],
        starts: '2026-01-05 09:00',
        everyMs: 7 * 24 * HOUR_MS,
        overrides: [],
      },
    },
    services: {
      dial: {
        ...{ name: 'dial', owners: ['owner'], onCall: 'primary', bounds: { turn: { value: BOUNDS } }, healthy: null },
        on: [{ target: 'lab', deployment: 'dial' }],
      },
    },
    policy: [
      { ...line, roles: ['operator'], operations: ['turn', 'pull', 'flip', 'undo'] },
      { ...line, roles: ['duty'], operations: ['hold', 'release', 'revoke', 'break-glass'] },
    ],
    approvals: {
      guarded: { ...within, approvers: ['approver'], needed: 1 },
      critical: { ...within, approvers: ['approver'], needed: 2 },
    },
  })
  const { engine, db, incident } = t
  const asOwner = (sql: string, values: unknown[]) => withClient(t.migrateUrl, (client) => client.query(sql, values))
  const asked = (who: Who, cause: string) => ({ person: PEOPLE[who], cause, channel: 'C0INCIDENTS' })
  const ids = async () => (await db.selectFrom('changes').select('id').orderBy('id').execute()).map(({ id }) => id)
  const shown = async (id: number) => {
    const { planNumber: plan, planHash: hash } = (await readChange(db, id)) as Change
    return { plan, hash }
  }

  /** What people do, by a gesture with this cause. */
  const gestures = {
    request: (
      cause: string,
      by: Who,
      { operation, value, alone }: { operation: Operated; value: number; alone: boolean },
    ) =>
      engine.request({
        ...{ ...asked(by, cause), incident: alone ? null : incident, operation: operations[operation] },
        args: operation === 'pull' ? { service: 'dial' } : { service: 'dial', value },
        line: lineOf(operation, value),
      }),
    vote: async (cause: string, who: Who, change: number, decision: 'approve' | 'reject') =>
      engine.vote({ ...asked(who, cause), change, decision, ...(await shown(change)) }),
    breakGlass: async (cause: string, who: Who, change: number) =>
      engine.breakGlass({ ...asked(who, cause), change, reason: 'nobody answers', ...(await shown(change)) }),
    confirm: (cause: string, who: Who, change: number) => engine.confirm({ ...asked(who, cause), change }),
    withdraw: (cause: string, who: Who, change: number) => engine.withdraw({ ...asked(who, cause), change }),
    looking: (cause: string, who: Who, change: number) => engine.looking({ ...asked(who, cause), change }),
    askAgain: (cause: string, who: Who, change: number) => engine.askAgain({ ...asked(who, cause), change }),
    replan: (cause: string, who: Who, change: number) => engine.replan({ ...asked(who, cause), change }),
    undo: (cause: string, who: Who, change: number, confirmed: boolean) =>
      engine.undo({ ...asked(who, cause), change, confirmed }),
    settle: (cause: string, who: Who, change: number, as: 'applied' | 'failed' | 'seen') =>
      as === 'seen'
        ? engine.lookAgain({ ...asked(who, cause), change })
        : engine.mark({ ...asked(who, cause), change, as }),
    hold: (cause: string, who: Who) => engine.hold(asked(who, cause), 'we look for the cause'),
    release: (cause: string, who: Who) => engine.release(asked(who, cause)),
    revoke: (cause: string, who: Who, whom: Who) =>
      engine.revoke(asked(who, cause), { whom: PEOPLE[whom], reason: 'the laptop was stolen' }),
    reinstate: (cause: string, who: Who, whom: Who) => engine.reinstate(asked(who, cause), PEOPLE[whom]),
    resolve: (cause: string, who: Who) =>
      t.incidents.move(asked(who, cause), incident, 'resolved', { cause: null, fix: null }),
  }

  /** A worker takes the change up, and dies there. */
  async function die(id: number, at: DiesAt): Promise<void> {
    const ledger = mortal(t.ledger, { commits: 0, over: false }, DEATHS[at], () => {})
    await execute({ ...t.context, ledger }, id, AT_ONCE).catch((error) => {
      if (!(error instanceof Died)) throw error
    })
  }

  return {
    ...{ t, bench, faults, gestures, die, ids },
    all: async () => (await Promise.all((await ids()).map((id) => readChange(db, id)))) as Change[],
    /** All that there is to do, one after the other, until nothing moves any more. */
    async work(): Promise<void> {
      for (let before = ''; ; ) {
        const changes = await db.selectFrom('changes').select(['id', 'state']).orderBy('id').execute()
        const steps = await db.selectFrom('run_steps').select(['change', 'step', 'outcome']).execute()
        const now = JSON.stringify([changes, steps.map((step) => JSON.stringify(step)).sort()])
        if (now === before) return
        before = now
        for (const { id, due } of await dueChanges(db)) await WORK[due](t.context, id, AT_ONCE)
      }
    },
    leaseRunsOut: async (id: number) => {
      const past = { lease_until: new Date(0) }
      await db.updateTable('changes').set(past).where('id', '=', id).where('lease_until', 'is not', null).execute()
    },
    deadlinePasses: (id: number) =>
      asOwner(
        `update plans set approve_by = case state when 'planned' then 'epoch' else approve_by end,
           execute_by = case state when 'approved' then 'epoch' else execute_by end
         from changes where changes.id = change and change = $1`,
        [id],
      ),
    settlingTakesTooLong: async (id: number) => {
      const past = { verify_until: new Date(0) }
      await db.updateTable('changes').set(past).where('id', '=', id).where('state', '=', 'applied').execute()
    },
    aWhilePasses: (id: number) =>
      asOwner(`update asks set asked_at = asked_at - interval '1 minute' where change = $1`, [id]),

    state: () => readState(t, bench),
    close: () => t.close(),
  }
}

export type Run = Awaited<ReturnType<typeof startRun>>

export const lineOf = (operation: Operated, value: number): string =>
  operation === 'pull' ? 'pull dial' : `${operation} dial ${value}`

/** Whether a gesture did something. Delivered twice, it is on record already. */
export const didSomething = (gesture: Promise<{ kind: string }>): Promise<boolean> =>
  gesture.then(
    ({ kind }) => kind !== 'refused',
    (error) => {
      if (error instanceof DuplicateCause) return false
      throw error
    },
  )
