import { administration } from './describe/administration.ts'
import { conversation } from './describe/conversation.ts'
import { incident } from './describe/incident.ts'
import { operation } from './describe/operation.ts'
import { flat, type Sentences, type Told } from './describe/sentence.ts'
import type { Entry, EntryBody } from './entries.ts'

const SENTENCES: Sentences<EntryBody> = { ...incident, ...conversation, ...operation, ...administration }

/**
 * An entry as one plain sentence, without markup: the one place that turns entries into words. Whoever acted is named as
 * they were called then; `names` knows the other people. One that a newer release wrote says so.
 */
export function describe(
  { actor, subject, body }: Pick<Entry, 'actor' | 'subject' | 'body'>,
  names: (personId: string) => string,
): string {
  const who = actor.account ? `${actor.name} (as ${actor.account})` : actor.name
  if (!Object.hasOwn(SENTENCES, body.type)) return flat(`${subject}: “${body.type}”, which this release can’t read.`)
  const sentence = SENTENCES[body.type] as (told: Told) => string
  return flat(sentence({ who, subject, body, names }))
}
