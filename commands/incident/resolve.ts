import { z } from 'zod'
import { incidentName } from '../../src/incidents/incident.ts'
import { changeName } from '../../src/operations/change.ts'
import { isFinal } from '../../src/operations/states.ts'
import { prose } from '../../templates/text.ts'
import { IncidentName } from '../arguments.ts'
import { defineCommand, refuse, say } from '../command.ts'
import { quote } from '../grammar.ts'
import { which } from './which.ts'

/** Both and the verb fit on a button, for when several incidents are open and one has to be picked. */
const Words = z.string().max(900, 'must be at most 900 characters')

export const resolve = defineCommand({
  name: 'resolve',
  aliases: ['resolved', 'fixed'],
  usage: '[INC-n] [--cause "text"] [--fix "text"]',
  summary: 'Resolve an incident at once; cause and fix may stay unknown yet',
  examples: ['resolve', 'resolve INC-7 --cause "payment provider slow" --fix "scaled checkout to 5"'],
  positionals: ['incident'],
  flags: ['cause', 'fix'],
  args: z.strictObject({ incident: IncidentName.optional(), cause: Words.optional(), fix: Words.optional() }),

  async run({ incident: named, cause = null, fix = null }, gesture, desk) {
    const known = (flag: string, text: string | null) => (text === null ? '' : ` --${flag} ${quote(text)}`)
    const line = (name: string) => `incident resolve ${name}${known('cause', cause)}${known('fix', fix)}`
    const found = await which(named, gesture, desk, line)
    if ('answer' in found) return found.answer
    const { id } = found.incident
    const result = await desk.incidents.resolve(gesture, id, { cause, fix })
    if (result.kind === 'refused') return refuse(`Nothing changed: ${prose(result.reason, 800)}.`)
    const waiting = (await desk.engine.changesOf(id)).filter(({ state }) => !isFinal(state))
    const still = waiting.map((change) => `${changeName(change.id)} (${change.state})`).join(', ')
    return say(
      `*${incidentName(id)}* is resolved.${still && ` Not over yet: ${still}. Reject what is not wanted any more.`}`,
    )
  },
})
