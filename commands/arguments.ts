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

/**
 * A person as a user id: `<@U0BOB|bob>`, which Slack makes of a mention, or the bare id, which a terminal has. `@bob` as
 * people type it is refused: names are not unique, and anybody may change theirs.
 */
export const Mention = z.string().transform((text, context) => {
  const user = /^(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{4,}))$/.exec(text)
  if (user) return (user[1] ?? user[2]) as string
  context.addIssue({
    code: 'custom',
    message: 'must be a person, as a mention that Slack completed (@bob) or as a member id (U0123BOB)',
  })
  return z.NEVER
})

/** The first characters of a plan's hash, as its card shows them. */
export const PlanHash = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{8,64}$/, 'must be the first 8 or more characters of the plan’s hash, as its card shows it')

/** What people wrote, with the names of whom they mention: Slack sends `<@U0BOB|bob>` for `@bob`. */
export const worded = (text: string): string =>
  text.replace(
    /<([@#])([A-Z0-9]+)(?:\|([^>]*))?>/g,
    (_, mark: string, id: string, name?: string) => `${mark}${name || id}`,
  )

/** Words of people's own, for the record. */
export const Words = z
  .string()
  .trim()
  .transform(worded)
  .pipe(z.string().min(1, 'must say something').max(500, 'must be at most 500 characters'))
