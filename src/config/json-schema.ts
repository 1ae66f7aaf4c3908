import { z } from 'zod'
import { fileSchema } from './schema.ts'

const VARIABLE = '\\$\\{[A-Za-z_]\\w*\\}'

/**
 * What firebreak.yml may hold, for editors: JSON Schema 2020-12. It knows the keys, the shapes of their values and what
 * they mean when nothing stands there; what one part of the file says about another is for `firebreak config check`.
 */
export function jsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, {
    io: 'input',
    unrepresentable: 'any', // what a refinement checks beyond the shape
    override({ jsonSchema }) {
      const { type, pattern } = jsonSchema
      if (type !== 'string' || pattern === undefined) return
      delete jsonSchema.pattern
      jsonSchema.anyOf = [{ pattern }, { pattern: VARIABLE }]
    },
  })
  return { $schema, title: 'firebreak.yml', ...schema }
}
