import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Element, View } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

let bot: Bot
beforeAll(async () => {
  bot = await startBot()
})
afterAll(async () => {
  bot.slack.assertClean()
  await bot.stop()
})

const home = (user: string) => bot.slack.home(user)
const shows = (user: string, text: RegExp) =>
  bot.slack.until(() => {
    const view = home(user)
    return view && text.test(JSON.stringify(view.blocks)) ? view : null
  })
const lacks = (user: string, text: RegExp) => bot.slack.until(() => !text.test(JSON.stringify(home(user)?.blocks)))
const modal = (user: string, text: RegExp) =>
  bot.slack.until(() => {
    const view = bot.slack.views(user).at(-1)
    return view && text.test(JSON.stringify(view)) ? view : null
  })
const blockOf = (view: View, text: RegExp) => view.blocks.find((block) => text.test(JSON.stringify(block)))
const published = (user: string) =>
  bot.slack.calls.filter(({ method, args }) => method === 'views.publish' && args.user_id === user).length
const elements = (view: View): Element[] =>
  view.blocks.flatMap(({ elements = [], accessory }) => [...elements, ...(accessory ? [accessory] : [])])
/** Opens Home and waits until it is shown. */
async function look(user: string) {
  const before = published(user)
  await bot.slack.openHome(user)
  await bot.slack.until(() => published(user) > before)
  return home(user) as View
}

