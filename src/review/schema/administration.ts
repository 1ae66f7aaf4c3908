import type { AdministrationBody } from '../../timeline/entries/administration.ts'
import { type Bodies, hash, integer, list, orNull, person, text, time } from './shape.ts'

const somebody = { person: person('Whose'), name: text('What they were called then') }
const reason = text('Why')

export const administration: Bodies<AdministrationBody> = {
  'operations.held': { is: 'Nothing new is executed, for anybody.', data: { reason } },
  'operations.released': { is: 'That is over.', data: {} },
  'person.revoked': { is: 'Somebody’s rights were taken away.', data: { ...somebody, reason } },
  'person.reinstated': { is: 'Somebody’s rights were given back.', data: somebody },
  'config.loaded': {
    is: 'Another configuration holds.',
    data: {
      hash: hash('SHA-256 of the file'),
      differences: list(text('A difference'), 'What is different from the one before, in words'),
    },
  },
  'config.rejected': {
    is: 'A changed configuration could not be used.',
    data: { problems: list(text('A mistake'), 'What is wrong with it, in words') },
  },
  'config.channels': {
    is: 'What the channels are that the configuration names.',
    data: {
      channels: {
        ...{ type: 'object', description: 'Their ids, by those names' },
        additionalProperties: text('A channel’s id'),
      },
    },
  },
  'membership.changed': {
    is: 'A user group that gives roles has other members.',
    data: {
      group: text('The user group’s id'),
      roles: list(text('A role'), 'The roles that it gives'),
      joined: list(person('Somebody'), 'Who joined it'),
      left: list(person('Somebody'), 'Who left it'),
    },
  },
  'token.issued': {
    is: 'A token of the command line was issued.',
    data: { token: integer('Its number'), ...somebody, expiresAt: time('Until when it works') },
  },
  'token.revoked': {
    is: 'A token of the command line was revoked.',
    data: { token: integer('Its number'), ...somebody },
  },
  'chain.signed': {
    is: 'The timeline was signed, up to the entry before.',
    data: {
      seq: integer('The number of the last entry that is signed'),
      hash: hash('Its hash'),
      key: text('The fingerprint of the key: 32 hex digits'),
      publicKey: text('The public key: base64 of its DER (SPKI)'),
      signature: text('Ed25519, base64'),
    },
  },
  'timeline.erased': {
    is: 'What some entries said was erased.',
    data: {
      entries: list(integer('An entry’s number'), 'Which'),
      reason,
      class: orNull(text('The class whose time was up: conversation or output'), 'somebody erased it by hand'),
    },
  },
  erased: { is: 'What this entry said was erased.', data: { was: text('The type that it was recorded as') } },
  'evidence.exported': {
    is: 'Somebody had the auditors’ tables.',
    data: { from: time('From when on'), to: time('Up to when') },
  },
  'backup.taken': {
    is: 'Somebody took a backup.',
    data: { chains: integer('How many timelines it holds'), entries: integer('How many entries') },
  },
  'recovery.began': {
    is: 'The ledger is known to lack what it had: nothing that was pending runs.',
    data: { reason: text('How that was found') },
  },
  'recovery.compared': {
    is: 'The ledger was compared with what Slack shows.',
    data: { lost: text('What Slack shows and the ledger lacks, in words; empty: nothing') },
  },
  'recovery.ended': {
    is: 'A person ended the recovery.',
    data: { changes: integer('How many pending changes went stale') },
  },
}
