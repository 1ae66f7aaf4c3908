import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot({ slack: { users: ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0DAVE'].map((id) => ({ id })) } })
})
afterAll(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const joined = async () =>
  (await bot.entries('INC-1')).flatMap(({ body }) =>
    body.type === 'person.joined' ? [body.person.replace('T0FAKE/U0', '')] : [],
  )

it('whoever acts in an incident takes part in it, and no message tells of that', async () => {
  const { root } = await bot.open()
  expect(await bot.ask('U0DAVE', 'scale checkout 5 --incident INC-1', '/ops')).toMatch(/no policy line allows/)
  await bot.slack.click({ user: 'U0BOB', message: root, actionId: 'incident.ack' })
  await expect.poll(joined).toEqual(['BOB'])
  await bot.command('U0ALICE', 'scale checkout 5 --incident INC-1', '/ops')
  const card = await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
  const before = bot.slack.thread(INCIDENTS, root.ts).length
  await bot.slack.click({ user: 'U0CAROL', message: card, actionId: 'change.approve' })
  await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))
  expect(await joined()).toEqual(['BOB', 'CAROL'])
  expect(bot.slack.thread(INCIDENTS, root.ts)).toHaveLength(before)
  expect(await bot.ask('U0BOB', 'resolve INC-1')).toMatch(/INC-1/)
  const taking = await bot.db.selectFrom('participants').select('person').orderBy('joined_at').execute()
  expect(taking.map(({ person }) => person)).toEqual(['T0FAKE/U0ALICE', 'T0FAKE/U0BOB', 'T0FAKE/U0CAROL'])
})

it('the export names them, though a role is all that they had', async () => {
  await bot.ask('U0ALICE', 'reopen INC-1')
  await bot.ask('U0ALICE', 'assign INC-1 <@U0DAVE|dave> as scribe')
  await bot.command('U0ALICE', 'export INC-1 md')
  const file = await bot.slack.until(() => bot.slack.files.find(({ filename }) => filename === 'INC-1.md'))
  await bot.slack.until(() => file.content)
  const [, people] = /\n## People\n(.*?)\n## /s.exec(String(file.content)) ?? []
  expect(people).toMatch(/\| bob \|.*\n\| carol \| approved OP-1 \|.*\n\| dave \|.*\| was there \|/)
})
