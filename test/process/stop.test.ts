import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EFFECT } from '../support/relay.ts'
import { cards, type Scene, setScene } from './scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.slack.assertClean())
afterEach(() => scene.close())

describe('SIGHUP', () => {
  it('loads the configuration anew, and the program goes on', async () => {
    const bot = await scene.start()
    const { pid } = await bot.said(/^Firebreak is running$/)
    process.kill(Number(pid), 'SIGHUP')
    await bot.said(/^the configuration was loaded anew$/)
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0 })
  })
})

describe('SIGTERM', { timeout: 60_000 }, () => {
  it('waits for an effect and a gesture that are at work, and the next start goes on watching', async () => {
    const { cluster } = scene
    const bot = await scene.start()
    const root = await scene.open()
    const card = await scene.plan(root)

    // The cluster has the PATCH and the log request, and answers neither until after the signal.
    cluster.freeze()
    const held = cluster.hold(new RegExp(`${EFFECT.source}|/log`))
    await scene.approve(card)
    await held.reached
    const asked = await scene.type('U0BOB', '/ops', 'logs checkout --incident none')
    const ended = bot.end('SIGTERM')
    setTimeout(held.release, 1_000)

    expect(await ended).toMatchObject({ code: 0, ms: expect.toSatisfy((ms: number) => ms < 10_000) })
    expect(asked.responses[0]?.text).toContain('payment authorization failed')
    expect(await scene.states()).toEqual(['approved', 'claimed', 'intended', 'applied'])

    const { lease_until: lease } = await scene.db.selectFrom('changes').select('lease_until').executeTakeFirstOrThrow()
    expect(lease?.getTime(), 'given up, so that nobody waits for it to run out').toBeLessThanOrEqual(Date.now())
    await scene.start()
    cluster.thaw()
    await scene.shows(card, /Succeeded.*5\/5 ready/)
    expect(cluster.effects()).toBe(1)
    const thread = scene.thread(root)
    expect(cards(thread)).toHaveLength(1)
    expect(new Set(thread.map(({ text }) => text)).size, 'nothing was said twice').toBe(thread.length)
  })
})
