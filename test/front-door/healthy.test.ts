import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { crash } from '../../src/playground/pod.ts'
import { type Scenario, STEP_MS } from '../../src/playground/world.ts'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'

/** Every second all containers crash and start again: most of the time every pod is ready. */
function flapping(): Scenario {
  const steps = new Map<string, number>()
  return {
    deployments: ['checkout', 'payments'].map((name) => ({ name, image: `registry.example/${name}:1`, replicas: 2 })),
    autoscalers: [],
    begin() {},
    step({ name, pods }, at) {
      const step = (steps.get(name) ?? 0) + 1
      steps.set(name, step)
      if ((step * STEP_MS) % 1_000 !== 0) return
      for (const pod of pods) if (pod.ready) crash(pod, { reason: 'Error', exitCode: 1, at }, { readyAt: at })
    },
  }
}

let bot: Bot
let root: Message
beforeAll(async () => {
  bot = await startBot({
    scenario: flapping(),
    services: `
  checkout: { owners: [approver], target: prod, healthy: { ready: 80%, no_restart_for: 30s } }
  payments: { owners: [approver], target: prod }`,
  })
  root = (await bot.open()).root
})
afterEach(() => bot.slack.assertClean())
afterAll(() => bot.stop())

const shows = (ts: string, text: RegExp) =>
  bot.slack.until(() => text.test(bot.slack.message(INCIDENTS, ts)?.text ?? ''), 20_000)
async function approved(line: string): Promise<Message> {
  await bot.command('U0ALICE', line, '/ops')
  const card = await bot.inThread(root.ts, new RegExp(`${line}.*change\\.approve`, 's'))
  await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
  return card
}
const changeOf = (line: string) =>
  bot.db.selectFrom('changes').selectAll().where('line', '=', line).executeTakeFirstOrThrow()
/** As if its time to settle had passed. */
const timeIsUp = (line: string) =>
  bot.db.updateTable('changes').set({ verify_until: sql<Date>`now()` }).where('line', '=', line).execute()

it.each([
  'scale checkout 3',
  'restart checkout',
])('%s, whose pods crash again and again, ends inconclusive where the service calls that unhealthy', async (line) => {
  const card = await approved(line)
  // All of them are ready at the moment of some look, and that is not enough.
  await shows(card.ts, /Applied, watching\*: 3\/3 ready, 3 failed within 30 s/)
  await timeIsUp(line)
  await shows(card.ts, /Inconclusive\*: .*failed within 30 s/)
  await bot.inThread(root.ts, new RegExp(`<@U0ALICE> OP-\\d+ .${line}.*Inconclusive.*failed within 30 s`, 's'))
  expect(await changeOf(line)).toMatchObject({
    state: 'inconclusive',
    seen_before: expect.stringMatching(/^\d\/\d ready, .*failed within 30 s$/),
  })
})

it('succeeds where the service says nothing of its own, with how it was before on record', async () => {
  const card = await approved('scale payments 3')
  await shows(card.ts, /Succeeded\*: 3\/3 ready after \d+ s/)
  expect(await changeOf('scale payments 3')).toMatchObject({ seen_before: expect.stringMatching(/^\d\/2 ready/) })
})
