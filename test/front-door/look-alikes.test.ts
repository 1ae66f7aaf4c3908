import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  bot = await startBot()
  incident = await bot.open()
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

describe('a look-alike or invisible character in a name', () => {
  it.each([
    [
      'a Cyrillic с in a service',
      '/ops',
      'scale сheckout 5',
      /service must be.*“сheckout” isn’t \(look closely: it holds U\+0441\)/,
    ],
    [
      'a zero-width space in a service',
      '/ops',
      'scale check\u200bout 5',
      /“checkout” isn’t \(look closely: it holds U\+200B\)/,
    ],
    [
      'a soft hyphen in a service',
      '/ops',
      'pods check\u00adout',
      /“checkout” isn’t \(look closely: it holds U\+00AD\)/,
    ],
    ['a right-to-left override before a service', '/ops', 'scale \u202echeckout 5', /it holds U\+202E/],
    [
      'a byte order mark in a service',
      '/ops',
      'scale check\ufeffout 5',
      /“5” is one argument too many|replicas must be/,
    ],
    [
      'a full-width number',
      '/ops',
      'scale checkout ５',
      /replicas must be.*“５” isn’t \(look closely: it holds U\+FF15\)/,
    ],
    ['an Arabic number', '/ops', 'scale checkout ٥', /replicas must be.*it holds U\+0665/],
    ['a Cyrillic с in an operation', '/ops', 'sсale checkout 5', /There is no “sсale” in \/ops\. Did you mean scale\?/],
    ['a zero-width space in an operation', '/ops', 'sc\u200bale checkout 5', /Did you mean scale\?/],
    ['a Cyrillic е in a flag', '/ops', 'scale checkout 5 --еnv production', /it holds U\+0435\); did you mean --env/],
    [
      'a Cyrillic о in an environment',
      '/ops',
      'scale checkout 5 --env prоduction',
      /in prоduction; it is in production/,
    ],
    ['a full-width number of a change', '/ops', 'undo OP-１', /change must be like `OP-12`.*it holds U\+FF11/],
    ['a Cyrillic с in whose schedule', '/ops', 'oncall сheckout', /service must be.*it holds U\+0441/],
    ['a full-width number of an incident', '/incident', 'status INC-１', /incident must be like.*it holds U\+FF11/],
    [
      'a Cyrillic с in what is affected',
      '/incident',
      'open P1 x --service сheckout',
      /service must be.*it holds U\+0441/,
    ],
    ['a Cyrillic Р in a severity', '/incident', 'open Р1 x', /“Р1” is no severity/],
  ])('is refused and shown: %s', async (_, root, line, answer) => {
    const before = await bot.entries(incident.name)
    expect(await bot.ask('U0ALICE', line, root)).toMatch(answer)
    const since = (await bot.entries(incident.name)).slice(before.length)
    expect(since.every(({ body }) => body.type === 'operation.refused')).toBe(true)
    expect(bot.playground?.world.deployments.get('checkout')?.replicas).toBe(3)
  })

  it('is not shown in a title, a cause or a person’s name, in the thread or in an export', async () => {
    bot.slack.workspace.user('U0DAVE').profile.display_name = 'Dave\u202e\u200b Admin\u2066'
    const { root, name } = await bot.open('open P1 "Check\u200bout \u202ead\u2069min"', 'U0DAVE')
    await bot.command('U0DAVE', `resolve ${name} --cause "\u202egone\u2063 home"`)
    await bot.slack.until(() => /resolved/i.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
    await bot.command('U0DAVE', `export ${name} md`)
    const file = await bot.slack.until(() =>
      bot.slack.files.find((one) => one.filename === `${name}.md` && one.shares.length > 0),
    )
    const shown = JSON.stringify(bot.slack.thread(INCIDENTS, root.ts)) + String(file.content)
    for (const text of ['Checkout admin', 'Dave Admin', 'gone home']) expect(shown).toContain(text)
    expect(shown).not.toMatch(/[\u200b\u202e\u2063\u2066\u2069]/)
  })
})
