import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../slack/fake/types.ts'
import { type Bot, INCIDENTS, startBot } from '../support/firebreak.ts'
import { type DeafCluster, startDeafCluster } from './deaf-cluster.ts'

let cluster: DeafCluster
let bot: Bot
let incident: Awaited<ReturnType<Bot['open']>>
beforeAll(async () => {
  cluster = await startDeafCluster()
  bot = await startBot({ kubeconfig: cluster.kubeconfig })
  incident = await bot.open()
})
afterEach(() => {
  cluster.hear()
  bot.slack.assertClean()
})
afterAll(async () => {
  await bot.stop()
  await cluster.close()
})

/** A change whose answer was lost and that nobody can look for: its number, and its card as it is now. */
interface Unknown {
  name: string
  ts: string
}

const now = (ts: string) => bot.slack.message(INCIDENTS, ts) as Message
const shows = (ts: string, text: RegExp) => bot.slack.until(() => text.test(now(ts).text))
const offered = (ts: string) => {
  const elements = now(ts).blocks?.flatMap((block) => block.elements ?? []) ?? []
  return elements.flatMap((element) => element.action_id ?? [])
}

let replicas = 10
/** Its effect `arrives` at the cluster, or `is lost`. Nobody can look until `cluster.hear()`. */
async function unknown(effect: 'arrives' | 'is lost'): Promise<Unknown> {
  replicas += 1
  const line = `scale checkout ${replicas}`
  await bot.command('U0ALICE', `${line} --incident ${incident.name}`, '/ops')
  const card = await bot.inThread(incident.root.ts, new RegExp(`${line}.*change\\.approve`, 's'))
  cluster.goDeaf(effect)
  await bot.slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
  await shows(card.ts, /Nobody knows whether it was applied/)
  return { name: /OP-\d+/.exec(card.text)?.[0] as string, ts: card.ts }
}

const press =
  (actionId: string) =>
  (user: string, { ts }: Unknown) =>
    bot.slack.click({ user, message: now(ts), actionId })
const type =
  (verb: string, rest = '') =>
  (user: string, { name }: Unknown) =>
    bot.command(user, `${verb} ${name} ${rest}`, '/ops')
/** What the person was told; what the card shows has no other answer. */
async function told(gesture: ReturnType<ReturnType<typeof press>>): Promise<string> {
  const { responses } = await gesture
  return String((await bot.slack.until(() => responses[0])).text)
}

/** What was recorded of it since nobody knew: what happened, by whom, and why. */
async function since({ name }: Unknown) {
  const entries = (await bot.entries(incident.name)).filter(({ subject }) => subject === name)
  const from = entries.findIndex(({ body }) => body.type === 'change.moved' && body.to === 'unknown')
  return entries.slice(from + 1).map(({ actor, body }) => {
    if (body.type === 'change.moved') return [actor.name, body.to, body.detail]
    if (body.type === 'change.observed') return [actor.name, body.type, body.observed]
    return [actor.name, body.type, 'line' in body ? body.line : null]
  })
}

describe('a change of which nobody knows whether it was applied', () => {
  it('asks who asked for it to look, offers three buttons, and sends nothing again by itself', async () => {
    const sent = cluster.sent()
    const change = await unknown('arrives')
    const called = await bot.inThread(incident.root.ts, new RegExp(`<@U0ALICE> ${change.name}.*Nobody knows`, 's'))
    expect(called.text).toContain('say whether it was applied')
    expect(offered(change.ts)).toEqual(['change.look_again', 'change.mark_applied', 'change.mark_failed'])
    cluster.hear()
    await sleep(2_500)
    expect(cluster.sent()).toBe(sent + 1)
    expect(await since(change)).toEqual([])
  })
})