describe('App Home', () => {
  it('says what to do while there is nothing to show', async () => {
    const text = JSON.stringify((await look('U0ALICE')).blocks)
    expect(text).toMatch(/What waits for you.*Nothing\..*No incident is open.*What you asked for last.*Nothing yet/s)
  })

  it('is not shown anew to whoever looks at the messages', async () => {
    await bot.slack.openHome('U0DAVE', 'messages')
    await look('U0ALICE')
    expect(home('U0DAVE')).toBeUndefined()
  })

  it('opens an incident by its form, and says so where the form was', async () => {
    const { trigger_id } = await bot.slack.click({
      ...{ user: 'U0ALICE', view: home('U0ALICE') as View, actionId: 'choose:0' },
    })
    expect(trigger_id).not.toBe('')
    const view = await modal('U0ALICE', /Open an incident/)
    const { response_action } = await bot.slack.submit({
      ...{ user: 'U0ALICE', view, values: { severity: 'P1', title: 'Checkout times out' } },
    })
    expect(response_action).toBe('update')
    await modal('U0ALICE', /INC-1\* is open in <#C0INCIDENTS>/)
    const shown = await shows('U0ALICE', /INC-1 · P1.*Open the thread/s)
    expect(JSON.stringify(shown.blocks)).toMatch(/Response:\* due <!date.*Next update:\* due <!date/s)
    expect(JSON.stringify(shown.blocks)).toContain('You are *incident commander* of <https://')
  })

  it('tells what another person changed, and only those who look', async () => {
    await bot.ask('U0BOB', 'severity P0 INC-1 nobody can pay')
    await shows('U0ALICE', /INC-1 · P0/)
    expect([home('U0BOB'), home('U0CAROL')]).toEqual([undefined, undefined])
  })

  it('opens a thread by its address, and does nothing else', async () => {
    const view = home('U0ALICE') as View
    const button = elements(view).find(({ url }) => url)
    expect(button?.url).toMatch(/^https:\/\/.*\/archives\/C0INCIDENTS\/p\d+$/)
    await bot.slack.click({ user: 'U0ALICE', view, actionId: 'link', blockId: 'INC-1' })
    expect(bot.slack.views('U0ALICE')).toHaveLength(1) // the one that said that it is open
  })

  it('has a menu of an incident, whose answers take its place', async () => {
    const pick = (view: View, line: string) => {
      const actionId = elements(view).find(({ value }) => value === line)?.action_id ?? `no ${line}`
      return bot.slack.click({ user: 'U0ALICE', view, actionId })
    }
    await bot.slack.click({
      user: 'U0ALICE',
      view: home('U0ALICE') as View,
      actionId: 'incident.menu',
      blockId: 'INC-1',
    })
    const menu = await modal('U0ALICE', /Acknowledge/)
    await pick(menu, 'incident ack INC-1')
    await bot.slack.until(() => !JSON.stringify(bot.slack.views('U0ALICE')).includes('Acknowledge"'))
    expect(bot.slack.views('U0ALICE')).toHaveLength(1)
    await shows('U0ALICE', /Response:\* acknowledged after/)
    expect(bot.slack.ephemerals('U0ALICE')).toEqual([])

    await bot.slack.click({
      user: 'U0ALICE',
      view: home('U0ALICE') as View,
      actionId: 'incident.menu',
      blockId: 'INC-1',
    })
    await pick(await modal('U0ALICE', /Note…/), 'incident note INC-1')
    const form = await modal('U0ALICE', /What happened\?/)
    await bot.slack.submit({ user: 'U0ALICE', view: form, values: { text: 'The provider called back' } })
    const types = async () => (await bot.entries('INC-1')).map(({ body }) => body.type)
    await expect.poll(types).toContain('note.added')
  })

  it('shows a plan that waits for an approval, to be decided where it is shown whole', async () => {
    await look('U0BOB')
    await bot.command('U0ALICE', 'scale checkout 5 --incident INC-1', '/ops')
    const view = await shows('U0BOB', /OP-1\*.*scale checkout 5.*See the plan/s)
    expect(JSON.stringify(view.blocks)).toContain('<@U0ALICE> asks for your approval until <!date')
    expect(elements(view).map(({ action_id }) => action_id)).not.toContain('change.approve')
    await shows('U0ALICE', /What you asked for last.*OP-1.*scale checkout 5.*\*planned\*/s)
    expect(blockOf(home('U0ALICE') as View, /asks for your approval/)).toBeUndefined()
    await bot.ask('U0BOB', 'reject OP-1', '/ops')
    const { ts } = bot.slack.messages(INCIDENTS)[0] as { ts: string }
    const card = await bot.inThread(ts, /scale checkout 5.*change\.reject/s)
    await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.reject' })
    await lacks('U0BOB', /asks for your approval/)
    await shows('U0ALICE', /OP-1.*\*rejected\*/s)
  })

  it('offers a role, which is accepted there', async () => {
    await bot.ask('U0ALICE', 'handoff <@U0BOB|bob>')
    const view = await shows('U0BOB', /asks you to take over as \*incident commander\*/)
    await bot.slack.click({ user: 'U0BOB', view, actionId: 'handoff.accept' })
    await shows('U0BOB', /You are \*incident commander\* of/)
    await lacks('U0ALICE', /You are \*incident commander\* of/)
  })

  it('asks for no change that nobody could see, whatever its buttons say', async () => {
    const [view, value] = [home('U0ALICE') as View, 'ops scale checkout 5 --incident none']
    await bot.slack.click({ user: 'U0ALICE', view, actionId: 'choose:0', value })
    await modal('U0ALICE', /nobody else sees this conversation/)
  })

  it('answers by a direct message when Slack opens no modal any more', async () => {
    bot.slack.fail('views.open', { error: 'expired_trigger_id', times: 3 })
    const view = home('U0BOB') as View
    await bot.slack.click({ user: 'U0BOB', view, actionId: 'incident.menu', blockId: 'INC-1' })
    await bot.slack.until(() => bot.slack.messages('D0BOB').find(({ blocks }) => /Note…/.test(JSON.stringify(blocks))))
    await bot.slack.click({ user: 'U0BOB', view, actionId: 'choose:0' })
    await bot.slack.until(() => bot.slack.messages('D0BOB').find(({ text }) => /Say it in one line/.test(text)))
    bot.slack.recover()
  })

  it('has what somebody has to do, which they say is done there, once', async () => {
    const { ts: thread_ts } = bot.slack.messages(INCIDENTS)[0] as { ts: string }
    /** Says something, of which alice makes a task by a reaction. */
    const raise = async (text: string, name: string) => {
      const { ts } = await bot.slack.say({ user: 'U0ALICE', channel: INCIDENTS, thread_ts, text })
      await bot.slack.react({ user: 'U0ALICE', channel: INCIDENTS, ts, name })
      return ts
    }
    const numberOf = async (user: string, text: RegExp) => {
      const { blocks } = await shows(user, text)
      const at = blocks.findIndex((block) => text.test(JSON.stringify(block)))
      return String(blocks[at + 1]?.block_id).replace('task-', '')
    }
    await look('U0BOB')
    await look('U0CAROL')
    await raise('@bob raise the limit', 'white_check_mark')
    await raise('@bob alert on it', 'repeat')
    const dashboardAt = await raise('@bob fix the dashboard', 'repeat')
    await raise('@bob write the review', 'repeat')
    await raise('@carol read it', 'repeat')
    const review = await numberOf('U0BOB', /write the review/)
    const pool = await numberOf('U0BOB', /raise the limit/)
    const alert = await numberOf('U0BOB', /alert on it/)
    const dashboard = await numberOf('U0BOB', /fix the dashboard/)
    const reading = await numberOf('U0CAROL', /read it/)
    const shown = JSON.stringify(home('U0BOB')?.blocks)
    // Which reaction was heard first decides which comes first.
    expect(shown).toMatch(/☐ \*Task\*[^☐]*raise the limit/)
    expect(shown).toMatch(/☐ \*Follow-up\*[^☐]*alert on it/)
    expect(shown).not.toContain('read it')
    const press = (user: string, number: string, value = number) =>
      bot.slack.click({ user, view: home(user) as View, actionId: 'task.done', blockId: `task-${number}`, value })
    const settled = async () =>
      (await bot.entries('INC-1')).flatMap(({ actor, body }) =>
        body.type === 'task.settled' ? [`${actor.name}: ${body.text}`] : [],
      )

    await Promise.all([press('U0BOB', pool), press('U0BOB', pool)])
    await modal('U0BOB', /Nothing changed: that was settled already by you <!date/)
    await lacks('U0BOB', /raise the limit/)
    expect(await settled()).toEqual(['bob: @bob raise the limit'])

    // A follow-up is done after its incident. Who says so then has no part in that.
    await bot.db.updateTable('incidents').set({ status: 'closed' }).where('id', '=', 1).execute()
    await press('U0CAROL', reading, alert)
    await lacks('U0BOB', /alert on it/)
    await press('U0CAROL', reading)
    await lacks('U0CAROL', /read it/)
    expect((await settled()).slice(1)).toEqual(['carol: @bob alert on it', 'carol: @carol read it'])
    await press('U0BOB', review, alert)
    await modal('U0BOB', /settled already by <@U0CAROL> <!date/)
    const people = await bot.db.selectFrom('participants').select('person').where('incident', '=', 1).execute()
    expect(people.map(({ person }) => person)).not.toContain('T0FAKE/U0CAROL')

    await bot.db.updateTable('incidents').set({ status: 'investigating' }).where('id', '=', 1).execute()
    await bot.slack.unreact({ user: 'U0ALICE', channel: INCIDENTS, ts: dashboardAt, name: 'repeat' })
    await lacks('U0BOB', /fix the dashboard/)
    await press('U0BOB', review, dashboard)
    await modal('U0BOB', /settled already by <@U0ALICE> <!date/)
    await press('U0BOB', review, '999')
    await modal('U0BOB', /there is no task 999/)
    await press('U0BOB', review, '4 or so')
    await modal('U0BOB', /not one of mine any more/)
    expect(await settled()).toHaveLength(3)
  })

  it('asks before an incident is closed about what is to be done, and whose it is', async () => {
    const { ts: thread_ts } = bot.slack.messages(INCIDENTS)[0] as { ts: string }
    const { ts } = await bot.slack.say({ user: 'U0BOB', channel: INCIDENTS, thread_ts, text: 'tell the customers' })
    await bot.slack.react({ user: 'U0BOB', channel: INCIDENTS, ts, name: 'repeat' })
    await shows('U0BOB', /tell the customers/)
    await bot.ask('U0ALICE', 'resolve INC-1')
    expect(await bot.ask('U0ALICE', 'close INC-1')).toMatch(/• to be done after it by <@U0BOB>: tell the customers/)
    expect(await bot.ask('U0ALICE', 'status INC-1')).toMatch(/\*To be done\*\n.*• tell the customers \(<@U0BOB>\)/s)
    await bot.ask('U0ALICE', 'reopen INC-1')
  })

  it('is shown once more, and nothing is recorded, when Slack delivers it twice', async () => {
    const before = (await bot.entries('INC-1')).length
    const { delivery } = await bot.slack.openHome('U0BOB')
    await bot.slack.redeliver(delivery)
    await look('U0BOB')
    expect(JSON.stringify(home('U0BOB')?.blocks)).toContain('INC-1')
    expect((await bot.entries('INC-1')).length).toBe(before)
  })

  it('is closed to a guest, and to somebody who was deactivated while they looked', async () => {
    Object.assign(bot.slack.workspace.user('U0DAVE'), { is_restricted: true })
    expect(JSON.stringify((await look('U0DAVE')).blocks)).toMatch(/Nothing is shown here.*you are a guest/)
    await look('U0CAROL')
    await shows('U0CAROL', /INC-1/)
    const carol = Object.assign(bot.slack.workspace.user('U0CAROL'), { deleted: true })
    await bot.slack.tell({ type: 'user_change', user: carol })
    await bot.ask('U0BOB', 'mitigated INC-1')
    await shows('U0CAROL', /Nothing is shown here/)
    expect(JSON.stringify(home('U0CAROL')?.blocks)).not.toContain('INC-1')
  })
})
