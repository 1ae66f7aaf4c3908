import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/operations/change.ts'
import { createEngine } from '../../src/operations/engine.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Rule } from '../../src/operations/policy.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import type { State } from '../../src/operations/states.ts'
import { readChange } from '../../src/operations/store.ts'
import { DuplicateCause, GENERAL } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { verifyChain } from '../../src/timeline/verify-chain.ts'
import { one, seldom } from '../support/acts.ts'
import { alice, bob, carol, testEngine, type World } from '../support/engine.ts'
import { fold, foldedChanges } from '../support/fold.ts'

/** Those whom it works out for more often, so that most runs go far. */
const who = fc.constantFrom(alice, alice, alice, bob, carol)
const voter = fc.constantFrom(bob, bob, carol, alice)
/** How many changes back. */
const which = fc.nat({ max: 3 })

const act = fc.oneof(
  one(5, 'request', { who, zero: seldom, alone: seldom, hurried: seldom }),
  one(12, 'vote', { who: voter, which, rejects: seldom, twice: fc.boolean() }),
  one(3, 'undo', { who, which, confirmed: fc.boolean() }),
  one(2, 'confirm', { who, which }),
  one(2, 'mark', { who, which, as: fc.constantFrom<'applied' | 'failed'>('applied', 'failed') }),
  one(1, 'look again', { who, which }),
  one(1, 'withdraw', { who, which }),
  one(1, 'looking', { who: voter, which }),
  one(1, 'ask again', { who, which }),
  one(1, 'break the glass', { which }),
  one(1, 'hold', {}),
  one(2, 'release', {}),
  one(1, 'revoke', { whom: fc.constantFrom(alice, bob) }),
  one(2, 'reinstate', { whom: fc.constantFrom(alice, bob) }),
  one(4, 'world', {
    is: fc.constantFrom<Partial<World>>(
      ...([{ next: 'lose the answer' }, { next: 'refuse' }, { next: 'hang up before' }] as const),
      ...([{ health: 'settling' }, { health: 'failed' }, { health: 'settled' }, { uid: 'b' }] as const),
    ),
  }),
  one(1, 'world', { is: fc.constant<Partial<World>>({ next: 'lose the answer', observable: false }) }),
  one(1, 'drift', {}),
  one(2, 'stall', { ms: fc.nat({ max: 60 }) }),
  one(4, 'go silent', { which }),
  one(1, 'resolve', { who }),
  one(2, 'pause', { ms: fc.nat({ max: 60 }) }),
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

/** Two workers on one database, people who ask and decide, and a world that doesn't hold still. */
async function startRun() {
  const t = await testEngine()
  const { world, incident, cause, db } = t
  // Where each effect took the dial: `apply` counts right after it turned it.
  const effects: number[] = []
  Object.defineProperty(world, 'applied', { get: () => effects.length, set: () => void effects.push(world.value) })
  const [, anything] = t.rules.policy
  const duty = { roles: ['owner'], operations: ['hold', 'release', 'revoke', 'break-glass'], tiers: ['*'] }
  t.rules.policy.push({ ...(anything as Rule), ...duty })
  const byCarol = () => ({ person: carol, cause: cause() })
  const brief = { approvers: ['approver'], approveWithinMs: 30, executeWithinMs: 30 }
  const approvals = { guarded: { ...brief, needed: 1 }, critical: { ...brief, needed: 2 } }
  const engines = [t.engine, createEngine({ ...t.context, worker: 'other' })]
  const hurried = createEngine({ ...t.context, rules: () => ({ ...t.rules, approvals }) })
  const changes: number[] = []
  let last = world.value
  /** No two changes and no drift want the same value, but undos. */
  const next = () => ++last

  const planned = (result: { kind: string; change?: number }) => {
    if (result.change !== undefined) changes.push(result.change)
  }
  const shown = async (change: number) => {
    const { planNumber: plan, planHash: hash } = (await readChange(t.db, change)) as Change
    return { plan, hash }
  }
  async function perform(act: Act): Promise<unknown> {
    const id = 'which' in act ? changes.at(-1 - (act.which % changes.length)) : undefined
    if ('which' in act && id === undefined) return
    const change = id as number
    const gesture = { person: 'who' in act ? act.who : alice, cause: cause(), channel: 'C0INCIDENTS' }
    switch (act.do) {
      case 'request': {
        const value = act.zero ? 0 : next()
        return planned(
          await (act.hurried ? hurried : t.engine).request({
            ...gesture,
            incident: act.alone ? null : incident,
            operation: t.context.operations[0] as Operation,
            args: { service: 'dial', value },
            line: `turn dial ${value}`,
          }),
        )
      }
      case 'look again':
        return await t.engine.lookAgain({ ...gesture, change })
      case 'withdraw':
        return await t.engine.withdraw({ ...gesture, change })
      case 'looking':
        return await t.engine.looking({ ...gesture, change })
      case 'ask again':
        return await t.engine.askAgain({ ...gesture, change })
      case 'break the glass':
        return await t.engine.breakGlass({ ...byCarol(), change, ...(await shown(change)), reason: 'nobody answers' })
      case 'hold':
        return await t.engine.hold(byCarol(), 'we look for the cause')
      case 'release':
        return await t.engine.release(byCarol())
      case 'revoke':
        return await t.engine.revoke(byCarol(), { whom: act.whom, reason: 'the laptop was stolen' })
      case 'reinstate':
        return await t.engine.reinstate(byCarol(), act.whom)
      case 'vote': {
        const { plan, hash } = await shown(change)
        const ballot = { ...gesture, change, plan, hash, decision: act.rejects ? 'reject' : 'approve' } as const
        return await Promise.all([t.engine.vote(ballot), act.twice && t.engine.vote(ballot)])
      }
      case 'undo':
        return planned(await t.engine.undo({ ...gesture, change, confirmed: act.confirmed }))
      case 'confirm':
        return await t.engine.confirm({ ...gesture, change })
      case 'mark':
        return await t.engine.mark({ ...gesture, change, as: act.as })
      case 'world':
        return Object.assign(world, act.is)
      case 'drift':
        world.value = next()
        return
      case 'stall':
        world.before = () => sleep(act.ms)
        return
      case 'go silent':
        // Its worker is still there, and only seems to be gone: the worst that can happen.
        return await db
          .updateTable('changes')
          .set({ lease_until: new Date(0) })
          .where('id', '=', change)
          .where('lease_until', 'is not', null)
          .execute()
      case 'resolve':
        return await t.incidents.move(gesture, incident, 'resolved', { cause: 'a bad dial', fix: null })
      case 'pause':
        return await sleep(act.ms)
    }
  }

  return {
    ...{ t, effects, perform, engines },
    all: async () => (await Promise.all(changes.map((id) => readChange(t.db, id)))) as Change[],
    /** Lets the world be well, until nothing is under way any more. */
    async calm() {
      Object.assign(world, { next: 'answer', observable: true, health: 'settled', before: undefined })
      await t.engine.release(byCarol())
      const busy = ({ state, approveBy }: Change) =>
        ['approved', 'claimed', 'intended', 'applied'].includes(state) ||
        (state === 'planned' && approveBy <= new Date())
      for (const until = Date.now() + 30_000; (await this.all()).some(busy); await sleep(20)) {
        if (Date.now() > until) throw new Error(`something never ended: ${JSON.stringify(await t.story())}`)
      }
      for (const { worker } of engines) await worker.stop()
    },
  }
}

describe('the ledger and the tables, whatever people, workers and the world do', () => {
  it('say the same; every move is legal, no effect happens twice, and the chains verify', {
    timeout: 90_000,
  }, async () => {
    const seen: Partial<Record<State, number>> = {}
    const batches = fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { minLength: 12, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(batches, async (batches) => {
        const run = await startRun()
        const { t, effects } = run
        try {
          for (const { worker } of run.engines) worker.start()
          for (const batch of batches) {
            for (const result of await Promise.allSettled(batch.map(run.perform))) {
              if (result.status === 'rejected' && !(result.reason instanceof DuplicateCause)) throw result.reason
            }
          }
          await run.calm()

          const all = await run.all()
          const chains = [`INC-${t.incident}`, GENERAL]
          const entries = await Promise.all(chains.map((chain) => readEntries(t.db, chain)))
          const folded = entries.map(fold)
          expect(Object.assign({}, ...folded.map(({ changes }) => changes))).toEqual(foldedChanges(all))
          const [incident, general] = folded as [ReturnType<typeof fold>, ReturnType<typeof fold>]
          expect(general.hold).toBeNull()
          const revoked = t.db.selectFrom('revocations').select('person').where('lifted_at', 'is', null)
          expect(general.revoked).toEqual((await revoked.execute()).map(({ person }) => person).sort())
          const items = await t.engine.reviewItemsOf(t.incident)
          expect(incident.reviewItems).toEqual(items.map(({ id }) => id))
          expect(await t.incidents.find({ person: alice }, t.incident)).toMatchObject({
            title: 'P1 incident',
            ...incident.incident,
          })

          const steps = (await Promise.all(all.map((change) => readSteps(t.db, change)))).flat()
          const wanted = steps.map(({ document }) => document.after.value)
          for (const value of new Set(effects)) {
            const times = (list: unknown[]) => list.filter((one) => one === value).length
            expect(times(effects), `effects to ${value}`).toBeLessThanOrEqual(times(wanted))
          }
          for (const [i, chain] of chains.entries()) {
            const length = entries[i]?.length ?? 0
            if (length > 0) expect(await verifyChain(t.db, chain)).toMatchObject({ ok: true, entries: length })
          }
          for (const { state } of all) seen[state] = (seen[state] ?? 0) + 1
        } finally {
          for (const { worker } of run.engines) await worker.stop()
          await t.close()
        }
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 20), interruptAfterTimeLimit: 60_000, endOnFailure: true },
    )
    expect(seen.succeeded, 'runs get through').toBeGreaterThan(0)
    expect(Object.keys(seen).length, 'and end in many ways').toBeGreaterThan(4)
  })
})
