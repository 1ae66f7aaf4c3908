import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createIdentity, type PeopleRules } from '../../src/identity/identity.ts'
import type { Directory, Person } from '../../src/identity/person.ts'
import { clearAway } from '../../src/operations/clear-away.ts'
import type { Context, Rules } from '../../src/operations/context.ts'
import { createEngine } from '../../src/operations/engine.ts'
import { defineChange, defineRead, type Observation, PlanProblem, type Step } from '../../src/operations/operation.ts'
import type { Rule } from '../../src/operations/policy.ts'
import type { State } from '../../src/operations/states.ts'
import { readChange } from '../../src/operations/store.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { readEntries } from '../../src/timeline/store.ts'
import { testDatabase } from './database.ts'
import { incidentsOf } from './incidents.ts'
import { quiet } from './log.ts'

export const person = (user: string, standing: Person['standing'] = 'member'): Person => ({
  id: `T1/${user}`,
  user,
  name: user.slice(2).toLowerCase(),
  zone: 'Europe/Lisbon',
  standing,
})

export const alice = person('U0ALICE')
export const bob = person('U0BOB')
export const carol = person('U0CAROL')

/** One object with one number, and everything that can go wrong with it. */
export interface World {
  value: number
  uid: string
  /** How often the effect really happened. */
  applied: number
  /** What the next `apply` does instead of answering. */
  next: 'answer' | 'lose the answer' | 'refuse' | 'hang up before'
  observable: boolean
  /** What `observe` says about health once the value is there. */
  health: Observation['health']
  failedSince?: Date
  settleWithinMs: number
  /** Runs inside `apply`, just before the effect. */
  before?: () => Promise<void>
}

export const newWorld = (uid: string): World => ({
  value: 3,
  uid,
  applied: 0,
  next: 'answer',
  observable: true,
  health: 'settled',
  settleWithinMs: 400,
})

const lost = () => Object.assign(new Error('the connection was lost'), { code: 'timeout', maybeApplied: true })

export function turn(world: World) {
  return defineChange({
    name: 'turn',
    version: 1,
    usage: '<service> <value>',
    summary: 'Set the dial',
    examples: ['turn dial 5'],
    positionals: ['service', 'value'],
    flags: [],
    args: z.strictObject({ service: z.string(), value: z.coerce.number() }),
    on: 'kubernetes',
    tier: ({ value }) => (value === 0 ? 'critical' : 'guarded'),
    effect: 'conditional',
    wayBack: 'undo',
    async plan({ value }) {
      if (value === world.value) throw new PlanProblem('nothing_to_do', `it is ${value} already`)
      return {
        steps: [
          {
            object: { kind: 'dial', name: 'dial', namespace: 'lab', uid: world.uid },
            before: { value: world.value },
            after: { value },
            envelope: {
              value: world.value < value ? { min: world.value - 1, max: value } : { min: value, max: world.value + 1 },
            },
          },
        ],
        affects: 'the dial in lab',
        warnings: [],
        settleWithinMs: world.settleWithinMs,
      }
    },
    async apply(step: Step) {
      await world.before?.()
      const how = world.next
      world.next = 'answer'
      if (how === 'refuse') throw Object.assign(new Error('not today'), { code: 'forbidden', maybeApplied: false })
      if (how === 'hang up before') throw lost()
      if (world.uid !== step.object.uid || world.value !== step.before.value) return 'conflict'
      world.value = Number(step.after.value)
      world.applied += 1
      if (how === 'lose the answer') throw lost()
      return 'applied'
    },
    async observe(step: Step) {
      if (!world.observable) return { effect: 'unknown', health: 'settling', summary: 'nobody can tell' }
      const { value, uid } = world
      if (uid !== step.object.uid) return { effect: 'other', health: 'failed', summary: 'the dial was made anew' }
      const effect = value === step.after.value ? 'present' : value === step.before.value ? 'absent' : 'other'
      const { health, failedSince } = world
      return { effect, health, ...(failedSince && { failedSince }), summary: `value is ${value}` }
    },
    check: async () => ({ healthy: world.health === 'settled', summary: `value is ${world.value}` }),
    undo: ({ service }, [step]) => ({ service, value: Number(step?.before.value) }),
  })
}

const look = (world: World) =>
  defineRead({
    name: 'look',
    version: 1,
    usage: '<service>',
    summary: 'Read the dial',
    examples: ['look dial'],
    positionals: ['service'],
    flags: [],
    args: z.strictObject({ service: z.string() }),
    on: 'kubernetes',
    read: async () => ({ finding: `value is ${world.value}`, alarming: false, detail: 'one dial' }),
  })

const allow = (roles: string[], operations: string[], tiers: string[]): Rule => ({
  effect: 'allow',
  roles,
  operations,
  services: ['*'],
  environments: ['*'],
  severities: ['*'],
  tiers,
  line: 1,
  text: `allow ${roles} ${operations} ${tiers}`,
})

