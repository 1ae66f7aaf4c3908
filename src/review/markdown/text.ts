import { plainLine, strip } from '../../templates/text.ts'

/**
 * Untrusted text on one line of Markdown, in a table cell too: it makes no link, picture, HTML or new column.
 * An underscore inside a word means nothing in GitHub's Markdown and stays readable.
 */
export const md = (text: string): string =>
  plainLine(text, Number.MAX_SAFE_INTEGER)
    .replace(/[\\`*[\]|~#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')

/** A table; its cells are Markdown already (`md`). */
export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A code block behind a fence that is longer than any in the text. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${strip(text)}\n${fence}`
}

/** A link to a message in Slack (the demo's has no https); any other address is left out. */
export const link = (label: string, url: string | null | undefined): string =>
  url && /^https?:\/\/[^\s<>()|]+$/.test(url) ? `[${label}](${url})` : ''
