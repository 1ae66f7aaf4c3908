import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { context, section } from './blocks.ts'
import { conclusion, lasted } from './incident-card.ts'
import type { Message } from './message.ts'
import { inline, line, person } from './text.ts'

/** What the slash commands are called in this workspace. */
export interface Names {
  incident: string
  ops: string
}

const DEFAULT_NAMES: Names = { incident: '/incident', ops: '/ops' }

/** The first reply in the thread: what to do next, with commands that work as they stand. */
export function nextSteps(incident: Incident, services: string[], names = DEFAULT_NAMES): Message {
  const service = incident.service ?? services[0] ?? 'SERVICE'
  const typed = (command: string) => inline(`@firebreak ${command}`)
  const steps = [
    '*What to do next*',
    `• *Look:* ${typed(`ops pods ${service}`)} then ${typed(`ops logs ${service} --tail 100`)}`,
    `• *Scale:* ${typed(`ops scale ${service} 5`)}. A card shows the plan first; nothing runs before it is approved.`,
    `• *End it:* ${typed('resolve')}, with ${inline('--cause "…" --fix "…"')} if they are known, or *Resolve* on the card above.`,
    `• *All commands:* ${typed('help')} and ${typed('ops help')}`,
  ].join('\n')
  const elsewhere = [
    'Slack refuses slash commands in threads, so here you mention the bot.',
    `Outside of the thread: ${inline(`${names.ops} scale ${service} 5`)}, ${inline(`${names.incident} resolve ${incidentName(incident.id)}`)}.`,
  ].join(' ')
  return { text: `${steps}\n${elsewhere}`, blocks: [section(steps), context(elsewhere)] }
}

/** Everybody in the thread shall know that it is over. */
export function resolvedReply(incident: Incident): Message {
  const name = incidentName(incident.id)
  const text = [
    `*${name} is resolved* after ${lasted(incident)}.`,
    ...conclusion(incident).map(([label, value]) => `*${label}:* ${value}`),
    `The whole timeline: ${inline(`@firebreak export ${name} md`)}`,
  ].join('\n')
  return { text, blocks: [section(text)] }
}

/** Stands beside the exported file. */
export function exportedReply(
  incident: Incident,
  exported: { format: 'md' | 'json'; through: number; zone: string },
  actorId: string,
): Message {
  const format = exported.format === 'md' ? 'Markdown' : 'JSON'
  const zone = exported.zone === 'UTC' || exported.format === 'json' ? 'UTC' : `UTC and ${line(exported.zone, 60)}`
  const text = `*Timeline of ${incidentName(incident.id)}* as ${format}, entries 1 to ${exported.through}, times in ${zone}. Asked for by ${person(actorId)}.`
  return { text, blocks: [section(text)] }
}
