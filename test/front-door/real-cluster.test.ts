import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { type ControlPlane, NO_CONTROL_PLANE, startControlPlane } from '../support/control-plane.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { makeNamespace, type TestNamespace } from '../support/kubernetes-namespace.ts'

const controlPlane = await startControlPlane()
if (controlPlane) describe('the main job on a real control plane', () => onCluster(controlPlane))
else describe.skip(`the main job on a real control plane (${NO_CONTROL_PLANE})`, () => it('is done'))

/** A cluster that runs containers has to pull their image first. */
const SETTLED = 120_000

function onCluster({ kubeconfig, bot: restricted, as, stop }: ControlPlane) {
  let namespace: TestNamespace
  let bot: Bot
  let root: Message
  beforeAll(async () => {
    namespace = await makeNamespace(kubeconfig)
    bot = await startBot({ kubeconfig: restricted, namespace: namespace.name, config: config(restricted) })
    root = (await bot.open()).root
  })
  afterEach(() => bot.slack.assertClean())
  afterAll(async () => {
    await bot.stop()
    await namespace.remove()
    await stop()
  })

  const config = (path: string) => `
slack: { incidents_channel: ${INCIDENTS}, alerts_channel: C0ALERTS, pacing: { posts_per_second: 100, burst: 100 } }
roles:
  operator: { users: [U0ALICE, U0BOB] }
  approver: { users: [U0BOB] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: ${namespace.name}, kubeconfig: "${path}" }
services:
  checkout: { owners: [approver], target: prod }
  payments: { owners: [approver], target: prod }
  catalog: { owners: [approver], target: prod }
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, restart, undo], environments: [production], tiers: [low, guarded] }
`
  const cards = () => bot.slack.thread(INCIDENTS, root.ts).filter(({ text }) => /^\*OP-\d+\*/.test(text))
  /** Does it; resolves to the card that comes of it. */
  const cardOf = async (gesture: () => Promise<unknown>) => {
    const before = cards().length
    await gesture()
    return bot.slack.until(() => cards()[before])
  }
  const plan = (line: string) => cardOf(() => bot.command('U0ALICE', line, '/ops'))
  const click = (user: string, message: Message, actionId: string) => bot.slack.click({ user, message, actionId })
  const approve = (card: Message) => click('U0BOB', card, 'change.approve')
  const shows = (card: Message, text: RegExp) =>
    bot.slack.until(() => {
      const now = bot.slack.message(INCIDENTS, card.ts)
      return now && text.test(now.text) ? now : null
    }, SETTLED)

  it('finds the want of memory, scales from 3 to 5, sees 5 ready, and takes it back', {
    timeout: 2 * SETTLED,
  }, async () => {
    const looked = () => bot.ask('U0BOB', 'pods checkout --incident none', '/ops')
    await vi.waitFor(async () => expect(await looked()).toContain('OOMKilled'), { timeout: SETTLED, interval: 200 })
    await bot.slack.mention({ user: 'U0ALICE', channel: INCIDENTS, thread_ts: root.ts, text: 'ops pods checkout' })
    await bot.inThread(root.ts, /checkout: \d\/3 ready\..*OOMKilled/)

    await namespace.scale('payments', 3)
    const card = await plan('scale payments 5')
    expect(card.text).toContain(`replicas 3 → 5* · deployment \`payments\` in \`${namespace.name}\``)
    await approve(card)
    const done = await shows(card, /Succeeded.*5\/5 ready/)

    const undo = await cardOf(() => click('U0ALICE', done, 'change.undo'))
    expect(undo.text).toContain('undo OP-1')
    await shows(undo, /Succeeded.*3\/3 ready/)
    await shows(card, /OP-2 undoes it: succeeded/)
  })

  it('restarts: another replica set, with the pods ready, marked with the time that the card shows', {
    timeout: SETTLED,
  }, async () => {
    const card = await plan('restart catalog')
    const [, date, time] = /last restart never → (\S+) (\S+) UTC/.exec(card.text) ?? []
    const revision = await namespace.revisionOf('catalog')
    await approve(card)
    await shows(card, /Succeeded.*2\/2 ready/)
    expect([revision, await namespace.revisionOf('catalog')]).toEqual(['1', '2'])

    const again = await plan('restart catalog')
    expect(again.text).toContain(`last restart ${date} ${time} UTC → `)
    await approve(again)
    await shows(again, /Succeeded.*2\/2 ready/)
    expect(await namespace.revisionOf('catalog')).toBe('3')
  })

  it('warns of an autoscaler that may reset it', async () => {
    const card = await plan('scale catalog 4')
    expect(card.text).toContain('autoscaler catalog keeps it between 2 and 6 and may reset this')
  })

  it('goes stale when the world drifted outside of what was approved, and plans again with one tap', {
    timeout: SETTLED,
  }, async () => {
    const card = await plan('scale catalog 3')
    await namespace.scale('catalog', 5)
    await approve(card)
    const stale = await shows(card, /Stale, not run.*replicas of deployment catalog .* is 5 now; it was 2 when planned/)
    const again = await cardOf(() => click('U0ALICE', stale, 'change.replan'))
    expect(again.text).toContain('replicas 5 → 3')
    await approve(again)
    await shows(again, /Succeeded.*3\/3 ready/)
  })

  it('ends overridden when somebody resets it while it settles', { timeout: SETTLED }, async () => {
    const card = await plan('scale checkout 5') // whose pods never get ready
    await approve(card)
    await shows(card, /Applied, watching/)
    await namespace.scale('checkout', 3)
    await shows(card, /Overridden.*replicas is 3, not 5/)
  })

  it('refuses, and names the right that it lacks', async () => {
    const path = await as('viewer')
    const viewer = await startBot({ kubeconfig: path, namespace: namespace.name, config: config(path) })
    const answer = await viewer.ask('U0ALICE', 'scale payments 6', '/ops')
    expect(answer).toContain(`Firebreak’s account in ${namespace.name} lacks the right to patch apps/deployments/scale`)
    await viewer.stop()
  })
}
