import { z } from 'zod'
import { type Change, changeName } from '../../src/operations/change.ts'
import { ChangeName } from '../arguments.ts'
import { type Answer, type Command, defineCommand, type Gesture, refuse } from '../command.ts'
import type { Desk } from '../desk.ts'

/** A verb about one change: `withdraw OP-12`. */
export const defineOnChange = (
  verb: Pick<Command, 'name' | 'aliases' | 'summary' | 'decides'>,
  act: (change: Change, gesture: Gesture, desk: Desk) => Promise<Answer>,
): Command =>
  defineCommand({
    ...verb,
    usage: '<OP-n>',
    examples: [`${verb.name} OP-12`],
    positionals: ['change'],
    flags: [],
    args: z.strictObject({ change: ChangeName }),
    run: ({ change }, gesture, desk) => onChange(change, gesture, desk, act),
  })

/** Does something about a change, if there is one of that number. */
export async function onChange(
  id: number,
  gesture: Gesture,
  desk: Desk,
  act: (change: Change, gesture: Gesture, desk: Desk) => Promise<Answer>,
): Promise<Answer> {
  const change = await desk.engine.change(gesture, id)
  return change ? await act(change, gesture, desk) : refuse(`There is no ${changeName(id)}. Nothing was done.`)
}
