import { z } from 'zod'
import type { Severity } from '../../src/incidents/incident.ts'
import { severityModal } from '../../templates/incident-modals.ts'
import { line } from '../../templates/text.ts'
import { Words } from '../arguments.ts'
import { type Answer, choose } from '../command.ts'
import type { Desk } from '../desk.ts'
import { done } from './answers.ts'
import { formFor, onIncident } from './form.ts'
import { defineVerb } from './verb.ts'

export const severity = defineVerb({
  name: 'severity',
  aliases: ['sev', 'priority', 'escalate'],
  usage: '[severity] [reason]',
  summary: 'Change the severity, and its promises with it; bare, a form asks',
  examples: ['severity P0 "nobody can pay"', 'sev P2'],
  positionals: ['severity', 'reason'],
  rest: true,
  flags: [],
  args: z.strictObject({ severity: z.string().optional(), reason: Words.optional() }),
  forms: {
    'incident.severity': onIncident(async ({ values }, { id }, gesture, { incidents, severities }) => {
      const known = severities.find(({ name }) => name === values.severity)
      if (!known) return { errors: { severity: 'Pick a severity' } }
      const change = { severity: known.name, reason: values.reason?.trim() || null }
      return done(await incidents.changeSeverity(gesture, id, change), gesture, `is ${known.name} now.`)
    }),
  },
  async run({ severity: typed, reason = null }, incident, gesture, desk) {
    if (typed === undefined) return formFor(severityModal(incident, desk.severities), 'severity', incident)
    const known = findSeverity(typed, desk.severities)
    if (!known) return unknownSeverity(typed, desk, (name) => `incident severity INC-${incident.id} ${name}`)
    const change = { severity: known.name, reason }
    return done(await desk.incidents.changeSeverity(gesture, incident.id, change), gesture, `is ${known.name} now.`)
  },
})

/** By name or alias, as phones write them: `sev:P1`, `Sev-1`, `sev 1`, `priority=P1`. */
export function findSeverity(typed: string, severities: Severity[]): Severity | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const meant = [plain(typed), plain(typed.replace(/^(sev|severity|prio|priority)\s*[:=–—-]\s*/i, ''))]
  return severities.find(({ name, aliases }) => [name, ...aliases].some((known) => meant.includes(plain(known))))
}

/** What there is, each one click away. */
export function unknownSeverity(typed: string, { severities }: Desk, lineOf: (name: string) => string): Answer {
  const known = severities.map(({ name, description }) => `\`${name}\` ${line(description)}`).join(' · ')
  const says = `Nothing was done: “${line(typed, 80)}” is no severity. There is ${known}.`
  return choose(
    says,
    severities.map(({ name }) => ({ label: name, line: lineOf(name) })),
  )
}
