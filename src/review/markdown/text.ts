import { plainLine, strip } from '../../../templates/text.ts'

/** Nothing in it hides or reorders text, or is a character that Markdown means something by. */
const PLAIN = /^[ !"$%'()+,\-./0-9:;=?@A-Z^a-z{}“”’→·…]*$/

/**
 * Untrusted text on one line of Markdown, in a table cell too: it makes no link, picture, HTML or new column.
 * An underscore inside a word means nothing in GitHub's Markdown and stays readable.
 */
export function md(text: string): string {
  if (PLAIN.test(text)) return text.replace(/ {2,}/g, ' ').trim()
  return plainLine(text, Number.MAX_SAFE_INTEGER)
    .replace(/[\\`*[\]|~#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** Untrusted text at the beginning of a line, where it makes no list, rule or heading either. */
const mdStart = (text: string): string =>
  md(text)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')

/** Untrusted text as a quotation that keeps its lines. */
export const quoted = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `> ${mdStart(line)}`)
    .join('\\\n')

/** A table; its cells are Markdown already (`md`). */
export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n')

export const row = (cells: string[]): string => `| ${cells.join(' | ')} |`

/** A code block behind a fence that is longer than any in the text. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${strip(text)}\n${fence}`
}

/** A link to a message in Slack (the demo's has no https), or one that somebody added; any other address is left out. */
export const link = (label: string, url: string | null | undefined): string =>
  url && /^https?:\/\/[^\s<>()|\\]+$/.test(url) ? `[${label}](${url})` : ''
