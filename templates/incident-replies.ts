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
    ...(incident.visibility === 'private'
      ? [
          `• *Who may know:* only who is in this channel, those who approve too. Bring them in with ${inline('/invite @name')}.`,
        ]
      : []),
    `• *All commands:* ${typed('help')} and ${typed('ops help')}`,
  ].join('\n')
  const elsewhere = [
    'Slack refuses slash commands in threads, so here you mention the bot.',
    `Outside of the thread: ${inline(`${names.ops} scale ${service} 5`)}, ${inline(`${names.incident} resolve ${incidentName(incident.id)}`)}.`,
  ].join(' ')
  return { text: `${steps}\n${elsewhere}`, blocks: [section(steps), context(elsewhere)] }
}

/** Somebody moved it: said once in the thread, and when it is over in the channel too. */
export function statusReply(
  incident: Incident,
  moved: { from: string; to: string; reason?: string | null },
  who: string,
): Message {
  const name = incidentName(incident.id)
  if (moved.to === 'resolved') return resolvedReply(incident)
  const why = moved.reason ? `: ${line(moved.reason, 600)}` : '.'
  const text = `${person(who)} moved *${name}* from ${moved.from} to *${moved.to}*${why}`
  const next = moved.to === 'closed' ? `\nIts timeline is final: ${inline(`@firebreak export ${name} md`)}` : ''
  return { text: text + next, blocks: [section(text + next)] }
}

function resolvedReply(incident: Incident): Message {
  const name = incidentName(incident.id)
  const text = [
    `*${name} is resolved* after ${lasted(incident)}.`,
    ...conclusion(incident).map(([label, value]) => `*${label}:* ${value}`),
    `The whole timeline: ${inline(`@firebreak export ${name} md`)}`,
  ].join('\n')
  return { text, blocks: [section(text)] }
}

/** What people are told now and then. `text` was rendered when it was posted. */
export function updateReply({ text, status }: { text: string; status: string }, who: string): Message {
  const by = `Update by ${person(who)} · ${line(status)}`
  return { text: `${text}\n${by}`, blocks: [section(text), context(by)] }
}

export function severityReply(
  incident: Incident,
  changed: { from: string; to: string; reason: string | null },
  who: string,
): Message {
  const why = changed.reason ? `: ${line(changed.reason, 600)}` : '.'
  const text = `*${incidentName(incident.id)}* is *${line(changed.to, 40)}* now, not ${line(changed.from, 40)}, says ${person(who)}${why}`
  return { text, blocks: [section(text)] }
}

/** In the thread of the one that goes on, and of the one that doesn't. */
export function duplicateReply(said: { of: string } | { duplicate: string }, who: string): Message {
  const text =
    'of' in said
      ? `${person(who)} found that this is the same as *${said.of}*: it goes on there.`
      : `${person(who)} found that *${said.duplicate}* is the same as this: it goes on here.`
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
