import type { EntryType } from '../../timeline/entries.ts'
import type { Gap } from '../gap.ts'
import { administration } from './administration.ts'
import { conversation } from './conversation.ts'
import { incident } from './incident.ts'
import { operation } from './operation.ts'
import { flag, hash, integer, list, object, oneOf, optional, orNull, type Shape, text, time } from './shape.ts'

/** Names this edition. Keys are only ever added within version 1: then the number after the dot is another one. */
export const SCHEMA_ID = 'urn:firebreak:export:1.1'

const BODIES = { ...incident, ...conversation, ...operation, ...administration }

const GAPS: Record<Gap['kind'], string> = {
  no_update: 'no update for longer than was promised',
  not_acknowledged: 'not acknowledged in time',
  unknown_outcome: 'nobody knows whether a change was applied',
  inconclusive: 'nobody saw a change take effect',
  review_unanswered: 'a review item without an answer',
  handover_unanswered: 'somebody was asked to take over and gave no answer',
  no_handover: 'one incident commander for longer than a shift',
  messages_missed: 'edits and deletions that nobody heard of',
  no_impact_start: 'when the impact began is not known',
  no_cause: 'the cause is not known',
  no_fix: 'what fixed it is not known',
}

/** What a JSON export holds: JSON Schema 2020-12. docs/export.schema.json is this. */
export function exportSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'An incident’s timeline, exported by Firebreak',
    ...object(
      'What was recorded of an incident, in the order in which it was recorded, and a signature over all of it.',
      {
        format: { const: 'firebreak.export', description: 'What this file is' },
        version: { const: 1, description: 'Keys may be added within a version; none changes its meaning' },
        schema: text('The $id of the schema that it was written by: another edition of the version may have more keys'),
        generated_at: time('When it was asked for'),
        zone: text('IANA time zone of whoever asked, for showing times; none of the times here is in it'),
        incident: incidentShape(),
        chain: object('The hash chain that the entries are', {
          name: text('The incident’s id'),
          head: orNull(hash('Hash of the last entry'), 'the chain did not verify'),
          entries: integer('How many entries there are'),
          verified: flag('Whether every entry of the chain was as it was recorded'),
          erased: orNull(integer('Of how many what they said was erased'), 'the chain did not verify'),
          problem: orNull(text('The gravest of what is wrong with it, in words'), 'nothing'),
        }),
        durations: list(
          object('An interval, of which both times are known', {
            name: oneOf(['TTD', 'TTA', 'TTM', 'TTR'], 'Time to detection, acknowledgement, mitigation, resolution'),
            from: time('From when'),
            to: time('Until when'),
            ms: { type: 'integer', description: 'How long, in milliseconds' },
          }),
          'What took how long; from the impact where that is known, else from the declaration',
        ),
        gaps: list(
          object('What a reviewer should ask about', {
            kind: oneOf(
              Object.keys(GAPS),
              Object.entries(GAPS)
                .map(([kind, what]) => `${kind}: ${what}`)
                .join('; '),
            ),
            text: text('The same in words'),
            from: orNull(time('From when'), 'at no time of its own'),
            to: orNull(time('Until when'), 'not yet over, or at no time of its own'),
          }),
          'What is missing or late',
        ),
        tasks: list(
          object('A task or a follow-up', {
            id: integer('Its number'),
            kind: oneOf(['task', 'follow-up'], 'To be done in the incident, or after it'),
            text: text('What is to be done'),
            owner: ref('named', 'Who is to do it'),
            raised_by: ref('named', 'Who said so'),
            raised_at: time('When'),
            settled_by: orNull(ref('named', 'Who settled it'), 'nobody yet'),
            settled_at: orNull(time('When'), 'it is open'),
          }),
          'What was to be done',
        ),
        people: list(ref('named', 'Somebody'), 'Who is spoken of, by their ids'),
        entries: list(ref('entry', 'An entry'), 'The timeline, in the order in which it was recorded'),
        seal: object('A signature over all the bytes before its line', {
          chain: text('The incident’s id'),
          seq: integer('The number of the last entry'),
          hash: text('Its hash; empty when there is none'),
          file: hash('SHA-256 of all the bytes before this line'),
          key: text('The fingerprint of the key: 32 hex digits'),
          public_key: text('The public key: base64 of its DER (SPKI)'),
          signature: text('Ed25519, base64'),
        }),
      },
    ),
    $defs: {
      named: object('A person', {
        id: text('Workspace and user: T012/U0ALICE'),
        name: text('What they were called last'),
      }),
      entry: entryShape(),
      ...Object.fromEntries(Object.entries(BODIES).map(([type, { is, data }]) => [type, object(is, data)])),
    },
  }
}

