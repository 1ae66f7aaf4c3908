import { z } from 'zod'
import type { Status } from '../../src/incidents/incident.ts'
import { Words } from '../arguments.ts'
import type { Command } from '../command.ts'
import { done } from './answers.ts'
import { defineVerb } from './verb.ts'

/** A move that is one word: no text is required. */
const move = (
  to: Status,
  verb: Pick<Command, 'name' | 'aliases' | 'summary'> & { over?: true },
  says: string,
): Command =>
  defineVerb({
    ...verb,
    usage: '[reason]',
    examples: [verb.name],
    positionals: ['reason'],
    rest: true,
    flags: [],
    args: z.strictObject({ reason: Words.optional() }),
    run: async ({ reason = null }, { id }, gesture, { incidents }) =>
      done(await incidents.move(gesture, id, to, { reason }), gesture, says),
  })

export const identified = move(
  'identified',
  { name: 'identified', aliases: ['identify'], summary: 'The cause is found' },
  'is identified.',
)
export const mitigated = move(
  'mitigated',
  { name: 'mitigated', aliases: ['mitigate', 'stabilized', 'monitoring'], summary: 'The damage is stopped' },
  'is mitigated.',
)
export const reopen = move(
  'investigating',
  {
    over: true,
    name: 'reopen',
    aliases: ['investigate', 'investigating'],
    summary: 'It isn’t over, or isn’t understood, after all',
  },
  'is investigated again.',
)
export const cancel = move(
  'cancelled',
  { name: 'cancel', aliases: ['false-alarm', 'cancelled'], summary: 'It was no incident' },
  'is cancelled.',
)
