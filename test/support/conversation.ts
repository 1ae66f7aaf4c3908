import { describe } from '../../src/timeline/describe.ts'
import type { Entry } from '../../src/timeline/entries.ts'
import { type Bot, INCIDENTS } from './firebreak.ts'
import { until } from './until.ts'

const TALK = /^(messages?|task|person)\./

/** What people said and marked in an incident, as entries; who joined among them. */
export const talkOf = async (bot: Pick<Bot, 'entries'>, name: string): Promise<Entry[]> =>
  (await bot.entries(name)).filter(({ body }) => TALK.test(body.type))

/** The same as sentences, without who joined. */
export async function said(bot: Pick<Bot, 'entries'>, name: string): Promise<string[]> {
  const entries = (await talkOf(bot, name)).filter(({ body }) => body.type !== 'person.joined')
  return entries.map((entry) => describe(entry, (id) => id))
}

/** An incident with its thread, in which people write. */
export async function openThread(bot: Bot) {
  const { root, name, id } = await bot.open()
  let barriers = 0
  const say = (user: string, text: string, more: object = {}) =>
    bot.slack.say({ user, channel: INCIDENTS, thread_ts: root.ts, text, ...more })
  const at = (ts: string) => ({ channel: INCIDENTS, ts })
  return {
    ...{ root, name, id, say, at },
    edit: (ts: string, text: string, more: object = {}) => bot.slack.edit({ ...at(ts), text, ...more }),
    /** What is on record once all that was said before is: what is said in one channel is recorded in its order. */
    async record({ channel = INCIDENTS } = {}): Promise<string[]> {
      const mark = `that is all ${++barriers}`
      if (channel === INCIDENTS) await say('U0ALICE', mark)
      else await bot.slack.say({ user: 'U0ALICE', channel, text: mark })
      const isMark = (sentence: string) => sentence.includes('that is all')
      await until(async () => (await said(bot, name)).some((sentence) => sentence.includes(mark)))
      return (await said(bot, name)).filter((sentence) => !isMark(sentence))
    },
    talk: () => talkOf(bot, name),
  }
}