const ref = (name: string, description: string): Shape => ({ $ref: `#/$defs/${name}`, description })

function incidentShape(): Shape {
  const at = (what: string) => orNull(time(what), 'not known, or not yet')
  return object('How the incident is now', {
    id: text('INC-7'),
    title: text('Its title'),
    severity: text('Its severity: a name of the team’s own scheme'),
    status: oneOf(['investigating', 'identified', 'mitigated', 'resolved', 'closed', 'cancelled'], 'Its status'),
    kind: text('operational, security, or another kind of the team’s'),
    visibility: oneOf(['public', 'private'], 'Who may see it'),
    world: text('What it acts on: production, or a drill’s world'),
    service: orNull(text('The service that it is about'), 'none was named'),
    commander: ref('named', 'The incident commander'),
    opened_by: ref('named', 'Who opened it'),
    roles: list(
      object('Somebody in an incident role', {
        role: text('The role'),
        id: text('Workspace and user: T012/U0ALICE'),
        name: text('What they were called last'),
      }),
      'Who holds which incident role',
    ),
    impact_started_at: at('When it began to be felt'),
    detected_at: at('When it was noticed'),
    declared_at: time('When it was opened'),
    acknowledged_at: at('When somebody was on it'),
    mitigated_at: at('When it was no longer felt'),
    resolved_at: at('When it was over'),
    closed_at: at('When it was closed'),
    duplicate_of: orNull(text('The incident that it is the same as'), 'none'),
    cause: orNull(text('What caused it'), 'unknown yet'),
    fix: orNull(text('What fixed it'), 'unknown yet'),
    link: orNull(text('The address of its message in Slack'), 'there is none'),
  })
}

/** What all entries have, and for each type what that says. */
function entryShape(): Shape {
  const types = Object.keys(BODIES) as EntryType[]
  return {
    ...object('One line of the timeline', {
      seq: integer('Its number: 1 is the first'),
      type: oneOf(types, 'What happened; it says what data holds'),
      subject: text('What it is about: INC-7, OP-12'),
      actor: object('Who did it', {
        id: text('Workspace and user, T012/U0ALICE, or firebreak'),
        name: text('What they were called then'),
        account: optional(text('The user id of the account that they used, where that isn’t the one of their id')),
      }),
      occurred_at: time('When it happened, as it was recorded: an entry.corrected may say otherwise'),
      recorded_at: time('When it was recorded'),
      cause: orNull(text('The gesture that made it happen'), 'none, or another entry has it'),
      data: { type: 'object', description: 'What happened, by its type' },
      hash: hash('SHA-256 of bytes'),
      text: text('The same in words'),
      link: orNull(text('The address of the message in Slack that shows it'), 'none does'),
      bytes: text('The canonical JSON (RFC 8785) that was hashed'),
      salt: orNull(text('Hex: hashed with the payload it gives what bytes commit to'), 'it was erased'),
      payload: orNull(text('The canonical JSON of data and of the actor’s name'), 'it was erased'),
    }),
    allOf: types.map((type) => ({
      if: { properties: { type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { data: { $ref: `#/$defs/${type}` } } },
    })),
  }
}
