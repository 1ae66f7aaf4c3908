import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeSlack } from '../slack/fake/fake-slack.ts'
import type { Message } from '../slack/fake/types.ts'
import { deskActs } from './desk.ts'
import { SERVICES } from './production.ts'
import type { Random } from './random.ts'

export const ROOM = 'C0INCIDENTS'

/** What people were told: it has to be true at the end. */
export interface Told {
  /** When, in milliseconds since 1970. */
  at: number
  what: 'opened' | 'planned' | 'said'
  /** `INC-7`, `OP-12`; of what was said its words. */
  name: string
  /** Of what was said, the incident whose thread it was said in. */
  under?: string
}

/**
 * People who open incidents, ask for changes, approve, reject, undo and double-click, as fast as Slack's answers come; and
 * Slack, which delivers some of it twice. What couldn't be delivered is Slack's error on their screen: they try again.
 */
export function startPeople(slack: FakeSlack, random: Random) {
  const told: Told[] = []
  const counts: Record<string, number> = {}
  let stopping = false

  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }

  /** Types a command, and keeps what the answer claims. */
  async function type(user: string, command: string, text: string) {
    count(command === '/incident' ? String(text.split(' ', 1)) : 'operations')
    const { responses, delivery, ack } = await slack.command({ user, channel: ROOM, command, text })
    if (ack.shown) count('not delivered')
    else if (random.chance(0.2)) await slack.redeliver(delivery).catch(() => {})
    await sleep(400)
    for (const { text: answer } of responses) {
      const [, opened] = /\*(INC-\d+)\* is open/.exec(String(answer)) ?? []
      const [, planned] = /\*(OP-\d+)\* is planned/.exec(String(answer)) ?? []
      if (opened) told.push({ at: Date.now(), what: 'opened', name: opened })
      if (planned) told.push({ at: Date.now(), what: 'planned', name: planned })
    }
  }

  /** Every message in the room and its threads that has this button. */
  const withButton = (actionId: string): Message[] =>
    slack
      .messages(ROOM)
      .flatMap(({ ts }) => slack.thread(ROOM, ts))
      .filter((message) => JSON.stringify(message.blocks ?? []).includes(`"${actionId}"`))

  async function click(user: string, actionId: string) {
    const message = random.one(withButton(actionId))
    if (!message) return
    count(actionId)
    const once = () =>
      slack.click({ user, message, actionId }).then(({ ack }) => void (ack.shown && count('not delivered')))
    await Promise.all(random.chance(0.3) ? [once(), once()] : [once()])
  }

  const acts: [number, () => Promise<void>][] = [
    [
      2,
      () => type('U0ALICE', '/incident', `open P1 "Chaos ${random.between(1, 999)}" --service ${random.one(SERVICES)}`),
    ],
    [
      10,
      async () => {
        const root = random.one(slack.messages(ROOM).filter(({ text }) => /^\*INC-\d+ ·/.test(text)))
        const [incident] = /INC-\d+/.exec(root?.text ?? '') ?? []
        if (!incident) return
        await type('U0ALICE', '/ops', `scale ${random.one(SERVICES)} ${random.between(1, 9)} --incident ${incident}`)
      },
    ],
    [16, () => click('U0BOB', 'change.approve')],
    [2, () => click('U0CAROL', 'change.reject')],
    [2, () => click('U0CAROL', 'change.looking')],
    [3, () => click('U0ALICE', 'change.undo')],
    [2, () => click('U0ALICE', 'change.replan')],
    ...deskActs({
      slack,
      random,
      room: ROOM,
      type,
      said: (name, under) => told.push({ at: Date.now(), what: 'said', name, under }),
    }),
  ]
  const weighted = acts.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))

  async function person() {
    while (!stopping) {
      await random
        .one(weighted)()
        .catch((error: Error) => {
          // A person's screen may be older than the message: what the fake refuses to press is no gesture.
          if (!/no (such )?(element|message)|a click needs/i.test(error.message)) throw error
        })
      await sleep(random.between(20, 250))
    }
  }

  const running = Promise.all([person(), person(), person(), person()])
  return {
    told,
    counts,
    async stop() {
      stopping = true
      await running
    },
  }
}
