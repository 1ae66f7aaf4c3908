import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silent } from './bolt-app.ts'
import { FakeSlack, type FakeSlackOptions } from './fake/fake-slack.ts'

const channel = 'C0INCIDENTS'
const user = 'U0ALICE'
const plain = (text: string) => ({ type: 'plain_text', text })
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const button = (more: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const options = (count: number) => Array.from({ length: count }, (_, n) => ({ text: plain(`${n}`), value: `${n}` }))
const x = (length: number) => 'x'.repeat(length)

let slack: FakeSlack
let client: WebClient
let now = Date.now()

const start = async (more: Partial<FakeSlackOptions> = {}) => {
  slack = await FakeSlack.start({ mode: 'http', now: () => now, ...more })
  client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: silent })
}
/** The Web API's error, or 'none'. Anything may be sent: that is the point. */
const errorOf = (method: string, args: object): Promise<string> =>
  client.apiCall(method, args as Record<string, unknown>).then(
    () => 'none',
    (error) => error.data?.error ?? error.code,
  )
const posting = (blocks: object[]) => errorOf('chat.postMessage', { channel, text: 'fallback', blocks })
const opening = async (view: object) => {
  const { trigger_id } = await slack.command({ user, channel, command: '/x' })
  return errorOf('views.open', { trigger_id, view: { type: 'modal', title: plain('Title'), blocks: [], ...view } })
}

beforeEach(async () => {
  await start()
  slack.deliverTo('http://127.0.0.1:1/')
})
afterEach(() => slack.stop())

describe('blocks', () => {
  it.each<[string, object[]]>([
    ['50 blocks', Array.from({ length: 50 }, () => ({ type: 'divider' }))],
    ['a section of 3,000 characters', [section(x(3000))]],
    ['a section with 10 fields', [{ type: 'section', fields: Array.from({ length: 10 }, () => plain('f')) }]],
    ['25 buttons', [actions(...Array.from({ length: 25 }, (_, n) => button({ action_id: `b${n}` })))]],
    [
      'a button with a confirmation',
      [
        actions(
          button({ confirm: { title: plain('Sure?'), text: plain('5'), confirm: plain('Yes'), deny: plain('No') } }),
        ),
      ],
    ],
    [
      'rich text',
      [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'log' }] }],
        },
      ],
    ],
  ])('takes %s', async (_name, blocks) => {
    expect(await posting(blocks)).toBe('none')
    slack.assertClean()
  })

  it.each<[string, object[]]>([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['an unknown block', [{ type: 'banner' }]],
    ['an unknown element', [actions({ type: 'slider', action_id: 'x' })]],
    ['an unknown property', [{ ...section('x'), colour: 'red' }]],
    ['an empty text', [section('')]],
    ['a section of 3,001 characters', [section(x(3001))]],
    ['a section with nothing', [{ type: 'section' }]],
    ['11 fields', [{ type: 'section', fields: Array.from({ length: 11 }, () => plain('f')) }]],
    ['a header of 151 characters', [{ type: 'header', text: plain(x(151)) }]],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
    ['a context of 11 elements', [{ type: 'context', elements: Array.from({ length: 11 }, () => plain('c')) }]],
    ['26 buttons', [actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `b${n}` })))]],
    ['actions without elements', [actions()]],
    ['a button text of 76 characters', [actions(button({ text: plain(x(76)) }))]],
    ['a button value of 2,001 characters', [actions(button({ value: x(2001) }))]],
    ['a button in an unknown style', [actions(button({ style: 'warning' }))]],
    ['a block_id of 256 characters', [{ type: 'divider', block_id: x(256) }]],
    [
      'two blocks of one block_id',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
    ],
    ['two buttons of one action_id in a block', [actions(button(), button())]],
    ['101 options', [actions({ type: 'static_select', action_id: 's', options: options(101) })]],
    ['6 options in an overflow', [actions({ type: 'overflow', action_id: 'o', options: options(6) })]],
    [
      'an initial option that is no option',
      [actions({ type: 'static_select', action_id: 's', options: options(1), initial_option: options(2)[1] })],
    ],
    [
      'an option text of 76 characters',
      [actions({ type: 'static_select', action_id: 's', options: [{ text: plain(x(76)), value: '1' }] })],
    ],
    [
      'a confirm title of 101 characters',
      [
        actions(
          button({ confirm: { title: plain(x(101)), text: plain('5'), confirm: plain('Yes'), deny: plain('No') } }),
        ),
      ],
    ],
  ])('refuses %s', async (_name, blocks) => {
    expect(await posting(blocks)).toBe('invalid_blocks')
    expect(() => slack.assertClean()).toThrow('invalid_blocks')
  })

  it('refuses more than 13,200 characters over all blocks', async () => {
    expect(await posting([1, 2, 3, 4].map(() => section(x(3000))))).toBe('none')
    expect(await posting([1, 2, 3, 4, 5].map(() => section(x(2700))))).toBe('msg_blocks_too_long')
  })
})

