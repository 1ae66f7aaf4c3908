import { z } from 'zod'
import { type Incident, incidentName } from '../../src/incidents/incident.ts'
import { changeName } from '../../src/operations/change.ts'
import { inline, line, person } from '../../templates/text.ts'
import { type Answer, choose, type Gesture } from '../command.ts'
import type { Desk } from '../desk.ts'
import { done } from './answers.ts'
import { defineVerb } from './verb.ts'

export const close = defineVerb({
  name: 'close',
  aliases: ['closed', 'archive'],
  usage: '[--anyway]',
  summary: 'Close what is resolved, for good; asks about what is still open',
  examples: ['close', 'close INC-7 --anyway'],
  positionals: [],
  flags: [],
  over: true,
  switches: ['anyway'],
  args: z.strictObject({ anyway: z.string().optional() }),
  async run({ anyway }, incident, gesture, desk) {
    const open = anyway || incident.status !== 'resolved' ? [] : await stillOpen(incident, desk)
    if (open.length > 0) return ask(incident, open)
    return await end(incident, gesture, desk)
  },
})

const end = async ({ id }: Incident, gesture: Gesture, { incidents }: Desk): Promise<Answer> =>
  done(await incidents.move(gesture, id, 'closed'), gesture, 'is closed.')

/** What nobody has answered yet: for people, escaped. */
async function stillOpen(
  { id, cause, fix, impactStartedAt }: Incident,
  { engine, incidents }: Desk,
): Promise<string[]> {
  const [changes, items, tasks] = await Promise.all([
    engine.changesOf(id),
    engine.reviewItemsOf(id),
    incidents.openTasks(id),
  ])
  const waiting = changes.filter(({ state }) => state === 'planned' || state === 'unknown')
  return [
    ...waiting.map(({ id, line: typed, state }) =>
      state === 'planned'
        ? `${changeName(id)} ${inline(typed, 100)} waits for approval, and is withdrawn`
        : `nobody knows whether ${changeName(id)} ${inline(typed, 100)} was applied`,
    ),
    ...items
      .filter(({ settledAt }) => settledAt === null)
      .map(({ text }) => `the review has to answer: ${line(text, 200)}`),
    ...tasks.map(({ kind, text, owner }) => `${TODO[kind]} by ${person(owner)}: ${line(text, 200)}`),
    ...(cause === null ? ['the cause is unknown yet'] : []),
    ...(fix === null ? ['what ended it is unknown yet'] : []),
    ...(impactStartedAt === null ? ['nobody has said when the impact started'] : []),
  ]
}

/** They stay with their owners, whose App Home has them until they are done. */
const TODO = { task: 'to be done', 'follow-up': 'to be done after it' } as const

function ask({ id }: Incident, open: string[]): Answer {
  const name = incidentName(id)
  const shown = open.slice(0, 10)
  const more = open.length > shown.length ? [`… and ${open.length - shown.length} more`] : []
  const text = [`*Before ${name} is closed, for good:*`, ...[...shown, ...more].map((item) => `• ${item}`)].join('\n')
  return choose(text, [
    { label: 'Close it all the same', line: `incident close ${name} --anyway` },
    { label: 'Correct the times…', line: `incident set ${name}` },
    { label: 'Status', line: `incident status ${name}` },
  ])
}
