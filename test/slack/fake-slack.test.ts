import type { App } from '@slack/bolt'
import { afterEach, describe, expect, it } from 'vitest'
import { boltAppOn, boltOn } from './bolt-app.ts'
import { BOT, type FakeSlackOptions } from './fake/fake-slack.ts'

type Bot = Awaited<ReturnType<typeof boltOn>>
let bot: Bot | undefined

const start = async (options: FakeSlackOptions, listen: (app: App) => void): Promise<Bot> => {
  bot = await boltOn(options, listen)
  return bot
}

afterEach(async () => {
  await bot?.stop()
  bot = undefined
})

const channel = 'C0INCIDENTS'
const user = 'U0ALICE'
const plain = (text: string) => ({ type: 'plain_text' as const, text })
const buttons = (...actionIds: string[]) => ({
  type: 'actions' as const,
  block_id: 'decide',
  elements: actionIds.map((action_id) => ({
    type: 'button' as const,
    action_id,
    text: plain(action_id),
    value: 'OP-1',
  })),
})
const form = {
  type: 'modal' as const,
  callback_id: 'open',
  title: plain('Open an incident'),
  submit: plain('Open'),
  blocks: [
    {
      type: 'input' as const,
      block_id: 'title',
      label: plain('Title'),
      element: { type: 'plain_text_input' as const, action_id: 'text' },
    },
    {
      type: 'input' as const,
      block_id: 'severity',
      label: plain('Severity'),
      optional: true,
      element: {
        type: 'static_select' as const,
        action_id: 'pick',
        options: ['P0', 'P1'].map((name) => ({ text: plain(name), value: name })),
      },
    },
  ],
}