describe('messages', () => {
  it('refuses a text that is too long, which for an update is sooner', async () => {
    expect(await errorOf('chat.postMessage', { channel, text: x(40_001) })).toBe('msg_too_long')
    const { ts } = await client.chat.postMessage({ channel, text: x(4_001) })
    expect(await errorOf('chat.update', { channel, ts, text: x(4_001) })).toBe('msg_too_long')
    expect(slack.violations).toHaveLength(2)
  })

  it('notes blocks without a fallback text, and a thread_ts that is a reply', async () => {
    await errorOf('chat.postMessage', { channel, blocks: [section('no fallback')] })
    const root = String((await client.chat.postMessage({ channel, text: 'root' })).ts)
    const reply = await client.chat.postMessage({ channel, text: 'reply', thread_ts: root })
    await client.chat.postMessage({ channel, text: 'lost', thread_ts: String(reply.ts) })
    expect(slack.violations.map(({ rule }) => rule)).toEqual(['missing_fallback_text', 'reply_to_a_reply'])
  })

  it('notes words that would ring everybody, and lets escaped and plain ones be', async () => {
    await client.chat.postMessage({ channel, text: '&lt;!channel&gt; @channel' })
    await posting([{ type: 'header', text: plain('<!channel>') }])
    slack.assertClean()
    await posting([section('title: <!channel>')])
    await client.chat.postMessage({ channel, text: '<!here|here>' })
    expect(slack.broadcasts.map(({ text }) => text)).toEqual(['<!channel>', '<!here|here>'])
    expect(() => slack.assertClean()).toThrow('broadcast')
  })

  it('knows no method that Slack does not, and asks for scopes when told which there are', async () => {
    expect(await errorOf('chat.shout', { channel })).toBe('unknown_method')
    await slack.stop()
    await start({ scopes: ['chat:write'] })
    expect(await errorOf('chat.postMessage', { channel, text: 'x' })).toBe('none')
    expect(await errorOf('conversations.history', { channel })).toBe('missing_scope')
  })

  it('forgets all messages, or one, on order', async () => {
    const ts = String((await client.chat.postMessage({ channel, text: 'x' })).ts)
    slack.deleteMessage(channel, ts)
    expect(await errorOf('chat.update', { channel, ts, text: 'y' })).toBe('message_not_found')
    await client.chat.postMessage({ channel, text: 'x' })
    slack.forget()
    expect(slack.messages(channel)).toEqual([])
    slack.assertClean()
  })
})

describe('modals', () => {
  const input = { type: 'input', label: plain('Title'), element: { type: 'plain_text_input', action_id: 'text' } }
  it.each<[string, object]>([
    ['a title of 25 characters', { title: plain(x(25)) }],
    ['private_metadata of 3,001 characters', { private_metadata: x(3001) }],
    ['101 blocks', { blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) }],
    ['an input without a submit button', { blocks: [input] }],
    ['a property of another kind of view', { type: 'home' }],
  ])('refuses %s', async (_name, view) => {
    expect(await opening(view)).toBe('invalid_arguments')
    expect(slack.violations).toHaveLength(1)
  })

  it('opens with a trigger once, and within three seconds', async () => {
    const view = { type: 'modal', title: plain('Title'), blocks: [] }
    const { trigger_id } = await slack.command({ user, channel, command: '/x' })
    expect(await errorOf('views.open', { trigger_id, view })).toBe('none')
    expect(await errorOf('views.open', { trigger_id, view })).toBe('exchanged_trigger_id')
    const later = await slack.command({ user, channel, command: '/x' })
    now += 3_001
    expect(await errorOf('views.open', { trigger_id: later.trigger_id, view })).toBe('expired_trigger_id')
    expect(slack.violations.map(({ rule }) => rule)).toEqual(['exchanged_trigger_id', 'expired_trigger_id'])
  })
})

