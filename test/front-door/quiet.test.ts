import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot()
})
afterAll(() => bot.stop())

it('says a P1 with two mitigations and three updates in twelve messages, and rings nobody more than five times', async () => {
  const { root, name } = await bot.open()
  const inThread = (text: RegExp) => bot.inThread(root.ts, text)
  const cardShows = (text: RegExp) =>
    bot.slack.until(() => text.test(bot.slack.message(INCIDENTS, root.ts)?.text ?? ''))
  await bot.ask('U0BOB', 'ack')
  await bot.ask('U0ALICE', 'assign <@U0BOB|bob> as operations lead')
  await bot.ask('U0ALICE', 'assign <@U0CAROL|carol> as comms')
  for (const [n, line] of ['scale checkout 5', 'restart payments'].entries()) {
    await bot.command('U0ALICE', line, '/ops')
    const card = await inThread(new RegExp(`${line}.*change\\.approve`, 's'))
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    await bot.slack.until(() => /Succeeded/.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
    await bot.ask('U0CAROL', `update "news ${n}" --next 30m${n === 1 ? ' --status mitigated' : ''}`)
    await inThread(new RegExp(`news ${n}`))
  }
  await bot.ask('U0CAROL', 'update "it holds"')
  await bot.ask('U0ALICE', 'resolve --cause "the provider" --fix "more replicas"')
  await cardShows(/Status:\* resolved/)
  await inThread(/is resolved\* after/)
  await bot.ask('U0ALICE', `close ${name} --anyway`)
  await cardShows(/Status:\* closed/)
  await inThread(/moved \*INC-\d+\* from resolved to \*closed/)

  const thread = bot.slack.thread(INCIDENTS, root.ts).filter(({ bot_id }) => bot_id !== undefined)
  expect(thread.length, thread.map(({ text }) => text.split('\n')[0]).join('\n')).toBeLessThanOrEqual(12)
  const posted = ({ edits, text }: (typeof thread)[number]) => String(edits[0]?.text ?? text)
  for (const user of ['U0ALICE', 'U0BOB', 'U0CAROL']) {
    // Whoever acts is mentioned by what tells of it, and Slack rings nobody for an edit.
    const rung = thread.filter((message) => posted(message).includes(`<@${user}>`)).length
    const told = bot.slack.messages(`D${user.slice(1)}`).length
    expect(rung + told, user).toBeLessThanOrEqual(5)
  }
  bot.slack.assertClean()
})
