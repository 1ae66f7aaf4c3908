import type { AdministrationBody } from '../entries/administration.ts'
import { listOf, type Sentences, type Told, utc } from './sentence.ts'

export const administration: Sentences<AdministrationBody> = {
  'operations.held': ({ who, subject, body }) => `${who} held all operations (${subject}): ${body.reason}.`,
  'operations.released': ({ who, subject }) => `${who} released all operations (${subject}).`,
  'person.revoked': ({ who, body }) => `${who} revoked all rights of ${body.name}: ${body.reason}.`,
  'person.reinstated': ({ who, body }) => `${who} gave ${body.name} their rights back.`,
  'config.loaded': ({ body }) => `The configuration ${body.hash.slice(0, 8)} holds. ${listed(body.differences)}.`,
  'config.rejected': ({ body }) =>
    `A changed configuration could not be used; the last good one holds. ${listed(body.problems)}.`,
  'config.channels': ({ body }) =>
    `The channels that the configuration names: ${listed(Object.entries(body.channels).map(([name, id]) => `${name} is ${id}`))}.`,
  'membership.changed': ({ body: { group, roles, joined, left }, names }) => {
    const moves = [
      ...(joined.length > 0 ? [`${listOf(joined, names)} joined`] : []),
      ...(left.length > 0 ? [`${listOf(left, names)} left`] : []),
    ]
    return `${moves.join(' and ')} the user group ${group}, which gives ${roles.join(', ')}.`
  },
  'token.issued': ({ who, body }) =>
    `${who} issued the command line’s token ${body.token} to ${body.name}, until ${utc(body.expiresAt)}.`,
  'token.revoked': ({ who, body }) => `${who} revoked the command line’s token ${body.token} of ${body.name}.`,
  'chain.signed': ({ body }) =>
    `The timeline was signed up to entry ${body.seq} (${body.hash.slice(0, 8)}) with key ${body.key.slice(0, 8)}.`,
  'timeline.erased': erased,
  erased: ({ body }) => `What this entry (${body.was}) said was erased.`,
  'evidence.exported': ({ who, body }) => `${who} exported the evidence from ${utc(body.from)} to ${utc(body.to)}.`,
  'backup.taken': ({ who, body }) => `${who} took a backup of ${body.chains} chains with ${body.entries} entries.`,
  'recovery.began': ({ body }) => `Recovery began: ${body.reason}. Nothing that was pending runs.`,
  'recovery.compared': ({ body }) =>
    `Slack shows ${body.lost ? `what the ledger has lost: ${body.lost}` : 'nothing that the ledger lacks'}.`,
  'recovery.ended': ({ who, body }) =>
    `${who} ended the recovery; ${body.changes} changes that were pending went stale.`,
}

function erased({ who, subject, body }: Told<Extract<AdministrationBody, { type: 'timeline.erased' }>>): string {
  const { entries, reason } = body
  const which = entries.length <= 10 ? entries.join(', ') : `${entries.slice(0, 9).join(', ')} … ${entries.at(-1)}`
  const what = entries.length === 1 ? `entry ${which}` : `${entries.length} entries (${which})`
  return `${who} erased what ${what} of ${subject} said: ${reason}.`
}

const listed = (lines: string[]): string => (lines.length === 0 ? 'Nothing changed' : lines.join('; '))
