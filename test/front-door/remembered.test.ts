import { sql } from 'kysely'
import { afterEach, expect, it } from 'vitest'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
afterEach(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const known = async () => (await bot.db.selectFrom('accounts').select('account').execute()).map((row) => row.account)
const older = (hours: number) => {
  const ago = sql<Date>`seen_at - ${hours} * interval '1 hour'`
  return Promise.all([
    bot.db.updateTable('accounts').set({ seen_at: ago }).execute(),
    bot.db.updateTable('memberships').set({ seen_at: ago }).execute(),
  ])
}

it('lets an approver who never spoke to the bot approve while Slack tells nothing, after a restart too', async () => {
  bot = await startBot()
  // Whom the roles name, by id and by group, is looked up beforehand.
  await expect.poll(known).toEqual(expect.arrayContaining(['U0ALICE', 'U0BOB', 'U0CAROL']))
  const { root } = await bot.open()
  await older(11)
  for (const method of ['users.info', 'usergroups.users.list', 'conversations.info']) {
    bot.slack.fail(method, { status: 503 })
  }
  await bot.restart()
  await bot.command('U0ALICE', 'scale checkout 5', '/ops')
  const card = await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
  await bot.slack.click({ user: 'U0CAROL', message: card, actionId: 'change.approve' })
  await bot.slack.until(() => /succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))

  // Longer than 12 hours is too long.
  await older(2)
  expect(await bot.ask('U0ALICE', 'scale checkout 4', '/ops')).toMatch(/you hold no role/)
  expect(await bot.ask('U0ALICE', 'list')).toMatch(/you are not known to me/)
})

it('tells who was in a group that gives a role, and who came and went, on record', async () => {
  bot = await startBot()
  const changes = async () =>
    (await bot.entries('general')).flatMap(({ body }) =>
      body.type === 'membership.changed' ? [[body.roles, body.joined, body.left]] : [],
    )
  await expect.poll(changes).toEqual([[['approver'], ['T0FAKE/U0CAROL'], []]])
  const group = bot.slack.workspace.userGroups.get('S0SRE')
  group?.users.splice(0, 1, 'U0DAVE')
  const moved = { subteam_id: 'S0SRE', added_users: ['U0DAVE'], removed_users: ['U0CAROL'] }
  await bot.slack.tell({ type: 'subteam_members_changed', ...moved })
  await expect
    .poll(async () => (await changes()).slice(1))
    .toEqual([
      [['approver'], [], ['T0FAKE/U0CAROL']],
      [['approver'], ['T0FAKE/U0DAVE'], []],
    ])
  const { root } = await bot.open()
  await bot.command('U0ALICE', 'scale checkout 5', '/ops')
  const card = await bot.inThread(root.ts, /scale checkout 5.*change\.approve/s)
  await bot.slack.click({ user: 'U0DAVE', message: card, actionId: 'change.approve' })
  await bot.slack.until(() => /approved by dave|succeeded/i.test(bot.slack.message(INCIDENTS, card.ts)?.text ?? ''))

  await bot.slack.tell({ type: 'subteam_updated', subteam: { id: 'S0SRE', date_delete: 1_790_000_000, users: [] } })
  await expect.poll(async () => (await changes()).at(-1)).toEqual([['approver'], [], ['T0FAKE/U0DAVE']])
})
