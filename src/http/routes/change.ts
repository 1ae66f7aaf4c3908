import { z } from 'zod'
import { ChangeName } from '../../../commands/arguments.ts'
import type { Engine } from '../../operations/engine.ts'
import { ApiError, defineRoute } from './route.ts'
import type { Said, Speech } from './said.ts'

/** `GET /api/change?name=OP-12`: where a change stands, for whoever waits for its end. */
export const change = ({ engine, speech }: { engine: Engine; speech: Speech }) =>
  defineRoute({
    method: 'GET',
    path: '/api/change',
    act: null,
    input: z.strictObject({ name: ChangeName }),

    async handle({ name: id }, caller): Promise<Said> {
      const found = await engine.change(caller, id)
      if (!found) throw new ApiError(404, 'no_change', `there is no OP-${id}`)
      return { kind: 'text', ...(await speech.change(found, caller)) }
    },
  })
