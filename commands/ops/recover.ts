import { z } from 'zod'
import { changeName } from '../../src/operations/change.ts'
import type { Ended } from '../../src/recovery/end.ts'
import { recoveryName } from '../../src/recovery/standing.ts'
import { prose } from '../../templates/text.ts'
import { type Answer, defineCommand, refuse, say } from '../command.ts'

export const recover = defineCommand({
  name: 'recover',
  right: 'recover',
  aliases: [],
  usage: '',
  summary: 'End the recovery: what was pending when the ledger went back goes stale, and changes run again',
  examples: ['recover'],
  positionals: [],
  decides: true,
  flags: [],
  args: z.strictObject({}),

  async run(_, gesture, { endRecovery }) {
    return answerEnded(await endRecovery(gesture))
  },
})

export function answerEnded(ended: Ended): Answer {
  if (ended.kind === 'refused') return refuse(`Nothing was done: ${prose(ended.reason, 800)}.`)
  const { stale, applied, unknown } = ended.changes
  const lines = [
    `*${recoveryName(ended.recovery)}* is over. What is approved from now on runs.`,
    ...(stale.length > 0 ? [`Went stale, to be planned again: ${names(stale)}.`] : []),
    ...(applied.length > 0 ? [`Was applied, and is watched: ${names(applied)}.`] : []),
    ...(unknown.length > 0 ? [`Nobody knows whether it was applied, say so on its card: ${names(unknown)}.`] : []),
  ]
  return say(lines.join('\n'))
}

const names = (changes: number[]): string => changes.map(changeName).join(', ')