describe('response URLs', () => {
  const respond = async (url: unknown, body: object) =>
    (await fetch(String(url), { method: 'POST', body: JSON.stringify(body) })).status

  it('take five answers within thirty minutes, ephemeral unless they say otherwise', async () => {
    const { delivery } = await slack.command({ user, channel, command: '/x' })
    const url = delivery.payload.response_url
    for (let n = 1; n <= 5; n += 1) expect(await respond(url, { text: `answer ${n}` })).toBe(200)
    expect(await respond(url, { text: 'answer 6' })).toBe(404)
    expect(slack.ephemerals(user)).toHaveLength(5)
    const late = await slack.command({ user, channel, command: '/x' })
    now += 30 * 60_000 + 1
    expect(await respond(late.delivery.payload.response_url, { text: 'late' })).toBe(404)
    expect(slack.violations.map(({ rule }) => rule)).toEqual(['used_url', 'expired_url'])
  })
})

describe('what goes wrong on order', () => {
  it('answers 429 with Retry-After, as often as told, then works again', async () => {
    slack.fail('chat.postMessage', { retryAfter: 7, times: 1 })
    const strict = new WebClient(slack.botToken, {
      slackApiUrl: slack.apiUrl,
      rejectRateLimitedCalls: true,
      logger: silent,
    })
    await expect(strict.chat.postMessage({ channel, text: 'x' })).rejects.toMatchObject({ retryAfter: 7 })
    expect((await strict.chat.postMessage({ channel, text: 'x' })).ok).toBe(true)
    expect(slack.calls.map(({ status }) => status)).toEqual([429, 200])
  })

  it('loses the answer to a call that it performed', async () => {
    slack.fail('chat.postMessage', { dropResponse: true, times: 1 })
    expect(await errorOf('chat.postMessage', { channel, text: 'did it happen?' })).toBe('slack_webapi_request_error')
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['did it happen?'])
  })

  it('never answers, answers 500, or answers an error, for the calls chosen', async () => {
    const impatient = new WebClient(slack.botToken, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      timeout: 50,
      logger: silent,
    })
    slack.fail('users.info', { hang: true })
    await expect(impatient.users.info({ user })).rejects.toThrow()
    slack.fail('chat.update', { error: 'internal_error', when: ({ ts }) => ts === '1.1' })
    expect(await errorOf('chat.update', { channel, ts: '1.1', text: 'x' })).toBe('internal_error')
    expect(await errorOf('chat.update', { channel, ts: '2.2', text: 'x' })).toBe('message_not_found')
    slack.recover()
    slack.fail('*', { status: 500 })
    expect(await errorOf('auth.test', {})).toBe('slack_webapi_http_error')
    slack.recover()
    expect(await errorOf('auth.test', {})).toBe('none')
  })

  it('limits posts to a channel by its rate, when told to', async () => {
    await slack.stop()
    await start({ postRate: { perSecond: 1, burst: 2 } })
    const statuses = async () => {
      const strict = { slackApiUrl: slack.apiUrl, rejectRateLimitedCalls: true, logger: silent }
      const post = () => new WebClient(slack.botToken, strict).chat.postMessage({ channel, text: 'x' })
      return Promise.all(
        [1, 2, 3].map(() =>
          post().then(
            () => 'posted',
            (error) => `wait ${error.retryAfter}`,
          ),
        ),
      )
    }
    expect((await statuses()).toSorted()).toEqual(['posted', 'posted', 'wait 1'])
    now += 2_000
    expect(await errorOf('chat.postMessage', { channel, text: 'x' })).toBe('none')
  })
})
