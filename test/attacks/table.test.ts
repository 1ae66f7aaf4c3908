import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Every attack that the engine and the Slack edge have to stand, and the test that tries it. */
const ATTACKS: [attack: string, file: string, test: string][] = [
  [
    'a line that can’t be right: unknown verbs, numbers and names of every wrong kind',
    'front-door/bad-input',
    'a line that can’t be right',
  ],
  ['a mention or a code fence in a title', 'front-door/bad-input', 'shows a title’s mentions and code fences'],
  [
    'a requester’s own approval, a person without the role, a tampered button',
    'front-door/bad-input',
    'is refused: the requester’s own, a person’s without the role, a tampered value',
  ],
  [
    'a second click, and a vote twice',
    'front-door/bad-input',
    'acts once: a second click, and the same click delivered twice',
  ],
  ['bad, missing and old signatures', 'front-door/bad-input', 'is refused with a %s signature'],
  ['a replayed delivery', 'front-door/bad-input', 'opens one incident however often the command is delivered'],
  ['an approval racing a rejection', 'front-door/attacks', 'an approval racing a rejection'],
  ['a vote for another incident’s plan', 'front-door/attacks', 'a vote for another incident’s plan'],
  ['an approver who lost the role', 'front-door/reload', 'an approver who lost the role'],
  ['an expired execution', 'front-door/attacks', 'an expired execution'],
  ['an object re-created under the same name', 'front-door/attacks', 'an object re-created under the same name'],
  [
    'a look-alike or invisible character in a name',
    'front-door/look-alikes',
    'a look-alike or invisible character in a name',
  ],
  [
    'a mention or link in a log line',
    'front-door/redaction',
    'shows a mention or link in a log line as the text that it is',
  ],
  ['a secret split over two lines', 'front-door/redaction', 'a secret split over two lines'],
  ['a secret split over two lines or chunks, cut anywhere', 'redaction/borders', 'a secret split over two chunks'],
  ['a pattern that backtracks', 'redaction/linear', 'a pattern that backtracks'],
  ['a payload whose plan is too long to show', 'operations/too-long', 'a payload whose plan is too long to show'],
  ['two accounts of one person', 'front-door/people', 'somebody with two accounts'],
  ['guests, bots, other workspaces’ people', 'front-door/people', 'somebody who is no full member of this workspace'],
  ['a channel shared with another company', 'front-door/shared-channels', 'a channel shared with another company'],
  ['an answer or a title that steers a terminal', 'cli/cli', 'shows what would steer a terminal, and never obeys it'],
  [
    'a file that says of itself that it verifies',
    'review/verify-file',
    'is refused where a line names what is no chain',
  ],
  ['guessing tokens', 'http/routes', 'an address that comes with tokens that let nobody in'],
  ['a link in the place of a download', 'cli/download', 'follows no link that somebody put in its place'],
]

/** A renamed test isn’t noticed by itself; one that is gone should be. */
describe('the attack table', () => {
  it.each(ATTACKS)('%s', (_, file, test) => {
    const text = readFileSync(join(import.meta.dirname, '..', `${file}.test.ts`), 'utf8')
    expect(text).toMatch(
      new RegExp(`(describe|it)(\\.each\\([^]*?\\))?\\(\\s*['\`]${test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
    )
  })
})
