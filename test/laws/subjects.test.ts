import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scale } from '../../commands/ops/scale.ts'
import type { ChangeOperation } from '../../src/operations/operation.ts'
import { exampleOf } from './subjects.ts'
import type { World } from './world.ts'
import { WORLDS } from './worlds.ts'

describe('an operation without an example that can be planned', () => {
  let world: World
  beforeEach(async () => {
    world = await WORLDS.kubernetes()
  })
  afterEach(() => world.close())

  const complaint = (examples: string[]) =>
    exampleOf({ ...(scale as ChangeOperation), examples }, world).then(
      ({ line }) => line,
      (error: Error) => error.message,
    )

  it('is named, with what is wrong with each, and with what to do', async () => {
    expect(await complaint(['scale checkout five', 'scale chekout 5', 'scale checkout 3'])).toBe(
      `no example of scale can be planned in the world of kubernetes, so that no law could be tried:
  \`scale checkout five\`: replicas must be a whole number from 0 to 1000, and “five” isn’t
  \`scale chekout 5\`: chekout: there is no such service in the catalogue (this world has catalog, checkout, payments)
  \`scale checkout 3\`: it plans nothing that isn’t so already
Give it one in \`examples\` that can, or teach test/laws/worlds.ts what it needs.`,
    )
    expect(await complaint([])).toContain('it has none')
  })

  it('is tried with the first of several that can', async () => {
    expect(await complaint(['scale checkout 3', 'scale payments 4'])).toBe('scale payments 4')
  })
})
