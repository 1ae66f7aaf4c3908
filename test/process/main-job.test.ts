import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scene, setScene } from './scene.ts'

describe.each(['http', 'socket'] as const)('the main job as a process, over %s', (mode) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await setScene(mode)
  })
  afterAll(() => scene.close())

  it('gets through the troubles of an evening, counts what it does, and writes no secret', {
    timeout: 60_000,
  }, async () => {
    const { slack } = scene
    // The first who asks looks for what the ledger may have lost.
    slack.fail('auth.test', { status: 503, times: 2 })
    const bot = await scene.start()
    const root = await scene.open()
    const uploaded = (name: string) =>
      slack.until(() => slack.files.some(({ filename, shares }) => filename === name && shares.length > 0))
    const where = { user: 'U0ALICE', channel: root.channel, thread_ts: root.ts }
    await slack.mention({ ...where, text: 'ops logs checkout --tail 100' })
    await uploaded('logs-checkout.txt')
    scene.cluster.away()
    expect(await scene.ask('U0ALICE', '/ops', 'scale checkout 5')).toMatch(/Nothing was done: .*the cluster at http/)
    scene.cluster.back()
    slack.fail('chat.update', { status: 500, times: 1 })
    const card = await scene.plan(root)
    await scene.approve(card)
    await scene.shows(card, /Succeeded.*5\/5 ready/)
    await scene.type('U0ALICE', '/incident', 'resolve --cause "payment provider slow"')
    await scene.type('U0ALICE', '/incident', 'export INC-1 md')
    await uploaded('INC-1.md')
    slack.assertClean()

    const { text: metrics } = await scene.get('/metrics')
    expect(metrics).toMatch(/firebreak_slack_gestures_total\{kind="\w+",outcome="done"\} [1-9]/)
    expect(metrics).toMatch(/firebreak_slack_calls_total\{method="chat\.postMessage",outcome="ok"\} [1-9]/)
    expect(metrics).toMatch(/firebreak_slack_messages_total\{outcome="posted"\} [1-9]/)
    expect(metrics).toContain('process_cpu_user_seconds_total')
    expect(await scene.get('/health/live')).toEqual({ status: 200, text: '{"live":true}\n' })
    const ready = JSON.parse((await scene.get('/health/ready')).text)
    expect(ready).toMatchObject({ ready: true, slack: { mode, connected: true } })
    expect((await scene.get('/elsewhere')).status).toBe(404)

    expect((await bot.end('SIGTERM')).code).toBe(0)
    expect(bot.output().stderr).toBe('')
    expect(bot.log().map(({ msg }) => msg)).toContain('Slack is away; trying again')
  })
})
