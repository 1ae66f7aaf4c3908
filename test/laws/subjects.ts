import { parse } from '../../commands/grammar.ts'
import { operations } from '../../commands/ops/index.ts'
import { bind } from '../../src/operations/catalogue.ts'
import { type Bound, type ChangeOperation, isRead, type Step, type Value } from '../../src/operations/operation.ts'
import { isSo } from '../../src/operations/plan.ts'
import { type Lab, lab } from './lab.ts'
import type { World } from './world.ts'
import { WORLDS } from './worlds.ts'

/** An operation that the laws hold for, and a fresh world for it to act in. */
export interface Subject {
  name: string
  operation: ChangeOperation
  make(): Promise<{ world: World; operation: ChangeOperation }>
}

/** A test-only operation. */
export const inLab = (name: keyof Lab['operations']): Subject => ({
  ...{ name, operation: lab().operations[name] },
  async make() {
    const world = lab()
    return { world, operation: world.operations[name] }
  },
})

/** Every operation of `/ops` that changes something, in the world of its kind. */
export const listed = (worlds: Record<ChangeOperation['on'], () => Promise<World>> = WORLDS): Subject[] =>
  operations
    .filter((operation) => !isRead(operation))
    .map((operation) => ({
      ...{ name: operation.name, operation: operation as ChangeOperation },
      make: async () => ({ world: await worlds[operation.on](), operation: operation as ChangeOperation }),
    }))

/** And shapes that none of them has: whose effect can't be observed, and several objects in one plan. */
export const subjects: Subject[] = [...listed(), inLab('turn'), inLab('pull'), inLab('flip')]

/** Services as the catalogue has them, all on the world's one target. */
export const catalogueOf = ({ port, services }: World, kind: ChangeOperation['on']) => ({
  targets: [{ name: 'lab', kind, environment: 'production', port: port as never }],
  services: Object.fromEntries(
    services.map((name) => [
      name,
      {
        ...{ name, owners: ['owner'], onCall: null, bounds: {}, healthy: null },
        on: [{ target: 'lab', deployment: name }],
      },
    ]),
  ),
})

/** The operation's first example that can be planned in this world: as it is typed, and as it is read. */
export async function exampleOf(operation: ChangeOperation, world: World) {
  const problems: string[] = []
  for (const line of operation.examples) {
    const parsed = parse(operation, line.slice(operation.name.length).trim())
    if ('problem' in parsed) {
      problems.push(`\`${line}\`: ${parsed.problem}`)
      continue
    }
    const args = parsed.args as Record<string, Value> & { service: string }
    const binding = bind(catalogueOf(world, operation.on), args.service, operation.on, undefined)
    if ('problem' in binding) {
      problems.push(`\`${line}\`: ${args.service}: ${binding.problem} (this world has ${world.services.join(', ')})`)
      continue
    }
    try {
      const { steps } = await operation.plan(args, binding.bound, new Date())
      if (!steps.every(isSo)) return { line, args }
      problems.push(`\`${line}\`: it plans nothing that isn’t so already`)
    } catch (error) {
      problems.push(`\`${line}\`: ${(error as Error).message}`)
    }
  }
  const tried = problems.length > 0 ? problems.join('\n  ') : 'it has none'
  throw new Error(
    `no example of ${operation.name} can be planned in the world of ${operation.on}, so that no law could be tried:\n` +
      `  ${tried}\nGive it one in \`examples\` that can, or teach test/laws/worlds.ts what it needs.`,
  )
}

/** What the example would do, in a fresh world without an engine. */
export async function plannedExample({ make }: Subject) {
  const { world, operation } = await make()
  const { args } = await exampleOf(operation, world)
  const binding = bind(catalogueOf(world, operation.on), args.service, operation.on, undefined)
  const { bound } = binding as { bound: Bound }
  const { steps } = await operation.plan(args, bound, new Date())
  return { world, operation, args, bound, steps }
}

/** Whether the target shows the operation's effect once it is there. */
export async function isObservable(subject: Subject): Promise<boolean> {
  const { world, operation, bound, steps } = await plannedExample(subject)
  const [step] = steps as [Step]
  await operation.apply(step, bound)
  const { effect } = await operation.observe(step, bound)
  await world.close()
  return effect === 'present'
}
