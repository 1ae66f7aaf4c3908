import type { Entry, EntryBody } from './entries.ts'

type Body<T extends EntryBody['type']> = Extract<EntryBody, { type: T }>

/**
 * An entry as one plain sentence, without markup: the one place that turns entries into words. Whoever acted is named as
 * they were called then; `names` knows the other people.
 */
export function describe({ actor, subject, body }: Entry, names: (personId: string) => string): string {
  const who = actor.account ? `${actor.name} (as ${actor.account})` : actor.name
  switch (body.type) {
    case 'incident.opened':
      return flat(`${who} opened ${subject} “${body.title}”: ${opening(body, names)}.`)
    case 'incident.status_changed':
      return flat(`${who} moved ${subject} from ${body.from} to ${body.to}.${conclusion(body)}`)
    case 'incident.exported':
      return flat(
        `${who} exported entries 1 to ${body.through} as ${FORMAT[body.format]}, with times in UTC and ${body.zone}.`,
      )
    case 'operation.read':
      return flat(`${who} ran “${body.line}” on ${place(body)}${body.alarming ? ', alarming' : ''}: ${body.finding}.`)
    case 'operation.refused':
      return flat(`${who} was refused “${body.line}”: ${body.reason} (${body.code}).`)
    case 'change.planned':
      return flat(planned(subject, who, body))
    case 'change.voted': {
      const role = body.role ? ` as ${body.role}` : ''
      const comment = body.comment ? `: ${body.comment}` : ''
      const asOf = body.asOf ? ` Who holds which role was known as of ${utc(body.asOf)}.` : ''
      return flat(`${who} ${VOTE[body.decision]} ${planOf(body)} of ${subject}${role}${comment}.${asOf}`)
    }
    case 'change.asked':
      return flat(
        `${body.people.map(names).join(', ')} ${body.people.length === 1 ? 'was' : 'were'} asked to approve ${subject}.`,
      )
    case 'change.looking':
      return flat(`${who} is looking at ${subject}.`)
    case 'change.observed':
      return flat(`${who} had ${subject} looked at again: ${body.observed}.`)
    case 'change.moved':
      return flat(moved(subject, who, body))
    case 'change.progressed':
      return flat(`${subject}: ${body.observed}.`)
    case 'operations.held':
      return flat(`${who} held all operations (${subject}): ${body.reason}.`)
    case 'operations.released':
      return flat(`${who} released all operations (${subject}).`)
    case 'person.revoked':
      return flat(`${who} revoked all rights of ${body.name}: ${body.reason}.`)
    case 'person.reinstated':
      return flat(`${who} gave ${body.name} their rights back.`)
    case 'review.item_raised':
      return flat(`The review of ${subject} has to answer (item ${body.item}, ${body.kind}): ${body.text}.`)
    case 'config.loaded':
      return flat(`The configuration ${body.hash.slice(0, 8)} holds. ${listed(body.differences)}.`)
    case 'config.rejected':
      return flat(`A changed configuration could not be used; the last good one holds. ${listed(body.problems)}.`)
    case 'config.channels': {
      const meanings = Object.entries(body.channels).map(([name, id]) => `${name} is ${id}`)
      return flat(`The channels that the configuration names: ${listed(meanings)}.`)
    }
    case 'membership.changed':
      return flat(membership(body, names))
    case 'token.issued':
      return flat(`${who} issued the command line’s token ${body.token} to ${body.name}, until ${utc(body.expiresAt)}.`)
    case 'token.revoked':
      return flat(`${who} revoked the command line’s token ${body.token} of ${body.name}.`)
    case 'chain.signed':
      return flat(
        `The timeline was signed up to entry ${body.seq} (${body.hash.slice(0, 8)}) with key ${body.key.slice(0, 8)}.`,
      )
    case 'timeline.erased': {
      const { entries } = body
      const which = entries.length <= 10 ? entries.join(', ') : `${entries.slice(0, 9).join(', ')} … ${entries.at(-1)}`
      const what = entries.length === 1 ? `entry ${which}` : `${entries.length} entries (${which})`
      return flat(`${who} erased what ${what} of ${subject} said: ${body.reason}.`)
    }
    case 'erased':
      return flat(`What this entry (${body.was}) said was erased.`)
    case 'evidence.exported':
      return flat(`${who} exported the evidence from ${utc(body.from)} to ${utc(body.to)}.`)
    case 'backup.taken':
      return flat(`${who} took a backup of ${body.chains} chains with ${body.entries} entries.`)
    case 'recovery.began':
      return flat(`Recovery began: ${body.reason}. Nothing that was pending runs.`)
    case 'recovery.compared':
      return flat(
        `Slack shows ${body.lost ? `what the ledger has lost: ${body.lost}` : 'nothing that the ledger lacks'}.`,
      )
    case 'recovery.ended':
      return flat(`${who} ended the recovery; ${body.changes} changes that were pending went stale.`)
    default:
      return unknown(body, subject)
  }
}

const FORMAT = { md: 'Markdown', json: 'JSON' } as const
/** What each decision on a change is called. */
export const VOTE = { approve: 'approved', reject: 'rejected', break_glass: 'broke the glass for' } as const

const listed = (lines: string[]): string => (lines.length === 0 ? 'Nothing changed' : lines.join('; '))

function membership({ group, roles, joined, left }: Body<'membership.changed'>, names: Names): string {
  const moves = [
    ...(joined.length > 0 ? [`${joined.map(names).join(', ')} joined`] : []),
    ...(left.length > 0 ? [`${left.map(names).join(', ')} left`] : []),
  ]
  return `${moves.join(' and ')} the user group ${group}, which gives ${roles.join(', ')}.`
}

function opening({ severity, service, commander, kind, visibility }: Body<'incident.opened'>, names: Names): string {
  const facts = [severity, service ? `service ${service}` : 'no service named', `commander ${names(commander)}`]
  return [...facts, ...(kind === 'operational' ? [] : [kind]), ...(visibility === 'public' ? [] : [visibility])].join(
    ', ',
  )
}

type Names = (personId: string) => string

function conclusion({ to, cause, fix }: Body<'incident.status_changed'>): string {
  const told = to === 'resolved' || cause !== null || fix !== null
  return told ? ` Cause: ${cause ?? 'unknown yet'}. Fix: ${fix ?? 'unknown yet'}.` : ''
}

function planned(subject: string, who: string, body: Body<'change.planned'>): string {
  const asked = body.plan === 1 ? `${who} asked for ${subject}` : `${subject} was planned again`
  const steps = body.steps.map(({ object, before, after }) => `${object} from ${before} to ${after}`).join('; ')
  return [
    `${asked} “${body.line}”: ${steps}, on ${place(body)}.`,
    ...(body.undoes ? [`It undoes ${body.undoes}.`] : []),
    ...body.warnings.map((warning) => `Warning: ${warning}.`),
    `Tier ${body.tier}, ${planOf(body)}, to be approved by ${utc(body.approveBy)}.`,
  ].join(' ')
}

function moved(subject: string, who: string, { from, to, detail }: Body<'change.moved'>): string {
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

/** `2026-11-21 10:17 UTC`. */
const utc = (iso: string): string => `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** One line; a sentence whose last words end it already gets no second full stop. */
const flat = (sentence: string): string =>
  sentence
    .replace(/\s+/g, ' ')
    .replace(/([.!?…])\.(?=\s|$)/g, '$1')
    .trim()

/** An entry that a newer release wrote, read by this one while both run. The compiler holds that none is forgotten. */
const unknown = (body: never, subject: string): string =>
  `${subject}: “${(body as EntryBody).type}”, which this release can’t read.`
