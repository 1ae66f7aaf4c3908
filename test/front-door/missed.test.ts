import { afterEach, describe, expect, it } from 'vitest'
import { startFirebreak } from '../../src/firebreak.ts'
import { withClient } from '../../src/storage/connection.ts'
import { BOT } from '../slack/fake/fake-slack.ts'
import { openThread, said } from '../support/conversation.ts'
import { type Bot, type BotOptions, INCIDENTS, startBot } from '../support/firebreak.ts'
import { quiet } from '../support/log.ts'
import { until } from '../support/until.ts'

const users = [
  ...['U0ALICE', 'U0BOB', 'U0CAROL', 'U0GONE'].map((id) => ({ id })),
  { id: 'U0LEFT', name: 'lena', deleted: true },
]

let bot: Bot
afterEach(() => bot.stop())

const start = async (options: BotOptions = {}) => {
  const { slack, ...rest } = options
  bot = await startBot({ ...rest, slack: { users, eventRetries: [], ...slack } })
  return await openThread(bot)
}
/** While the bot is away. */
const query = (text: string) => withClient(bot.database.url, (client) => client.query(text))
/** What is on record, once there is so much. */
const recorded = async (name: string, many: number) =>
  await until(async () => {
    const sentences = await said(bot, name)
    return sentences.length >= many && sentences
  })

describe.each(['http', 'socket'] as const)('what was said while nobody listened (%s)', (mode) => {
  it('is recorded after a restart, in its order and with its own time', async () => {
    const thread = await start({ mode })
    await thread.say('U0ALICE', 'before')
    await recorded(thread.name, 1)
    let last = ''
    await bot.restart(async () => {
      await thread.say('U0BOB', 'while you were out', { files: ['graph.png'] })
      const edited = await thread.say('U0CAROL', 'me too')
      await thread.edit(edited.ts, 'me too, @bob')
      const deleted = await thread.say('U0CAROL', 'nobody will know')
      await bot.slack.unsay(thread.at(deleted.ts))
      last = (await thread.say('U0LEFT', 'and I have left since')).ts
      const gone = await thread.say('U0GONE', 'me, for good')
      bot.slack.workspace.users.delete('U0GONE')
      await bot.slack.react({ user: 'U0BOB', ...thread.at(gone.ts), name: 'pushpin' })
      return undefined
    })
    expect(await recorded(thread.name, 6)).toEqual([
      'alice: “before”',
      'bob: “while you were out” [graph.png]',
      'carol: “me too, @bob”',
      'lena: “and I have left since”',
      'U0GONE: “me, for good”',
      'bob marked as an event what U0GONE said: “me, for good”.',
    ])
    const entry = (await thread.talk()).find(({ body }) => body.type === 'message.posted' && body.ts === last)
    expect(entry?.occurredAt).toEqual(new Date(Math.round(Number(last) * 1000)))
    bot.slack.assertClean()
  })

  it('is a gap in the record of incidents that were open, when that was for more than a minute', async () => {
    const thread = await start({ mode })
    const over = await openThread(bot)
    await bot.ask('U0ALICE', `resolve ${over.name}`)
    await until(async () => (await bot.db.selectFrom('listening').select('heard_at').execute()).length > 0)
    await bot.restart(async () => {
      await query(`update listening set heard_at = heard_at - interval '5 minutes'`)
      await query(`update incidents set resolved_at = resolved_at - interval '1 hour' where id = ${over.id}`)
      await thread.say('U0BOB', 'hello?')
      return undefined
    })
    const sentences = await recorded(thread.name, 2)
    expect(sentences).toEqual([
      expect.stringMatching(/^Nobody listened from .* to .*: edits and deletions of that time are not known\.$/),
      'bob: “hello?”',
    ])
    await bot.restart()
    expect(await said(bot, thread.name)).toEqual(sentences)
    expect(await said(bot, over.name)).toEqual([])
  })
})

it('is looked for when the connection is back', async () => {
  const thread = await start({ mode: 'socket' })
  bot.slack.cut()
  await thread.say('U0BOB', 'can you hear me?')
  expect(bot.slack.deliveries.at(-1)?.acks[0]?.shown).toBe('dispatch_failed')
  expect(await recorded(thread.name, 1)).toEqual(['bob: “can you hear me?”'])
})

it('is recorded once by two replicas, whoever hears it', async () => {
  const thread = await start({ mode: 'socket' })
  const { environment, config, redact, env } = bot
  const log = quiet as never
  const other = await startFirebreak({ environment, config, log, redact, variables: env, strict: true })
  try {
    await bot.slack.until(() => bot.slack.connections === 2)
    for (let n = 1; n <= 4; n++) await thread.say('U0BOB', `message ${n}`)
    await recorded(thread.name, 4)
    bot.slack.cut()
    await thread.say('U0BOB', 'message 5')
    await bot.slack.until(() => bot.slack.connections === 2)
    await thread.say('U0CAROL', 'message 6')
    const all = Array.from({ length: 6 }, (_, n) => `message ${n + 1}`)
    await until(async () => {
      const texts = (await said(bot, thread.name)).map((sentence) => /message \d/.exec(sentence)?.[0])
      expect(new Set(texts).size).toBe(texts.length)
      return texts.length === 6 && all.every((text) => texts.includes(text))
    })
  } finally {
    await other.stop()
  }
  expect(await said(bot, thread.name)).toHaveLength(6)
})

describe('where Slack does not let us read', () => {
  const lines: string[] = []
  const told = () => lines.filter((line) => line.includes('Slack does not let us read'))
  const again = async (between: () => void) => {
    lines.length = 0
    await bot.restart(async () => {
      between()
      return undefined
    })
  }

  it('that is said once, and what can be read is recorded', async () => {
    const thread = await start({ mode: 'socket', heard: (line) => lines.push(line) })
    const room = bot.slack.workspace.channels.get(INCIDENTS)
    await again(() => room?.members.splice(room.members.indexOf(BOT.user_id), 1))
    await bot.slack.until(() => told().length > 0)
    bot.slack.workspace.messages.add({ channel: INCIDENTS, user: 'U0BOB', text: 'unheard', thread_ts: thread.root.ts })
    bot.slack.cut()
    const asked = () => bot.slack.calls.filter(({ method }) => method === 'conversations.replies').length
    const before = asked()
    await bot.slack.until(() => asked() > before)
    expect(told()).toHaveLength(1)
    expect(told()[0]).toContain('invite the bot into the channel again')
    room?.members.push(BOT.user_id)
    bot.slack.cut()
    expect(await recorded(thread.name, 1)).toEqual(['bob: “unheard”'])
  })

  it('an archived channel can be read all the same', async () => {
    const thread = await start({ mode: 'socket' })
    await bot.restart(async () => {
      await thread.say('U0BOB', 'the last word')
      Object.assign(bot.slack.workspace.channels.get(INCIDENTS) ?? {}, { is_archived: true })
      return undefined
    })
    expect(await recorded(thread.name, 1)).toEqual(['bob: “the last word”'])
  })
})