describe.each([
  ['the button', press('change.look_again')],
  ['look-again', type('look-again')],
])('looking again, by %s', (_, look) => {
  it('finds that it was applied, and watches it like any other change', async () => {
    const change = await unknown('arrives')
    cluster.hear()
    await look('U0ALICE', change)
    await shows(change.ts, /Succeeded/)
    expect(cluster.replicas('checkout')).toBe(replicas)
    expect((await since(change)).slice(0, 2)).toEqual([
      ['alice', 'change.observed', expect.stringContaining('ready')],
      ['alice', 'applied', expect.stringMatching(/^alice had it looked at again: .*ready/)],
    ])
    expect(offered(change.ts)).toEqual(['change.undo'])
  })

  it('finds that it was not, and leaves nothing to undo', async () => {
    const before = cluster.replicas('checkout')
    const change = await unknown('is lost')
    cluster.hear()
    await look('U0BOB', change)
    await shows(change.ts, /Failed/)
    expect(await since(change)).toEqual([
      ['bob', 'change.observed', `replicas is ${before}, not ${replicas}`],
      ['bob', 'failed', `bob had it looked at again: replicas is ${before}, not ${replicas}`],
    ])
    expect(offered(change.ts)).toEqual(['change.replan'])
  })

  it('tells who looked when it still can’t be told, and leaves the question open', async () => {
    const change = await unknown('arrives')
    expect(await told(look('U0ALICE', change))).toMatch(/still can’t be told|is unknown still/)
    expect(await since(change)).toEqual([['alice', 'change.observed', expect.stringContaining("can't be reached")]])
    cluster.hear()
    cluster.scale('checkout', 9)
    expect(await told(look('U0ALICE', change)), 'somebody changed it since').toMatch(/still/)
    expect((await since(change)).at(-1)).toEqual(['alice', 'change.observed', `replicas is 9, not ${replicas}`])
    expect(offered(change.ts)).toContain('change.look_again')
  })

  it('is for who may ask for such a change: others are refused, on record', async () => {
    const change = await unknown('arrives')
    cluster.hear()
    expect(await told(look('U0CAROL', change))).toMatch(/Nothing changed: no policy line allows scale/)
    expect(await since(change)).toEqual([['carol', 'operation.refused', `look again at ${change.name}`]])
    expect(now(change.ts).text).toContain('Nobody knows')
  })
})

describe.each([
  ['the buttons', press('change.mark_applied'), press('change.mark_failed')],
  ['mark', type('mark', 'applied'), type('mark', 'not-applied')],
])('saying what became of it, by %s', (_, applied, notApplied) => {
  it('takes the word that it was applied, and watches it then', async () => {
    const change = await unknown('arrives')
    await applied('U0BOB', change)
    await shows(change.ts, /Applied, watching/)
    expect((await since(change))[0]).toEqual(['bob', 'applied', 'marked as applied by bob'])
    cluster.hear()
    await shows(change.ts, /Succeeded/)
    expect(offered(change.ts)).toEqual(['change.undo'])
  })

  it('takes the word that it was not, which ends it', async () => {
    const change = await unknown('is lost')
    await notApplied('U0ALICE', change)
    await shows(change.ts, /Failed\*: marked as not applied by alice/)
    expect(await since(change)).toEqual([['alice', 'failed', 'marked as not applied by alice']])
    expect(offered(change.ts)).toEqual(['change.replan'])
  })

  it('takes it once: a card from before decides nothing more', async () => {
    const change = await unknown('is lost')
    cluster.hear()
    const before = now(change.ts)
    await notApplied('U0ALICE', change)
    await shows(change.ts, /Failed/)
    const late = bot.slack.click({ user: 'U0BOB', message: before, actionId: 'change.mark_applied' })
    expect(await told(late)).toContain(`Nothing changed: ${change.name} is failed already`)
  })

  it('is for who may ask for such a change: others are refused, on record', async () => {
    const change = await unknown('arrives')
    cluster.hear()
    expect(await told(applied('U0CAROL', change))).toMatch(/Nothing changed: no policy line allows scale/)
    expect(await told(notApplied('U0DAVE', change))).toMatch(/Nothing changed: no policy line allows scale/)
    expect(await since(change)).toEqual([
      ['carol', 'operation.refused', `mark as applied ${change.name}`],
      ['dave', 'operation.refused', `mark as failed ${change.name}`],
    ])
    expect(now(change.ts).text).toContain('Nobody knows')
  })
})

describe('what was typed wrongly', () => {
  it('is told, and nothing is marked', async () => {
    const change = await unknown('arrives')
    cluster.hear()
    expect(await told(type('mark', 'done')('U0ALICE', change))).toMatch(/must be `applied` or `not-applied`/)
    expect(await told(type('mark')('U0ALICE', change))).toMatch(/missing/)
    expect(await bot.ask('U0ALICE', 'mark OP-999 applied', '/ops')).toMatch(/There is no OP-999/)
    expect(await bot.ask('U0ALICE', 'look-again OP-999', '/ops')).toMatch(/There is no OP-999/)
    expect(await since(change)).toEqual([])
  })
})
