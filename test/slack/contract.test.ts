import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from './bolt-app.ts'
import { type SlackWorld, worlds } from './worlds.ts'

/**
 * What the product relies on in Slack's Web API, asked of the fake and of two emulators that other people wrote. Where
 * an emulator is known to differ from Slack, it lists the assertion's title in `lacks`, with the reason; should that assertion ever pass, the list is out of date
 * and the test says so.
 */
describe.each(worlds)('$name', (world) => {
  let slack: SlackWorld
  let client: WebClient
  const slackSays = (title: string, check: () => Promise<void>) =>
    title in world.lacks ? it.fails(`${title} (not here: ${world.lacks[title]})`, check) : it(title, check)
  const post = async (text: string, more: { thread_ts?: string } = {}) =>
    String((await client.chat.postMessage({ channel: slack.channel, text, ...more })).ts)
  const texts = (messages: { text?: string }[] = []) => messages.map(({ text }) => text)
  const errorOf = (call: Promise<unknown>) =>
    call.then(
      () => 'no error',
      (error) => error.data?.error ?? error.message,
    )

  beforeAll(async () => {
    slack = await world.start()
    const options = { slackApiUrl: slack.url, retryConfig: { retries: 0 }, logger: silent }
    client = new WebClient(slack.token, options)
  })
  afterAll(() => slack?.stop())

  slackSays('auth.test tells who the bot is', async () => {
    const { ok, user_id, team_id } = await client.auth.test()
    expect({ ok, user_id }).toEqual({ ok: true, user_id: slack.botUser })
    expect(team_id).toMatch(/^T/)
  })

  slackSays('a call without a token is not_authed, one with a wrong token is invalid_auth', async () => {
    const options = { slackApiUrl: slack.url, retryConfig: { retries: 0 }, logger: silent }
    expect(await errorOf(new WebClient(undefined, options).auth.test())).toBe('not_authed')
    expect(await errorOf(new WebClient('xoxb-wrong', options).auth.test())).toBe('invalid_auth')
  })

  slackSays('a post returns its channel, a growing ts and the message', async () => {
    const first = await client.chat.postMessage({ channel: slack.channel, text: 'one' })
    const second = await client.chat.postMessage({ channel: slack.channel, text: 'two' })
    expect(first).toMatchObject({ ok: true, channel: slack.channel, message: { text: 'one', user: slack.botUser } })
    expect(first.ts).toMatch(/^\d{10}\.\d{6}$/)
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts))
  })

  slackSays('a message needs text, blocks or attachments', async () => {
    expect(await errorOf(client.chat.postMessage({ channel: slack.channel, text: '' }))).toBe('no_text')
  })

  slackSays('an unknown channel is channel_not_found', async () => {
    expect(await errorOf(client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }))).toBe('channel_not_found')
    expect(await errorOf(client.conversations.info({ channel: 'C0NOWHERE' }))).toBe('channel_not_found')
  })

  slackSays('a channel that the bot is not in is not_in_channel', async () => {
    const channel = String(slack.foreignChannel)
    expect(await errorOf(client.chat.postMessage({ channel, text: 'x' }))).toBe('not_in_channel')
  })

  slackSays('an update replaces the text and keeps the ts', async () => {
    const ts = await post('before')
    expect(await client.chat.update({ channel: slack.channel, ts, text: 'after' })).toMatchObject({ ok: true, ts })
    const { messages } = await client.conversations.replies({ channel: slack.channel, ts })
    expect(texts(messages)).toEqual(['after'])
  })

  slackSays('an update with text alone removes the blocks', async () => {
    const blocks = [{ type: 'divider' as const }]
    const { ts } = await client.chat.postMessage({ channel: slack.channel, text: 'with', blocks })
    await client.chat.update({ channel: slack.channel, ts: String(ts), text: 'without' })
    const { messages } = await client.conversations.replies({ channel: slack.channel, ts: String(ts) })
    expect(messages?.[0]?.blocks ?? []).toEqual([])
  })

  slackSays('an update of an unknown message is message_not_found', async () => {
    const update = { channel: slack.channel, ts: '1500000000.000100', text: 'x' }
    expect(await errorOf(client.chat.update(update))).toBe('message_not_found')
  })

  slackSays("an update of somebody else's message is cant_update_message", async () => {
    const ts = String(await slack.postAsSomebody?.('mine'))
    expect(await errorOf(client.chat.update({ channel: slack.channel, ts, text: 'x' }))).toBe('cant_update_message')
  })

  slackSays('a deleted message is gone', async () => {
    const ts = await post('short-lived')
    await client.chat.delete({ channel: slack.channel, ts })
    expect(await errorOf(client.chat.delete({ channel: slack.channel, ts }))).toBe('message_not_found')
  })

  slackSays('the history leaves replies out and gives the newest first', async () => {
    const root = await post('root')
    await post('reply', { thread_ts: root })
    await post('next root')
    const { messages } = await client.conversations.history({ channel: slack.channel, limit: 2 })
    expect(texts(messages).slice(0, 2)).toEqual(['next root', 'root'])
    expect(messages?.[1]).toMatchObject({ reply_count: 1 })
  })

  slackSays('the history keeps to its bounds, which are out unless inclusive', async () => {
    const [first, middle, last] = [await post('a'), await post('b'), await post('c')]
    const bounds = { channel: slack.channel, oldest: first, latest: last }
    expect(texts((await client.conversations.history(bounds)).messages)).toEqual(['b'])
    const all = await client.conversations.history({ ...bounds, inclusive: true })
    expect(texts(all.messages)).toEqual(['c', 'b', 'a'])
    const one = { channel: slack.channel, latest: middle, inclusive: true, limit: 1 }
    expect(texts((await client.conversations.history(one)).messages)).toEqual(['b'])
  })

  slackSays('replies give the root first, then the replies in order', async () => {
    const root = await post('root')
    await post('first', { thread_ts: root })
    await post('second', { thread_ts: root })
    const { messages } = await client.conversations.replies({ channel: slack.channel, ts: root })
    expect(texts(messages)).toEqual(['root', 'first', 'second'])
    expect(messages?.[1]).toMatchObject({ thread_ts: root })
  })

  slackSays('replies of an unknown thread are thread_not_found', async () => {
    const ts = '1500000000.000100'
    expect(await errorOf(client.conversations.replies({ channel: slack.channel, ts }))).toBe('thread_not_found')
  })

  slackSays('metadata comes back, but only where it is asked for', async () => {
    const metadata = { event_type: 'firebreak', event_payload: { subject: 'INC-1' } }
    const { ts } = await client.chat.postMessage({ channel: slack.channel, text: 'with metadata', metadata })
    const thread = { channel: slack.channel, ts: String(ts) }
    expect((await client.conversations.replies(thread)).messages?.[0]).not.toHaveProperty('metadata')
    const { messages } = await client.conversations.replies({ ...thread, include_all_metadata: true })
    expect(messages?.[0]).toMatchObject({ metadata })
  })

  slackSays('an ephemeral message gives a message_ts and stays out of the history', async () => {
    const { message_ts } = await client.chat.postEphemeral({
      channel: slack.channel,
      user: slack.person,
      text: 'only you',
    })
    expect(message_ts).toMatch(/^\d+\.\d+$/)
    const { messages } = await client.conversations.history({ channel: slack.channel })
    expect(texts(messages)).not.toContain('only you')
  })

  slackSays('users.info gives a profile and a time zone', async () => {
    const { user } = await client.users.info({ user: slack.person })
    expect(user).toMatchObject({ id: slack.person, is_bot: false })
    expect(user?.real_name).toBeTruthy()
    expect(user?.tz).toBeTruthy()
  })

  slackSays('an unknown user is user_not_found', async () => {
    expect(await errorOf(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found')
  })

  slackSays('conversations.members and .open know the channel and the person', async () => {
    const { members } = await client.conversations.members({ channel: slack.channel })
    expect(members).toContain(slack.person)
    const { channel } = await client.conversations.open({ users: slack.person })
    expect(channel?.id).toMatch(/^D/)
    expect((await client.chat.postMessage({ channel: String(channel?.id), text: 'hello' })).ok).toBe(true)
  })

  slackSays('a permalink names the channel and the message', async () => {
    const ts = await post('link to me')
    const { permalink } = await client.chat.getPermalink({ channel: slack.channel, message_ts: ts })
    expect(permalink).toMatch(new RegExp(`/archives/${slack.channel}/p${ts.replace('.', '')}$`))
  })

  slackSays('an uploaded file appears in the thread with its id', async () => {
    const root = await post('files go here')
    const content = 'seq,kind\n1,opened\n'
    const upload = { filename: 'timeline.csv', length: content.length }
    const { upload_url, file_id } = await client.files.getUploadURLExternal(upload)
    expect((await fetch(String(upload_url), { method: 'POST', body: content })).status).toBe(200)
    const shared = { channel_id: slack.channel, thread_ts: root, files: [{ id: String(file_id), title: 'Timeline' }] }
    await client.files.completeUploadExternal(shared as Parameters<typeof client.files.completeUploadExternal>[0])
    await expect
      .poll(async () => {
        const { messages } = await client.conversations.replies({ channel: slack.channel, ts: root })
        return messages?.flatMap(({ files = [] }) => files.map(({ id }) => id))
      })
      .toEqual([file_id])
  })

  slackSays('a reaction is added once', async () => {
    const reaction = { channel: slack.channel, timestamp: await post('react'), name: 'eyes' }
    expect((await client.reactions.add(reaction)).ok).toBe(true)
    expect(await errorOf(client.reactions.add(reaction))).toBe('already_reacted')
  })

  slackSays('a trigger opens one modal and no second one', async () => {
    const trigger_id = String(await slack.trigger?.())
    const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Open' }, blocks: [] }
    const opened = await client.views.open({ trigger_id, view })
    expect(opened.view).toMatchObject({ type: 'modal', title: { text: 'Open' } })
    expect(opened.view?.id).toMatch(/^V/)
    expect(await errorOf(client.views.open({ trigger_id, view }))).toBe('exchanged_trigger_id')
  })

  slackSays('a trigger that was never given is refused', async () => {
    const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Open' }, blocks: [] }
    expect(await errorOf(client.views.open({ trigger_id: '1.never', view }))).toBe('invalid_trigger_id')
  })

  slackSays('an update of a view that changed meanwhile is hash_conflict', async () => {
    const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Open' }, blocks: [] }
    const opened = await client.views.open({ trigger_id: String(await slack.trigger?.()), view })
    const hash = String(opened.view?.hash)
    const view_id = String(opened.view?.id)
    await client.views.update({ view_id, hash, view })
    expect(await errorOf(client.views.update({ view_id, hash, view }))).toBe('hash_conflict')
  })
})
