import type { OperationBody } from '../entries/operation.ts'
import { listOf, type Sentences, type Told, utc } from './sentence.ts'

type Body<T extends OperationBody['type']> = Extract<OperationBody, { type: T }>

/** What each decision on a change is called. */
export const VOTE = { approve: 'approved', reject: 'rejected', break_glass: 'broke the glass for' } as const

export const operation: Sentences<OperationBody> = {
  'operation.read': ({ who, body }) =>
    `${who} ran “${body.line}” on ${place(body)}${body.alarming ? ', alarming' : ''}: ${body.finding}.`,
  'operation.refused': ({ who, body }) => `${who} was refused “${body.line}”: ${body.reason} (${body.code}).`,
  'change.planned': planned,
  'change.voted': ({ who, subject, body }) => {
    const role = body.role ? ` as ${body.role}` : ''
    const comment = body.comment ? `: ${body.comment}` : ''
    const asOf = body.asOf ? ` Who holds which role was known as of ${utc(body.asOf)}.` : ''
    return `${who} ${VOTE[body.decision]} ${planOf(body)} of ${subject}${role}${comment}.${asOf}`
  },
  'change.asked': ({ subject, body, names }) =>
    `${listOf(body.people, names)} ${body.people.length === 1 ? 'was' : 'were'} asked to approve ${subject}.`,
  'change.looking': ({ who, subject }) => `${who} is looking at ${subject}.`,
  'change.observed': ({ who, subject, body }) => `${who} had ${subject} looked at again: ${body.observed}.`,
  'change.moved': moved,
  'change.progressed': ({ subject, body }) => `${subject}: ${body.observed}.`,
}

function planned({ who, subject, body }: Told<Body<'change.planned'>>): string {
  const asked = body.plan === 1 ? `${who} asked for ${subject}` : `${subject} was planned again`
  const steps = body.steps.map(({ object, before, after }) => `${object} from ${before} to ${after}`).join('; ')
  return [
    `${asked} “${body.line}”: ${steps}, on ${place(body)}.`,
    ...(body.undoes ? [`It undoes ${body.undoes}.`] : []),
    ...body.warnings.map((warning) => `Warning: ${warning}.`),
    `Tier ${body.tier}, ${planOf(body)}, to be approved by ${utc(body.approveBy)}.`,
  ].join(' ')
}

function moved({ who, subject, body: { from, to, detail } }: Told<Body<'change.moved'>>): string {
  const why = detail ? `: ${detail}` : ''
  switch (to) {
    case 'approved':
      return from === 'claimed' ? `${subject} waits to run again${why}.` : `${subject} may run${why}.`
    case 'rejected':
      return `${who} rejected ${subject}.`
    case 'withdrawn':
      return `${who} withdrew ${subject}.`
    case 'claimed':
      return `A worker took ${subject} up.`
    case 'intended':
      return `${subject} is about to be applied${why}.`
    case 'applied':
      return `${subject} was applied${why}.`
    case 'stale':
      return `${subject} went stale and was not run${why}.`
    case 'unknown':
      return `Nobody knows whether ${subject} was applied${why}.`
    case 'overridden':
      return `${subject} was overridden${why}.`
    case 'inconclusive':
      return `${subject} ended inconclusive${why}.`
    default:
      return `${subject} ${to}${why}.`
  }
}

const place = ({ target, environment }: { target: string; environment: string }): string => `${target} (${environment})`

const planOf = ({ plan, hash }: { plan: number; hash: string }): string => `plan ${plan} (${hash.slice(0, 8)})`
