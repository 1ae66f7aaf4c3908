import { z } from 'zod'
import { parseIncidentName } from '../src/incidents/incident.ts'
import { parseChangeName } from '../src/operations/change.ts'

/** A service of the catalogue, by name. RFC 1123, so that it can be said to any adapter. */
export const ServiceName = z
  .string()
  .toLowerCase() // phones write the first letter large
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a service’s name (small letters, digits and dashes)')

/** A whole number as people write it: no `0x5`, no `1e9`, no `５`, no sign. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,9})$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)

const numberOf = (parseName: (text: string) => number | null, example: string) =>
  z.string().transform((text, context) => {
    const number = parseName(text)
    if (number !== null) return number
    context.addIssue({ code: 'custom', message: `must be like \`${example}\`` })
    return z.NEVER
  })

/** `INC-7` as 7. */
export const IncidentName = numberOf(parseIncidentName, 'INC-7')

/** `OP-12` as 12. */
export const ChangeName = numberOf(parseChangeName, 'OP-12')