/** An engine on a database of its own, with one dial to turn; alice asks, bob and carol approve. */
export async function testEngine(options: Partial<Context> = {}) {
  const database = await testDatabase()
  const { db, close } = openDatabase(database.url, { log: quiet })
  const ledger = createLedger(db)
  const world = newWorld('a')
  const people = new Map([alice, bob, carol].map((p) => [p.id, p]))
  const directory: Directory = {
    person: async (id) => ({ value: people.get(id) ?? person(id.slice(3), 'unknown'), at: new Date() }),
    group: async () => ({ value: [], at: new Date() }),
  }
  const role = (...users: string[]) => ({ users, userGroups: [], onCall: [] })
  const service = (name: string, owners: string[]) => ({
    ...{ name, owners, onCall: null, bounds: {}, healthy: null },
    on: [{ target: 'lab', deployment: name }],
  })
  const rules: Rules & PeopleRules = {
    services: { dial: service('dial', ['owner']), orphan: service('orphan', []) },
    targets: [{ name: 'lab', kind: 'kubernetes', environment: 'production', port: {} as never }],
    roles: {
      everyone: role('*'),
      operator: role('U0ALICE', 'U0BOB'),
      approver: role('U0BOB', 'U0CAROL'),
      owner: role('U0CAROL'),
    },
    schedules: {},
    people: [],
    policy: [
      allow(['everyone'], ['*'], ['read']),
      allow(['operator'], ['turn', 'undo'], ['low', 'guarded', 'critical']),
    ],
    approvals: {
      guarded: { approvers: ['approver'], needed: 1, approveWithinMs: 60_000, executeWithinMs: 60_000 },
      critical: { approvers: ['approver'], needed: 2, approveWithinMs: 60_000, executeWithinMs: 60_000 },
    },
    askNext: { severities: [], afterMs: [60_000] },
  }
  const context: Context = {
    ...{ db, ledger },
    identity: createIdentity(db, { directory, rules: () => rules }),
    operations: [turn(world), look(world)],
    rules: () => rules,
    whyUnseen: async () => null,
    recovering: async () => false,
    wake: async () => {},
    log: quiet,
    worker: 'test',
    leaseMs: 1_000,
    lookEveryMs: 20,
    ...options,
  }
  const engine = createEngine(context)
  const incidents = incidentsOf(db, ledger, { clearAway })
  let causes = 0
  const cause = () => `test:${++causes}`
  const opened = await incidents.open({ person: alice, cause: cause() }, { severity: 'P1', title: null, service: null })
  const incident = opened.kind === 'done' ? opened.incident : 0

  return {
    ...{ database, context, rules, directory, engine, incidents, incident, world, db, ledger, cause, people },
    ...{ url: database.url, migrateUrl: database.migrateUrl },
    /** Somebody asks to turn the dial. */
    async plan(value: number, by = alice, service = 'dial') {
      return await engine.request({
        ...{ person: by, cause: cause(), channel: 'C0INCIDENTS', incident },
        operation: context.operations[0] as never,
        args: { service, value },
        line: `turn ${service} ${value}`,
      })
    },
    /** Plans and expects it to be planned; returns its number. */
    async planned(value: number, by = alice) {
      const result = await this.plan(value, by)
      if (result.kind !== 'planned') throw new Error(JSON.stringify(result))
      return result.change
    },
    /** Plans, and has bob approve it. */
    async approved(value: number) {
      const id = await this.planned(value)
      await this.vote(id, bob)
      return id
    },
    async vote(
      id: number,
      by: Person,
      decision: 'approve' | 'reject' = 'approve',
      over: { hash?: string; plan?: number } = {},
    ) {
      const change = await readChange(db, id)
      const seen = { plan: change?.planNumber ?? 1, hash: change?.planHash.slice(0, 16) ?? '', ...over }
      return await engine.vote({ person: by, cause: cause(), change: id, decision, ...seen })
    },
    /** Waits until the change is in that state, and returns it; fails with where it got to. */
    async until(id: number, state: State) {
      for (let tries = 0; tries < 1_500; tries++) {
        const change = await readChange(db, id)
        if (change?.state === state) return change
        await sleep(20)
      }
      throw new Error(`OP-${id} never was ${state}: ${JSON.stringify(await this.story())}`)
    },
    /** The incident's entries in short: `planned`, `approved→claimed: …`. */
    async story() {
      const entries = await readEntries(db, `INC-${incident}`)
      return entries.map(({ body }) => (body.type === 'change.moved' ? `${body.from} → ${body.to}` : body.type))
    },
    entries: () => readEntries(db, `INC-${incident}`),
    async close() {
      await engine.worker.stop()
      await close()
      await database.drop()
    },
  }
}

export type TestEngine = Awaited<ReturnType<typeof testEngine>>
