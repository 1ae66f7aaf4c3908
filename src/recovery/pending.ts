import { asActor, type Person } from '../identity/person.ts'
import { bind } from '../operations/catalogue.ts'
import type { Change } from '../operations/change.ts'
import type { Context } from '../operations/context.ts'
import { type Held, move, withChange } from '../operations/move.ts'
import type { ChangeOperation } from '../operations/operation.ts'
import { readSteps, updateOutcome } from '../operations/runs/store.ts'
import { readChange } from '../operations/store.ts'
import { type Recovery, recoveryName } from './standing.ts'

/** What becomes of a change that was pending: nothing of it is run any more. */
export type Became = 'stale' | 'applied' | 'unknown'

type Tools = Pick<Context, 'db' | 'ledger' | 'operations' | 'rules'>

/** Settles one change that was asked for before a recovery, by a person's word; null when it had ended meanwhile. */
export async function settle(tools: Tools, id: number, person: Person, recovery: Recovery): Promise<Became | null> {
  const seen = await look(tools, (await readChange(tools.db, id)) as Change)
  const why = `the ledger went back to an earlier point (${recoveryName(recovery.id)}); plan it again`
  return await withChange(tools, id, null, async (held) => {
    const { change, chain } = held
    const actor = asActor(person)
    const stale = (change: Change) => move({ ...held, change }, 'stale', actor, why, { finished_at: chain.now })
    switch (change.state) {
      case 'planned':
      case 'approved':
        await stale(change)
        return 'stale'
      case 'claimed': {
        // The next epoch: a worker that is only slow shall find that it lost it.
        const fields = { epoch: change.epoch + 1, lease_until: null }
        await stale(await move(held, 'approved', actor, 'whoever had claimed it may not go on', fields))
        return 'stale'
      }
      case 'intended':
        return await record(held, person, seen)
      default:
        return null
    }
  })
}

/** What a target shows of an effect that was about to be made. */
interface Seen {
  present: boolean
  /** For people. */
  summary: string
}

/** Looks at the step whose outcome is missing. What it isn't there for, after a ledger went back, nobody can tell. */
async function look({ db, operations, rules }: Tools, change: Change): Promise<Seen> {
  const { operation: name, service, environment } = change
  const open = (await readSteps(db, change)).find(({ outcome }) => outcome === null)
  const operation = operations.find((o) => o.name === name) as ChangeOperation | undefined
  const binding = operation && bind(rules(), service, operation.on, environment)
  if (!open || !operation || !binding || 'problem' in binding) return { present: false, summary: 'nothing to look at' }
  try {
    const { effect, summary } = await operation.observe(open.document, binding.bound)
    return { present: effect === 'present', summary }
  } catch (error) {
    return { present: false, summary: `it could not be looked at: ${(error as Error).message}` }
  }
}

async function record(held: Held, person: Person, { present, summary }: Seen): Promise<Became> {
  const { tx, chain, change } = held
  const open = (await readSteps(tx.db, change)).find(({ outcome }) => outcome === null)
  const whole = present && open?.step === change.plan.steps.length - 1
  const more = present ? 'the steps after this one are not run any more' : 'the ledger went back to an earlier point'
  const observed = whole ? summary : `${more}; seen since: ${summary}`
  if (open) {
    await updateOutcome(tx.db, change, open.step, { outcome: present ? 'applied' : 'unknown', observed, at: chain.now })
  }
  const until = new Date(chain.now.getTime() + change.plan.settleWithinMs)
  // The next epoch: a worker that is only slow shall find that it lost it.
  const fields = { epoch: change.epoch + 1, lease_until: chain.now, ...(whole && { verify_until: until }) }
  const became = whole ? 'applied' : 'unknown'
  await move(held, became, asActor(person), observed, fields)
  return became
}
