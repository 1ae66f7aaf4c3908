import { type Change, changeName } from '../src/operations/change.ts'
import type { Step, Value } from '../src/operations/operation.ts'
import { isFinal } from '../src/operations/states.ts'
import { HEADER } from './blocks.ts'
import { inline, line, within } from './text.ts'

/** What a section holds, with some room. */
const SECTION = 2_900
/** What a card spares for the plan, of the 12,000 characters that Slack shows over all blocks. */
const BODY = 8_000

/** What is planned, as people approve it: nothing in here is cut. One line is one fact. */
export function bodyOf(change: Change): string[] {
  const { plan, replaces, line: typed } = change
  return [
    ...(replaces
      ? [`*Asks again for ${changeName(replaces.id)}*${replaces.detail ? `: ${fact(replaces.detail)}` : ''}`]
      : []),
    ...(typed.length > HEADER - 12 ? [`*Command:* ${inline(typed, 1_000)}`] : []),
    ...plan.steps.map((step) => `*${difference(step.before, step.after)}* · ${objectOf(step)}`),
    ...plan.steps.flatMap(coverOf),
    `*Where:* ${fact(plan.target)} (${fact(plan.environment)})`,
    `*Affects:* ${fact(plan.affects)}`,
    ...plan.warnings.map((warning) => `*⚠️ Warning:* ${fact(warning)}`),
    `*Undo:* ${wayBackOf(change)}`,
  ]
}

function wayBackOf({ plan, state }: Change): string {
  if (plan.wayBack === 'none') return '⚠️ it can’t be taken back'
  if (plan.wayBack === 'none needed') return 'there is nothing to take back'
  const button = isFinal(state) ? '' : ', by the button here once it ran'
  return plan.steps.map((step) => difference(step.after, step.before)).join('; ') + button
}

/** False when the card would have to cut something: such a plan can't be approved on it. */
export function isWhole(change: Change): boolean {
  const lines = bodyOf(change)
  return lines.every(({ length }) => length <= SECTION) && lines.join('\n').length <= BODY
}

/** The lines in as few sections as hold them. */
export function paged(lines: string[]): string[] {
  const shown = lines.map((text) => (text.length <= SECTION ? text : '… (too long to be shown)'))
  const pages: string[] = []
  for (const text of within(shown, BODY).split('\n')) {
    const last = pages.at(-1)
    if (last !== undefined && last.length + text.length < SECTION) pages[pages.length - 1] = `${last}\n${text}`
    else pages.push(text)
  }
  return pages
}

/** `scale checkout 5: replicas 3 → 5 · deployment checkout in microservices`, for a confirm dialog. */
export const summaryOf = ({ plan, line: typed }: Change): string =>
  [
    line(typed, 150),
    plan.steps.map((step) => `${difference(step.before, step.after)} · ${objectOf(step)}`).join('; '),
  ].join(': ')

/** How far the world may move and the approval still holds: people approve that too. */
const coverOf = ({ object, envelope }: Step): string[] =>
  Object.entries(envelope).map(
    ([key, { min, max }]) =>
      `*Holds while:* ${fact(key)} of ${inline(object.name, 300)} is ${min} to ${max} before it runs`,
  )

/** `replicas 3 → 5`. */
const difference = (from: Step['before'], to: Step['after']): string =>
  Object.keys({ ...from, ...to })
    .map((key) => `${fact(key)} ${shown(from[key])} → ${shown(to[key])}`)
    .join(', ')

const shown = (value: Value | undefined): string =>
  value === undefined || value === null ? 'none' : fact(String(value)) || '(empty)'

const objectOf = ({ object: { kind, name, namespace } }: Step): string =>
  `${fact(kind)} ${inline(name, 300)} in ${inline(namespace, 300)}`

/** One fact, whole. */
const fact = (text: string): string => line(text, Number.MAX_SAFE_INTEGER)
