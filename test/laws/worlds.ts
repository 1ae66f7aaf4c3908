import type { Kind } from '../../src/operations/operation.ts'
import { playgroundWorld } from './kubernetes-world.ts'
import type { World } from './world.ts'

/** Where the operations of each kind of target are tried. A new kind needs a line here; a new operation doesn't. */
export const WORLDS: Record<Kind, () => Promise<World>> = {
  kubernetes: playgroundWorld,
}
