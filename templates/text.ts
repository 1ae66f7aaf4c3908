import { userOf } from '../src/identity/person.ts'

/** What Slack reads as markup, made inert: no mention, no link. Nothing else is to be escaped (docs.slack.dev). */
export const escaped = (text: string): string =>
  text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** What nobody sees, and what reorders text: control characters (a line break and a tab stay), bidirectional marks. */
const UNSEEN = /(?![\n\t])\p{Cc}|(?!\u200c|\u200d|\ufe0f)\p{DI}/gu
/** Joiners but those within an emoji, or in a script that is written with them. */
const STRAY_JOINERS =
  /(?<!\p{ExtPict}|\p{EMod}|\ufe0f|(?!\p{sc=Latin}|\p{sc=Greek}|\p{sc=Cyrillic})(?:\p{L}|\p{M}))(?:\u200c|\u200d)/gu
const STRAY_STYLES = /(?<!\p{ExtPict})\ufe0f/gu

/** Without what would hide or reorder text. */
export const strip = (text: string): string =>
  text.toWellFormed().replace(UNSEEN, '').replace(STRAY_STYLES, '').replace(STRAY_JOINERS, '')

/** At most `max` characters of escaped text, never through an entity or a surrogate pair; … says that more follows. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  return `${text.slice(0, max - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/, '')}…`
}

/** Untrusted text on one line, as it is: for `plain_text`. */
export const plainLine = (text: string, max: number): string => cutPlain(strip(text).replace(/\s+/g, ' ').trim(), max)

/** Untrusted text on one line, for mrkdwn. A backtick would pair with one of ours. */
export const line = (text: string, max = 300): string =>
  cut(escaped(plainLine(text, Number.MAX_SAFE_INTEGER).replaceAll('`', 'ʼ')), max)

/** Untrusted text as inline code, for names and for commands to type. */
export const inline = (text: string, max = 300): string => `\`${line(text, max - 2) || ' '}\``

/** Untrusted text that keeps its lines, for mrkdwn. It can't open a code block that swallows what follows. */
export const prose = (text: string, max: number): string => cut(escaped(strip(text)).replaceAll('```', 'ʼʼʼ'), max)

/** A code block of at most `max` characters, fences included, that its content can't leave. */
export function code(text: string, max: number): string {
  return `\`\`\`\n${prose(text, max - 8)}\n\`\`\``
}

/** As many whole lines as fit into `max` characters; … says that more follow. */
export function within(lines: string[], max: number): string {
  let length = 0
  const end = lines.findIndex((text) => {
    length += text.length + 1
    return length > max - 2
  })
  return (end === -1 ? lines : [...lines.slice(0, end), '…']).join('\n')
}

/** A mention of a person or a user group; Firebreak itself and anything else that is no such id is only named. */
export function person(id: string): string {
  const user = userOf(id)
  if (user === 'firebreak') return 'Firebreak'
  if (/^S[A-Z0-9]+$/.test(id)) return `<!subteam^${id}>`
  return /^[UW][A-Z0-9]+$/.test(user) ? `<@${user}>` : line(user)
}

/** A time that Slack shows in each reader's zone; UTC where it can't. */
export function when(date: Date): string {
  const utc = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `<!date^${Math.floor(date.getTime() / 1000)}^{date_short_pretty} {time}|${utc}>`
}

/** A span of time, by its two largest units: `2 d 3 h`, `42 min 5 s`. */
export function took(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  const units = [
    [Math.floor(s / 86_400), 'd'],
    [Math.floor(s / 3600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'min'],
    [s % 60, 's'],
  ] as const
  const first = units.findIndex(([n]) => n > 0)
  if (first === -1) return '0 s'
  const shown = units.slice(first, first + 2).filter(([n]) => n > 0)
  return shown.map(([n, unit]) => `${n} ${unit}`).join(' ')
}

const cutPlain = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
