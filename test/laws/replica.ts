import type { Context } from '../../src/operations/context.ts'
import { createEngine, type Engine } from '../../src/operations/engine.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createLedger, type Ledger } from '../../src/timeline/ledger.ts'
import { quiet } from '../support/log.ts'

/** Where a process dies: with its n-th commit still to be done, or done and nothing after it. */
export interface Death {
  commit: number
  when: 'before' | 'after'
}

export class Died extends Error {}

/** The life of a process, as far as its commits go. */
interface Life {
  commits: number
  over: boolean
}

/** A ledger whose process dies there: `onDeath` is called, and nothing is committed any more. */
export function mortal(ledger: Ledger, life: Life, death: Death | undefined, onDeath: () => void): Ledger {
  const die = () => {
    life.over = true
    onDeath()
    throw new Died('the process died')
  }
  return {
    ...ledger,
    async transaction(cause, change) {
      assertAlive(life)
      const result = await ledger.transaction(cause, async (tx) => {
        const result = await change(tx)
        if (death?.when === 'before' && life.commits + 1 === death.commit) die()
        return result
      })
      life.commits += 1
      if (death?.when === 'after' && life.commits === death.commit) die()
      return result
    },
  }
}

export function assertAlive({ over }: Life): void {
  if (over) throw new Died('the process is dead')
}

/** A process of Firebreak's: an engine with connections of its own. */
export interface Replica {
  name: string
  engine: Engine
  /** Once it is over, nothing that it does counts any more. */
  life: Life
  close(): Promise<void>
}

/** One more process on the database at `url`, which may die. `worker` and `operations` of the context are its own. */
export function startReplica(
  context: (life: Life) => Context,
  { url, death }: { url: string; death: Death | undefined },
): Replica {
  const life: Life = { commits: 0, over: false }
  const { db, close } = openDatabase(url, { log: quiet })
  const given = context(life)
  const ledger = mortal(createLedger(db), life, death, () => void close())
  const engine = createEngine({ ...given, db, ledger })
  return {
    ...{ name: given.worker, engine, life },
    async close() {
      await engine.worker.stop()
      if (!life.over) await close()
    },
  }
}
