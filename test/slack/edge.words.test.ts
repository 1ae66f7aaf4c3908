import { describe, expect, it } from 'vitest'
import { boltLogger } from '../../src/slack/bolt-logger.ts'
import { addressed, typed } from '../../src/slack/text.ts'
import { keptLog } from '../support/log.ts'

describe('what a person typed', () => {
  it.each([
    ['open "a &lt; b &amp; c"', 'open "a < b & c"'],
    ['&amp;lt;', '&lt;'],
    ['<https://a.example/x?a=1&amp;b=2|a.example>', 'a.example'],
    ['<http://checkout.prod|checkout.prod>', 'checkout.prod'],
    ['<https://a.example/x?a=1&amp;b=2>', 'https://a.example/x?a=1&b=2'],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
    ['<tel:+1555|+1 555>', '+1 555'],
    [
      '<@U1|name> <#C1|general> <!subteam^S1|@sre> <!channel>',
      '<@U1|name> <#C1|general> <!subteam^S1|@sre> <!channel>',
    ],
    ['“checkout” — 5', '“checkout” — 5'],
  ])('%s is %s', (sent, meant) => {
    expect(typed(sent)).toBe(meant)
  })
})

describe('a mention', () => {
  it.each([
    ['<@U0BOT> resolve', 'resolve'],
    ['  <@U0BOT|firebreak>: ops scale checkout 5', 'ops scale checkout 5'],
    ['<@U0BOT>', ''],
    ['<@U0BOT> page <@U1>', 'page <@U1>'],
    ['thanks <@U0BOT>', null],
    ['<@U0BOB> resolve', null],
    ['resolve', null],
  ])('%s asks for %s', (text, line) => {
    expect(addressed(text, 'U0BOT')).toBe(line)
  })
})

describe("Bolt's log", () => {
  it('leaves debug lines out: they hold what people wrote', () => {
    const log = keptLog()
    const logger = boltLogger(log)
    logger.setLevel('debug' as never)
    logger.debug('Received a message on the WebSocket: {"text":"the password is hunter2"}')
    logger.warn('connection', 'lost')
    expect(log.messages).toEqual(['connection lost'])
  })
})
