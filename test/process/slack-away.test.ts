import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../src/demo/port.ts'
import { EFFECT } from '../support/relay.ts'
import { cards, configOf, type Scene, setScene } from './scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene('socket')
})
afterEach(() => scene.slack.assertClean())
afterEach(() => scene.close())

const health = async () => {
  const { status, text } = await scene.get('/health/ready')
  return { status, ...JSON.parse(text) }
}

describe('Slack away', { timeout: 60_000 }, () => {
  it('at start: the program runs, is ready, says why not more, and connects when Slack is back', async () => {
    scene.slack.fail('*', { status: 503 })
    const bot = await scene.start({}, { connected: false })
    await bot.said(/^Slack is away; trying again$/)
    expect(await health()).toMatchObject({
      status: 200,
      ready: true,
      slack: { connected: false, error: expect.stringMatching(/503/) },
    })

    scene.slack.recover()
    await vi.waitFor(async () => expect(await health()).toMatchObject({ slack: { connected: true } }), 30_000)
    expect((await scene.open()).text).toContain('INC-1')
  })

  describe('at the first start, with channels by their names', () => {
    beforeEach(async () => {
      const config = configOf('microservices', ['checkout']).replace('C0INCIDENTS', '"#incidents-critical"')
      await writeFile(join(scene.folder, 'firebreak.yml'), config)
      scene.slack.fail('*', { status: 503 })
    })

    it('the program is alive and not ready, waits for what only Slack can say, and then runs', async () => {
      const port = String(await freePort())
      const bot = scene.launch({ PORT: port })
      expect(await bot.said(/^waiting for Slack/)).toMatchObject({ level: 40, unknown: ['#incidents-critical'] })
      expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200)
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503)

      scene.slack.recover()
      await bot.said(/^Firebreak is running$/)
      await scene.slack.until(() => scene.slack.connections > 0, 25_000)
      expect((await scene.open()).text).toContain('INC-1')
    })

    it('a signal ends the waiting', async () => {
      const bot = scene.launch()
      await bot.said(/^waiting for Slack/)
      expect(await bot.end('SIGTERM')).toMatchObject({ code: 0 })
    })
  })

  it('after an execution: the outcome is on record, and shown when Slack is back', async () => {
    await scene.start()
    const root = await scene.open()
    const card = await scene.plan(root)
    const held = scene.cluster.hold(EFFECT)
    await scene.approve(card)
    await held.reached
    scene.slack.fail('*', { status: 503 })
    held.release()
    await vi.waitFor(async () => expect(await scene.states()).toContain('succeeded'), 20_000)
    expect(scene.slack.message('C0INCIDENTS', card.ts)?.text).not.toContain('Succeeded')

    scene.slack.recover()
    await scene.shows(card, /Succeeded.*5\/5 ready/, 30_000)
    expect(cards(scene.thread(root))).toHaveLength(1)
    expect(scene.cluster.effects()).toBe(1)
  })
})
