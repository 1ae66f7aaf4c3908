import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { say } from '../../commands/command.ts'
import { afterMs, aModal, asAlice, type EdgeWorld, edgeWorld, ROOM } from './edge-world.ts'

describe.each(['http', 'socket'] as const)('a form, over %s', (mode) => {
  let world: EdgeWorld
  beforeEach(async () => {
    world = await edgeWorld(mode)
  })
  afterEach(async () => {
    world.slack.assertClean()
    await world.stop()
  })

  async function opened() {
    world.reply({ kind: 'modal', modal: aModal })
    await world.slack.command({ ...asAlice, command: '/incident', text: 'open' })
    return await world.slack.until(() => world.slack.views('U0ALICE').at(-1))
  }

  it('comes back with its values and where it was opened', async () => {
    const view = await opened()
    world.reply(say('Opened INC-8.'))
    const { ack } = await world.slack.submit({ user: 'U0ALICE', view, values: { title: 'Checkout fails' } })
    expect(ack.body).toBeUndefined()
    expect(world.slack.views('U0ALICE')).toEqual([])
    expect(await world.told()).toMatchObject({ text: 'Opened INC-8.', channel: ROOM })
    expect(world.asked[1]).toMatchObject({
      what: { callbackId: 'incident.open', values: { title: 'Checkout fails' }, metadata: 'P1' },
      gesture: { cause: `view:${view.id}`, channel: ROOM, incident: null, person: { user: 'U0ALICE' } },
    })
  })

  it('stays open with what is wrong with it', async () => {
    const view = await opened()
    world.reply(async () => ({ errors: { title: 'Too short' } }))
    const { errors } = await world.slack.submit({ user: 'U0ALICE', view, values: { title: 'x' } })
    expect(errors).toEqual({ title: 'Too short' })
    expect(world.slack.views('U0ALICE')).toHaveLength(1)
  })

  it('stays open, with what was typed, when the database is away', async () => {
    const view = await opened()
    world.reply(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })))
    const { errors } = await world.slack.submit({ user: 'U0ALICE', view, values: { title: 'x' } })
    expect(errors?.title).toMatch(/^Not recorded/)
  })

  it('closes in time when the work is slow, and is answered afterwards', async () => {
    const view = await opened()
    world.reply(() => afterMs(2_500, say('Opened INC-8.')))
    const { ack } = await world.slack.submit({ user: 'U0ALICE', view, values: { title: 'x' } })
    expect(ack.status).toBe(200)
    expect((await world.told()).text).toBe('Opened INC-8.')
  })

  it('that Slack will not show is replaced by words', async () => {
    world.slack.fail('views.open', { error: 'expired_trigger_id' })
    world.reply({ kind: 'modal', modal: aModal })
    await world.slack.command({ ...asAlice, command: '/incident', text: 'open' })
    expect((await world.told()).text).toContain('Say it in one line instead')
  })

  it('is acknowledged before a stop that finds it at work', async () => {
    const view = await opened()
    world.reply(async () => {
      await afterMs(500)
      return { errors: { title: 'Too short' } }
    })
    const submitted = world.slack.submit({ user: 'U0ALICE', view, values: { title: 'x' } })
    await world.slack.until(() => world.asked[1])
    await world.app.stop()
    expect((await submitted).errors).toEqual({ title: 'Too short' })
  })
})
