import { z } from 'zod'
import {
  type ChangeOperation,
  defineChange,
  type Observation,
  PlanProblem,
  type Step,
} from '../../src/operations/operation.ts'
import { newWorld, type World as Turned, turn } from '../support/engine.ts'
import type { Fault, World } from './world.ts'

interface Dial extends Turned {
  name: string
}

/** Three dials, and operations of every shape on them. */
export interface Lab extends World {
  dials: Dial[]
  operations: { turn: ChangeOperation; pull: ChangeOperation; flip: ChangeOperation }
}

export function lab(): Lab {
  const dials = ['a', 'b', 'c'].map((name): Dial => ({ ...newWorld(`uid of ${name}`), name, settleWithinMs: 200 }))
  const [first] = dials as [Dial, Dial, Dial]
  /** Effects on objects that are gone. */
  const past: Record<string, number> = {}
  const dialOf = ({ object }: Step) => dials.find(({ uid }) => uid === object.uid)
  return {
    dials,
    operations: {
      turn: turn(first) as ChangeOperation,
      pull: pull(first) as ChangeOperation,
      flip: flip(dials) as ChangeOperation,
    },
    port: {},
    services: ['dial'],
    meet,
    async effects() {
      const changed = dials.filter(({ applied }) => applied > 0)
      return { ...past, ...Object.fromEntries(changed.map(({ uid, applied }) => [uid, applied])) }
    },
    picture: async () => dials.map(({ uid, value }) => ({ uid, value })),
    async meddle(step) {
      const dial = dialOf(step)
      if (dial) dial.value += 100
      return dial !== undefined
    },
    async recreate(step) {
      const dial = dialOf(step)
      if (!dial) return
      past[dial.uid] = dial.applied
      Object.assign(dial, { uid: `another ${dial.uid}`, applied: 0 })
    },
    close: async () => {},
  }
}

async function meet<T>(fault: Fault, effect: () => Promise<T>): Promise<T> {
  if (fault === 'it is refused') throw Object.assign(new Error('not today'), { code: 'forbidden', maybeApplied: false })
  if (fault === 'it never arrives') {
    throw Object.assign(new Error('nobody listens'), { code: 'unreachable', maybeApplied: false, transient: true })
  }
  const lost = Object.assign(new Error('the connection was lost'), { code: 'unreachable', maybeApplied: true })
  if (fault === 'it is cut off') throw lost
  await effect()
  throw lost
}

const stepOf = ({ name, uid, value }: Dial, after: Step['after']): Step => ({
  object: { kind: 'dial', name, namespace: 'lab', uid },
  before: { value },
  after,
  envelope: {},
})

/** A lever: each pull does something, and nothing shows afterwards whether there was one. */
const pull = (dial: Dial) =>
  defineChange({
    name: 'pull',
    version: 1,
    usage: '<service>',
    summary: 'Pull the lever',
    examples: ['pull dial'],
    positionals: ['service'],
    flags: [],
    args: z.strictObject({ service: z.string() }),
    on: 'kubernetes',
    tier: () => 'guarded',
    effect: 'once',
    wayBack: 'none',
    plan: async () => ({
      steps: [{ ...stepOf(dial, { pulled: true }), before: {} }],
      affects: 'the lever in lab',
      warnings: [],
      settleWithinMs: dial.settleWithinMs,
    }),
    async apply() {
      dial.applied += 1
      return 'applied'
    },
    observe: async () => ({ effect: 'unknown', health: 'settling', summary: 'a lever shows nothing' }),
    check: async () => ({ healthy: true, summary: 'a lever' }),
    undo: (args) => args,
  })

/** A change set: all three dials, or those that `--only` names, one after the other. Turned there already, they stay. */
const flip = (dials: Dial[]) =>
  defineChange({
    name: 'flip',
    version: 1,
    usage: '<service> <value> [--only a,b]',
    summary: 'Turn several dials',
    examples: ['flip dial 5'],
    positionals: ['service', 'value'],
    flags: ['only'],
    args: z.strictObject({ service: z.string(), value: z.coerce.number(), only: z.string().optional() }),
    on: 'kubernetes',
    tier: () => 'guarded',
    effect: 'idempotent',
    wayBack: 'undo',
    async plan({ value, only }) {
      const meant = dials.filter((dial) => dial.value !== value && (only?.split(',').includes(dial.name) ?? true))
      if (meant.length === 0) throw new PlanProblem('nothing_to_do', `they are ${value} already`)
      const steps = meant.map((dial) => stepOf(dial, { value }))
      return { steps, affects: 'dials in lab', warnings: [], settleWithinMs: dials[0]?.settleWithinMs ?? 0 }
    },
    async apply({ object, after }) {
      const dial = dials.find(({ uid }) => uid === object.uid)
      if (!dial) throw Object.assign(new Error('there is no such dial'), { maybeApplied: false })
      if (dial.value !== after.value) {
        dial.value = Number(after.value)
        dial.applied += 1
      }
      return 'applied'
    },
    async observe({ object, before, after }): Promise<Observation> {
      const { uid, value, observable } = dials.find(({ name }) => name === object.name) as Dial
      if (!observable) return { effect: 'unknown', health: 'settling', summary: 'nobody can tell' }
      if (uid !== object.uid) return { effect: 'other', health: 'failed', summary: `${object.name} was made anew` }
      const effect = value === after.value ? 'present' : value === before.value ? 'absent' : 'other'
      return { effect, health: 'settled', summary: `${object.name} is ${value}` }
    },
    check: async () => ({ healthy: true, summary: dials.map(({ name, value }) => `${name} is ${value}`).join(', ') }),
    undo: ({ service }, steps) => ({
      service,
      value: Number(steps[0]?.before.value),
      only: steps.map(({ object }) => object.name).join(','),
    }),
  })
