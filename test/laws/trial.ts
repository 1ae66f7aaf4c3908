import { setTimeout as sleep } from 'node:timers/promises'
import { bind } from '../../src/operations/catalogue.ts'
import type { Change } from '../../src/operations/change.ts'
import type { Engine } from '../../src/operations/engine.ts'
import type { Bound } from '../../src/operations/operation.ts'
import { readSteps } from '../../src/operations/runs/store.ts'
import { isFinal } from '../../src/operations/states.ts'
import { readChange } from '../../src/operations/store.ts'
import type { Entry } from '../../src/timeline/entries.ts'
import { DuplicateCause } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { alice, bob, carol, testEngine } from '../support/engine.ts'
import { assertAlive, type Death, type Replica, startReplica } from './replica.ts'
import { catalogueOf, exampleOf, type Subject } from './subjects.ts'
import { watchTraffic } from './traffic.ts'

/** Nobody renews a lease while a test runs; a dead worker's is ended by hand. */
const LEASE_MS = 30_000
/** The cores are shared with other tests. */
export const PATIENCE_MS = 60_000

/** A subject in a world of its own, and as many replicas on one database as the law asks for. */
export async function startTrial({ make }: Subject, { answerWithinMs }: { answerWithinMs?: number } = {}) {
  const { world, operation } = await make()
  const { line, args } = await exampleOf(operation, world)
  const catalogue = catalogueOf(world, operation.on)
  const binding = bind(catalogue, args.service, operation.on, undefined)
  const { bound } = binding as { bound: Bound }
  const t = await testEngine({ operations: [operation], leaseMs: LEASE_MS, lookEveryMs: 20 })
  Object.assign(t.rules, catalogue, {
    policy: [{ ...t.rules.policy[1], operations: ['*'], text: 'operators may do everything' }],
  })

  const traffic = watchTraffic(operation, world, answerWithinMs)
  const replicas: Replica[] = []
  let causes = 0
  const trial = {
    ...{ t, world, operation, bound, traffic },

    replica(name: string, death?: Death): Replica {
      const context = (life: Replica['life']) => ({
        ...t.context,
        ...{ worker: name, operations: [traffic.through(() => assertAlive(life))] },
      })
      const replica = startReplica(context, { url: t.url, death })
      replicas.push(replica)
      return replica
    },
    /** Nobody takes anything new, and what is under way ends. */
    stop: async () => void (await Promise.all(replicas.map((replica) => replica.close()))),

    /** Alice asks for the example, once for each cause; rejects when it isn't planned. */
    async request(engine: Engine, { cause = `request:${++causes}`, incident = t.incident } = {}): Promise<number> {
      const asking = { person: alice, cause, channel: 'C0INCIDENTS', incident }
      const result = await engine.request({ ...asking, operation, args, line }).catch(isOnRecord)
      if (!result) return (await trial.changes()).at(-1)?.id ?? 0
      if (result.kind !== 'planned') throw new Error(`${line} was not planned: ${JSON.stringify(result)}`)
      return result.change
    },
    /** Whoever has to says yes; once more, they are told that it is decided. */
    async approve(engine: Engine, id: number): Promise<void> {
      const { plan, planHash: hash } = (await readChange(t.db, id)) as Change
      if (plan.tier === 'low')
        await engine.confirm({ person: alice, cause: `confirm:${id}`, change: id }).catch(isOnRecord)
      for (const person of plan.tier === 'low' ? [] : plan.tier === 'guarded' ? [bob] : [bob, carol]) {
        const ballot = { person, cause: `vote:${id}:${person.id}`, change: id, plan: 1, hash }
        await engine.vote({ ...ballot, decision: 'approve' }).catch(isOnRecord)
      }
    },
    /** The change when it is over, or a person is asked; fails with its story when that takes too long. */
    async over(id: number): Promise<Change> {
      for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(50)) {
        const change = (await readChange(t.db, id)) as Change
        if (isOver(change)) return change
      }
      throw new Error(`OP-${id} never ended: ${JSON.stringify(await t.story())}`)
    },
    isOver: async (id: number) => isOver((await readChange(t.db, id)) as Change),
    /** The whole way of one change with one replica. */
    async run(replica: Replica): Promise<Change> {
      replica.engine.worker.start()
      const id = await trial.request(replica.engine)
      await trial.approve(replica.engine, id)
      return await trial.over(id)
    },
    /** A dead replica gives no sign of life, and its leases run out. */
    bury: ({ name }: Replica) =>
      t.db
        .updateTable('changes')
        .set({ lease_until: new Date(0) })
        .where('worker', '=', name)
        .where('lease_until', 'is not', null)
        .execute(),
    async changes(): Promise<Change[]> {
      const rows = await t.db.selectFrom('changes').select('id').orderBy('id').execute()
      return (await Promise.all(rows.map(({ id }) => readChange(t.db, id)))) as Change[]
    },
    /** Alice wants it taken back. */
    undo: (change: number) =>
      t.engine.undo({
        ...{ person: alice, cause: `undo:${++causes}`, channel: 'C0INCIDENTS', change, confirmed: false },
      }),
    /** The entries of every chain. */
    async entries(): Promise<Entry[]> {
      const chains = await t.db.selectFrom('chains').select('chain').orderBy('chain').execute()
      return (await Promise.all(chains.map(({ chain }) => readEntries(t.db, chain)))).flat()
    },
    /** What each step of the change came to, as it is on record. */
    outcomes: async (id: number) =>
      (await readSteps(t.db, (await readChange(t.db, id)) as Change)).map(({ outcome }) => outcome),

    async close() {
      await trial.stop()
      await t.close()
      await world.close()
    },
  }
  return trial
}

export type Trial = Awaited<ReturnType<typeof startTrial>>

const isOver = ({ state }: Change): boolean => isFinal(state) || state === 'unknown'

/** For `catch`: what Slack delivers again is on record already. */
function isOnRecord(error: unknown): null {
  if (error instanceof DuplicateCause) return null
  throw error
}
