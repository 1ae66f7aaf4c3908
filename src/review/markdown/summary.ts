import { took } from '../../../templates/text.ts'
import { incidentName, isOpen } from '../../incidents/incident.ts'
import { COMMANDER } from '../course.ts'
import type { Export } from '../export.ts'
import type { ChangeTold } from '../fold/fold.ts'
import { link, md } from './text.ts'

/** So many changes are named. */
const NAMED = 5

/** One paragraph of facts: what, where, from when to when, who led, what was done to production, why. */
export function summary(whole: Export): string {
  const { incident, gaps, rootLink } = whole
  return [
    `${what(whole)} ${when(whole)}`,
    `Led by ${leaders(whole)}.`,
    ...(incident.world === 'production'
      ? []
      : [`It took place in the world “${md(incident.world)}”, not in production.`]),
    ...(incident.duplicateOf === null ? [] : [`It is the same as ${incidentName(incident.duplicateOf)}.`]),
    done(whole),
    `**Cause:** ${incident.cause ? ended(md(incident.cause)) : 'unknown yet.'}`,
    `**Fix:** ${incident.fix ? ended(md(incident.fix)) : 'unknown yet.'}`,
    ...(gaps.length === 0 ? [] : [`⚠️ [${gaps.length === 1 ? 'One gap' : `${gaps.length} gaps`}](#gaps) to look at.`]),
    ...[link('The incident’s thread in Slack.', rootLink)].filter((text) => text !== ''),
  ].join(' ')
}

function what({ incident, severity }: Export): string {
  const { service, kind, visibility, status } = incident
  const level = severity?.description ? `${md(incident.severity)} (${md(severity.description)})` : md(incident.severity)
  const special = [...(kind === 'operational' ? [] : [md(kind)]), ...(visibility === 'public' ? [] : [visibility])]
  const where = service ? `on **${md(service)}**` : 'with no service named'
  return `**${level}** ${where}${special.length > 0 ? ` (${special.join(', ')})` : ''}, **${status}**.`
}

function when({ incident, course, clock, name }: Export): string {
  const { declared, resolved } = course
  const declaration = `Declared by ${md(name(incident.openedBy))} at ${clock.stamp(declared)}`
  if (isOpen(incident.status)) return `${declaration}; not yet resolved.`
  if (!resolved) return `${declaration}.`
  return `${declaration}; resolved at ${clock.stamp(resolved)}, after ${took(resolved.getTime() - declared.getTime())}.`
}

function leaders({ incident, tenures, name, clock }: Export): string {
  const leading = tenures.filter(({ role }) => role === COMMANDER)
  const [first, ...next] = leading
  if (!first) return md(name(incident.commander))
  const since = next.map(({ person, from }) => `, from ${clock.stamp(from)} on by ${md(name(person))}`)
  return `${md(name(first.person))}${since.join('')}`
}

function done({ folded }: Export): string {
  const changes = [...folded.changes]
  const [made, not] = [changes.filter(([, told]) => isMade(told)), changes.filter(([, told]) => !isMade(told))]
  const named = made.slice(0, NAMED).map(([name, { line, state }]) => `${md(line)} (${name}, ${state})`)
  const more = made.length > NAMED ? ` and ${made.length - NAMED} more` : ''
  const others =
    not.length === 0 ? '' : ` ${not.length} more ${not.length === 1 ? 'was' : 'were'} asked for and not made.`
  if (made.length === 0) return `Nothing was changed through Firebreak.${others.replace(' more', '')}`
  return `Changed through Firebreak: ${named.join('; ')}${more}.${others}`
}

/** Whether it may have changed something. */
const isMade = ({ state }: ChangeTold): boolean =>
  ['intended', 'applied', 'unknown', 'succeeded', 'overridden', 'inconclusive', 'failed'].includes(state)

/** What people wrote, as a sentence. */
const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)
