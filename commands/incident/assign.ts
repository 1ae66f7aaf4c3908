import { z } from 'zod'
import { parseRole, ROLES } from '../../src/incidents/roles.ts'
import { assignModal } from '../../templates/incident-modals.ts'
import { line } from '../../templates/text.ts'
import { Mention } from '../arguments.ts'
import type { Answer, Gesture } from '../command.ts'
import type { Desk } from '../desk.ts'
import { onPerson } from '../ops/revoke.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

/** `@bob as deputy`: the word `as` is for people. */
const Role = z
  .string()
  .transform((text) => text.replace(/^as\s+/i, ''))
  .refine((text) => parseRole(text) !== null, `must be one of ${ROLES.map(({ name }) => name).join(', ')}`)
  .transform((text) => parseRole(text) ?? 'incident commander')

/** Somebody, `me`, or nobody. */
const Whom = z.union([z.literal(['me', 'none', 'nobody']), Mention], {
  error: 'must be a person, as a mention that Slack completed (@bob), `me` or `none`',
})

export const assign = defineVerb({
  name: 'assign',
  aliases: ['role', 'roles', 'captain'],
  usage: '[@person] [as role]',
  summary: 'Give somebody a role, at once; bare, a form asks',
  examples: ['assign @bob', 'assign @bob as communications lead', 'assign none as scribe'],
  positionals: ['person', 'role'],
  rest: true,
  flags: [],
  args: z.strictObject({ person: Whom.optional(), role: Role.optional() }),
  forms: {
    'incident.assign': onIncident(async ({ values }, { id }, gesture, desk) => {
      const role = parseRole(values.role ?? '')
      if (!role) return { errors: { role: 'Pick a role' } }
      if (!values.person) return { errors: { person: 'Pick a person' } }
      return values.how === 'ask'
        ? await offerTo(values.person, role, id, gesture, desk)
        : await assignTo(values.person, role, id, gesture, desk)
    }),
  },
  run: async ({ person, role = 'incident commander' }, incident, gesture, desk) =>
    person === undefined
      ? formFor(assignModal(incident), 'assign', incident)
      : await assignTo(person, role, incident.id, gesture, desk),
})

export const handoff = defineVerb({
  name: 'handoff',
  aliases: ['handover', 'hand-off'],
  usage: '[@person] [as role]',
  summary: 'Ask somebody to take a role over: it is theirs once they accept; bare, a form asks',
  examples: ['handoff @bob', 'handoff @bob as operations lead'],
  positionals: ['person', 'role'],
  rest: true,
  flags: [],
  args: z.strictObject({ person: Mention.optional(), role: Role.optional() }),
  run: async ({ person, role = 'incident commander' }, incident, gesture, desk) =>
    person === undefined
      ? formFor(assignModal(incident, true), 'handoff', incident)
      : await offerTo(person, role, incident.id, gesture, desk),
})

type RoleName = NonNullable<ReturnType<typeof parseRole>>

async function assignTo(whom: string, role: RoleName, id: number, gesture: Gesture, desk: Desk): Promise<Answer> {
  const { incidents } = desk
  if (whom === 'none' || whom === 'nobody') {
    return done(await incidents.assign(gesture, id, { role, person: null }), gesture, `has no ${role} now.`)
  }
  const user = whom === 'me' ? gesture.person.user : whom
  return await onPerson(user, gesture, desk, async (person) =>
    done(
      await incidents.assign(gesture, id, { role, person }),
      gesture,
      `has ${line(person.name, 80)} as its ${role}.`,
    ),
  )
}

const offerTo = (user: string, role: RoleName, id: number, gesture: Gesture, desk: Desk): Promise<Answer> =>
  onPerson(user, gesture, desk, async (to) => {
    const result = await desk.incidents.offer(gesture, id, { role, to })
    const elsewhere = { ...gesture, incident: null } // the thread doesn't show what one person is asked
    return done(result, elsewhere, `asks ${line(to.name, 80)} to take over as ${role}; they have it once they accept.`)
  })