describe.each(['http', 'socket'] as const)('a Bolt app on the fake Slack (%s)', (mode) => {
  it('receives a command and answers through all three ways', async () => {
    const { slack } = await start({ mode }, (app) => {
      app.command('/incident', async ({ ack, command, respond, client }) => {
        await ack('got it')
        await respond({ text: `you typed ${command.text}`, response_type: 'in_channel' })
        await client.chat.postMessage({ channel: command.channel_id, text: 'INC-1' })
      })
    })
    const { ack, responses } = await slack.command({
      user,
      channel,
      command: '/incident',
      text: 'open P1 "a < b" @bob',
    })
    expect(ack).toMatchObject({ status: 200, body: { text: 'got it' } })
    await slack.until(() => slack.messages(channel).length === 2)
    expect(responses).toEqual([{ text: 'you typed open P1 "a &lt; b" <@U0BOB|bob>', response_type: 'in_channel' }])
    expect(slack.ephemerals(user).map(({ text }) => text)).toEqual(['got it'])
    expect(slack.messages(channel)[1]).toMatchObject({ text: 'INC-1', bot_id: BOT.id, app_id: BOT.app_id })
    slack.assertClean()
  })

  it('hears a mention in a thread, twice as in Slack, and the same event again when it is redelivered', async () => {
    const heard: string[] = []
    const { slack, client } = await start({ mode }, (app) => {
      app.event('app_mention', async ({ body, event, context }) => {
        heard.push(`${body.event_id} ${event.thread_ts} ${context.retryNum ?? 0} ${event.text}`)
      })
      app.message(async ({ message }) => void heard.push(message.type))
    })
    const root = await client.chat.postMessage({ channel, text: 'INC-1' })
    const said = await slack.mention({ user, channel, thread_ts: String(root.ts), text: 'ops pods checkout' })
    await slack.until(() => heard.length === 2)
    await slack.redeliver(said.delivery)
    await slack.until(() => heard.length === 3)
    const line = (retry: number) => `${said.event_id} ${root.ts} ${retry} <@U0BOT> ops pods checkout`
    expect(heard.toSorted()).toEqual([line(0), line(1), 'message'].toSorted())
    expect(slack.thread(channel, String(root.ts))).toHaveLength(2)
    slack.assertClean()
  })

  it('tells of what people write, change, take back and react to, as Slack does', async () => {
    const heard: Record<string, unknown>[] = []
    const { slack } = await start({ mode }, (app) => {
      for (const type of ['message', 'reaction_added', 'reaction_removed'] as const) {
        app.event(type, async ({ event }) => void heard.push({ ...event }))
      }
    })
    const root = await slack.say({ user, channel, text: 'root' })
    const { ts } = await slack.say({ user, channel, thread_ts: root.ts, text: 'a reply', files: ['graph.png'] })
    const place = { channel, ts }
    await slack.edit({ ...place, text: 'the reply' })
    await slack.unfurl({ ...place, title: 'a page' })
    await slack.react({ user: 'U0BOB', ...place, name: 'eyes' })
    await slack.unreact({ user: 'U0BOB', ...place, name: 'eyes' })
    await slack.unsay({ channel, ts: root.ts })
    await slack.unsay(place)
    await slack.until(() => heard.length === 8)
    const changed = { subtype: 'message_changed', hidden: true, channel }
    const reaction = { user: 'U0BOB', reaction: 'eyes', item: { type: 'message', channel, ts }, item_user: user }
    const tombstone = { subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.', ts: root.ts }
    expect(heard).toMatchObject([
      { type: 'message', user, text: 'root', ts: root.ts },
      { subtype: 'file_share', thread_ts: root.ts, files: [{ name: 'graph.png', mode: 'hosted' }] },
      { ...changed, message: { text: 'the reply', edited: { user } }, previous_message: { text: 'a reply', ts } },
      { ...changed, message: { text: 'the reply', attachments: [{ title: 'a page' }] } },
      { type: 'reaction_added', ...reaction },
      { type: 'reaction_removed', ...reaction },
      { ...changed, message: tombstone, previous_message: { user, text: 'root' } },
      { subtype: 'message_deleted', hidden: true, channel, deleted_ts: ts, previous_message: { text: 'the reply' } },
    ])
    expect(heard.every(({ event_ts }) => typeof event_ts === 'string')).toBe(true)
    expect(slack.thread(channel, root.ts).map(({ text }) => text)).toEqual(['This message was deleted.'])
    slack.assertClean()
  })

  it('delivers clicks on a message, with state, and lets the answer replace it', async () => {
    const { slack, client } = await start({ mode }, (app) => {
      app.action('approve', async ({ ack, action, respond }) => {
        await ack()
        await respond({ replace_original: true, text: `approved ${'value' in action && action.value}` })
      })
    })
    const { ts } = await client.chat.postMessage({ channel, text: 'Scale?', blocks: [buttons('approve', 'reject')] })
    const before = slack.message(channel, String(ts))
    await slack.click({ user: 'U0BOB', message: { channel, ts: String(ts) }, actionId: 'approve' })
    await slack.until(() => slack.message(channel, String(ts))?.text === 'approved OP-1')
    expect(slack.message(channel, String(ts))?.edits).toHaveLength(1)

    await slack.click({ user, message: before ?? { channel, ts: '' }, actionId: 'approve', value: 'OP-999' })
    await slack.until(() => slack.message(channel, String(ts))?.text === 'approved OP-999')
    await expect(slack.click({ user, message: { channel, ts: String(ts) }, actionId: 'approve' })).rejects.toThrow(
      'there are none',
    )
    slack.assertClean()
  })

  it('opens, refuses and accepts a modal', async () => {
    const { slack } = await start({ mode }, (app) => {
      app.command('/incident', async ({ ack, body, client }) => {
        await ack()
        await client.views.open({ trigger_id: body.trigger_id, view: form })
      })
      app.view('open', async ({ ack, view }) => {
        const title = view.state.values.title?.text?.value
        await (title === 'no' ? ack({ response_action: 'errors', errors: { title: 'Say more' } }) : ack())
      })
    })
    await slack.command({ user, channel, command: '/incident' })
    const view = await slack.until(() => slack.views(user)[0])
    await expect(slack.submit({ user, view })).rejects.toThrow('title must be filled in')
    expect(await slack.submit({ user, view, values: { title: 'no' } })).toMatchObject({ errors: { title: 'Say more' } })
    const { delivery } = await slack.submit({ user, view, values: { title: 'Checkout times out', pick: 'P1' } })
    expect(delivery.payload).toMatchObject({
      view: { state: { values: { severity: { pick: { selected_option: { value: 'P1' } } } } } },
    })
    expect(slack.views(user)).toEqual([])
    slack.assertClean()
  })

  it('hears its own messages as events when echoes are on, which Bolt keeps from its listeners', async () => {
    const heard: string[] = []
    const { slack, client } = await start({ mode, echo: true }, (app) => {
      app.use(async ({ payload, next }) => {
        if ('text' in payload) heard.push(`${payload.type} ${'bot_id' in payload ? payload.bot_id : 'a person'}`)
        await next()
      })
    })
    await client.chat.postMessage({ channel, text: 'mine' })
    await slack.until(() => slack.deliveries[0]?.acks.length === 1)
    expect(slack.deliveries[0]?.payload.event).toMatchObject({ type: 'message', bot_id: BOT.id, text: 'mine' })
    expect(heard).toEqual([])
    expect((await slack.say({ user, channel, text: 'hello' })).message?.ack.status).toBe(200)
    expect(heard).toEqual(['message a person'])
    slack.assertClean()
  })

  it('records a late acknowledgement and shows the person a timeout', async () => {
    const { slack } = await start({ mode, acknowledgeWithin: 50 }, (app) => {
      app.command('/slow', async ({ ack }) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        await ack()
      })
    })
    const { ack } = await slack.command({ user, channel, command: '/slow' })
    expect(ack).toMatchObject({ status: 0, shown: 'operation_timeout' })
    expect(() => slack.assertClean()).toThrow('late_ack: /slow')
  })

  it('sends an event again that nobody acknowledged', async () => {
    const retries: (number | undefined)[] = []
    const { slack, app } = await start({ mode, eventRetries: [0, 10], acknowledgeWithin: 50 }, (app) => {
      app.event('app_mention', async ({ context }) => void retries.push(context.retryNum))
    })
    if (mode === 'http') slack.deliverTo('http://127.0.0.1:1/slack/events')
    else await app.stop()
    if (mode === 'socket') await slack.until(() => slack.connections === 0)
    const { ack, delivery } = await slack.mention({ user, channel, text: 'help' })
    expect(ack.shown).toBe('dispatch_failed')
    await slack.until(() => delivery.acks.length === 3)
    expect(delivery.acks.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(retries).toEqual([])
  })
})

describe('signed HTTP', () => {
  it('gives bad, missing and old signatures to the receiver, which refuses them', async () => {
    let ran = 0
    const { slack } = await start({ mode: 'http' }, (app) => {
      app.command('/incident', async ({ ack }) => {
        ran += 1
        await ack()
      })
    })
    const payload = { command: '/incident', text: 'list', team_id: 'T0FAKE', user_id: user, channel_id: channel }
    const status = async (options: object) => (await slack.deliverRaw('slash_commands', payload, options)).status
    expect(await status({ signature: 'bad' })).toBe(401)
    expect(await status({ signature: 'missing' })).toBe(401)
    expect(await status({ ageSeconds: 301 })).toBe(401)
    expect(ran).toBe(0)
    expect(await status({})).toBe(200)
  })
})

describe('Socket Mode', () => {
  it('gives each payload to one of several connections, in turn, and survives a refresh of one of them', async () => {
    const seen: string[] = []
    const listen = (name: string) => (app: App) => {
      app.command('/who', async ({ ack }) => {
        seen.push(name)
        await ack()
      })
    }
    const { slack } = await start({ mode: 'socket' }, listen('first'))
    const second = await boltAppOn(slack, 'socket', listen('second'))
    for (let n = 0; n < 4; n += 1) await slack.command({ user, channel, command: '/who' })
    expect(seen).toEqual(['first', 'second', 'first', 'second'])
    slack.disconnect('refresh')
    expect((await slack.command({ user, channel, command: '/who' })).ack.shown).toBe('dispatch_failed')
    await slack.until(() => slack.connections === 2, 15_000)
    expect((await slack.command({ user, channel, command: '/who' })).ack.status).toBe(200)
    await second.stop()
    slack.assertClean()
  })

  it('refuses to open a connection with the bot token', async () => {
    const { client, slack } = await start({ mode: 'socket' }, () => {})
    await expect(client.apps.connections.open({})).rejects.toThrow('not_allowed_token_type')
    expect(() => slack.assertClean()).toThrow('not_allowed_token_type')
  })
})
