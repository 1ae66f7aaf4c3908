import { strip } from './text.ts'

const REFERENCE = /<([^<>\n]+)>/g
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&' }
/** As Slack reads it: right at a word on both sides, on one line. */
const BOLD = /(?<![\w*])\*(?=\S)([^*\n]*[^\s*])\*(?![\w*])/g

/**
 * mrkdwn for a terminal: mentions are names, dates are in UTC, entities are characters; bold is plain, code keeps its
 * marks. What would move a terminal's cursor or colour it is taken out. `nameOf`: what a user id is called.
 */
export function plainText(mrkdwn: string, nameOf: (user: string) => string): string {
  const parts = mrkdwn.split(/(```[\s\S]*?```|`[^`\n]+`)/)
  const unmarked = parts.map((part, i) => (i % 2 === 1 ? part : part.replace(BOLD, '$1')))
  return strip(
    unmarked
      .join('')
      .replace(REFERENCE, (_, reference: string) => named(reference, nameOf))
      .replace(/&(lt|gt|amp);/g, (_, entity: string) => ENTITIES[entity] as string),
  )
}

/** The user ids that a text mentions. */
export const mentioned = (mrkdwn: string): string[] => [
  ...new Set([...mrkdwn.matchAll(/<@([UW][A-Z0-9]+)/g)].map(([, user]) => user as string)),
]

/** What stands between angle brackets: `@U1`, `#C1|name`, `!date^…|2026-11-21 20:00 UTC`, `https://…|label`. */
function named(reference: string, nameOf: (user: string) => string): string {
  const [target = '', label] = reference.split('|', 2)
  if (target.startsWith('@')) return `@${nameOf(target.slice(1))}`
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`
  return label === undefined ? target : `${label} (${target})`
}
