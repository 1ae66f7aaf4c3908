import type { OperationBody } from '../../timeline/entries/operation.ts'
import { type Bodies, flag, hash, integer, list, object, oneOf, optional, orNull, person, text, time } from './shape.ts'

const where = {
  service: text('The service of the catalogue'),
  target: text('What was reached'),
  environment: text('The target’s environment'),
}
const plan = integer('The number of the change’s plan')
const planHash = hash('SHA-256 of the plan’s canonical JSON: what people approve')
const line = text('As it was typed: scale checkout 5')
const operationName = text('The operation’s name')

export const operation: Bodies<OperationBody> = {
  'operation.read': {
    is: 'Somebody looked at something.',
    data: {
      ...{ line, operation: operationName, ...where },
      alarming: flag('Whether something in it wants a person’s eye'),
      finding: text('What was found, in a sentence'),
      detail: text('What it was found in'),
    },
  },
  'operation.refused': {
    is: 'Somebody was refused something.',
    data: { line, code: text('Why, for programs'), reason: text('Why, for people') },
  },
  'change.planned': {
    is: 'A change was asked for, or planned again.',
    data: {
      ...{ line, operation: operationName, ...where, plan, hash: planHash },
      version: integer('The operation’s version'),
      tier: text('low, guarded or critical: who has to approve it'),
      steps: list(
        object('A step', {
          object: text('What is changed'),
          before: text('How it is before'),
          after: text('How it is to be'),
        }),
        'What is to be done, in this order',
      ),
      warnings: list(text('A warning'), 'What whoever approves should know'),
      undoes: orNull(text('The change that it undoes: OP-11'), 'none'),
      approveBy: time('Until when it can be approved'),
    },
  },
  'change.voted': {
    is: 'Somebody decided on a plan.',
    data: {
      ...{ plan, hash: planHash },
      decision: oneOf(['approve', 'reject', 'break_glass'], 'The decision; break_glass: on one person’s word'),
      role: text('The role of policy that gave the right; empty: none was needed'),
      comment: optional(orNull(text('Why'), 'nothing was said')),
      asOf: optional(orNull(time('How old the membership was that this rests on'), 'Slack had just told it')),
    },
  },
  'change.asked': {
    is: 'People were asked to approve a plan.',
    data: {
      ...{ plan, round: integer('0 at first, 1 for those who were asked next') },
      people: list(person('Somebody, or a user group’s id'), 'Who was asked; empty: nobody was left'),
    },
  },
  'change.looking': { is: 'Whoever acted looks at the plan.', data: { plan } },
  'change.observed': {
    is: 'An effect that nobody knew of was looked at.',
    data: { plan, observed: text('What was seen') },
  },
  'change.moved': {
    is: 'A change’s state changed.',
    data: {
      from: text('The state before'),
      to: text(
        'The state since: planned, approved, rejected, withdrawn, expired, stale, claimed, intended, applied, unknown, succeeded, failed, overridden or inconclusive',
      ),
      ...{ plan, hash: planHash },
      detail: orNull(text('Why, or what was seen'), 'nothing to say'),
    },
  },
  'change.progressed': {
    is: 'What was seen while an effect settles.',
    data: { plan, observed: text('What was seen: 4/5 ready') },
  },
}
