import type { EntryBody } from '../../timeline/entries.ts'

/** A JSON Schema (2020-12) of one value. */
export type Shape = Record<string, unknown>

/** A key that may be missing. */
export interface Optional {
  optional: Shape
}

/**
 * What each type of a group of entries says, beside its type: the compiler holds that no type and no key is forgotten,
 * and that just what may be missing is optional.
 */
export type Bodies<B extends EntryBody> = {
  [T in B['type']]: {
    is: string
    data: { [K in Exclude<keyof Of<B, T>, 'type'>]-?: undefined extends Of<B, T>[K] ? Optional : Shape }
  }
}
type Of<B, T> = Extract<B, { type: T }>

export const text = (description: string): Shape => ({ type: 'string', description })
export const integer = (description: string): Shape => ({ type: 'integer', minimum: 0, description })
export const flag = (description: string): Shape => ({ type: 'boolean', description })
export const oneOf = (values: readonly string[], description: string): Shape => ({ enum: values, description })
export const list = (items: Shape, description: string): Shape => ({ type: 'array', items, description })

/** In UTC, with milliseconds. */
export const time = (description: string): Shape => ({
  ...{ type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' },
  description,
})

export const hash = (description: string): Shape => ({ type: 'string', pattern: '^[0-9a-f]{64}$', description })

/** The same, or null; `why` says what that means. */
export const orNull = ({ description, ...shape }: Shape, why: string): Shape => ({
  anyOf: [shape, { type: 'null' }],
  description: `${description}; null: ${why}`,
})

export const optional = (shape: Shape): Optional => ({ optional: shape })

/** An object that has these keys and no others. */
export function object(description: string, keys: Record<string, Shape | Optional>): Shape {
  const isOptional = (shape: Shape | Optional): shape is Optional => 'optional' in shape
  return {
    ...{ type: 'object', description },
    required: Object.keys(keys).filter((key) => !isOptional(keys[key] as Shape)),
    properties: Object.fromEntries(
      Object.entries(keys).map(([key, shape]) => [key, isOptional(shape) ? shape.optional : shape]),
    ),
    additionalProperties: false,
  }
}

export const person = (description: string): Shape =>
  text(`${description}: a person’s id (workspace and user, T012/U0ALICE)`)
