import type { FakeSlack } from '../slack/fake/fake-slack.ts'
import type { Message } from '../slack/fake/types.ts'
import type { Random } from './random.ts'

interface Tools {
  slack: FakeSlack
  random: Random
  room: string
  /** Types a command there, and keeps what the answer claims. */
  type(user: string, command: string, text: string): Promise<void>
  /** Said in an incident's thread, word for word. */
  said(text: string, incident: string): void
}

/** What people do at the desk besides operations, and how often: lead an incident, hand it on, talk. */
export function deskActs({ slack, random, room, type, said }: Tools): [number, () => Promise<void>][] {
  const cards = (): Message[] => slack.messages(room).filter(({ text }) => /^\*INC-\d+ ·/.test(text))
  let spoken = 0

  /** Of some incident that the room shows. */
  async function about(user: string, line: (incident: string) => string) {
    const [incident] = /INC-\d+/.exec(random.one(cards())?.text ?? '') ?? []
    if (incident) await type(user, '/incident', line(incident))
  }

  /** Answers what one person was asked in a direct message. */
  async function answer(user: string, actionId: string) {
    const asked = slack
      .messages(`D${user.slice(1)}`)
      .filter((message) => JSON.stringify(message.blocks ?? []).includes(`"${actionId}"`))
    const message = random.one(asked)
    if (message) await slack.click({ user, message, actionId })
  }

  return [
    [2, () => about('U0BOB', (name) => `ack ${name}`)],
    [2, () => about('U0ALICE', (name) => `update ${name} "still looking ${random.between(1, 999)}" --next 30m`)],
    [2, () => about('U0CAROL', (name) => `note ${name} "seen ${random.between(1, 999)}"`)],
    [1, () => about('U0ALICE', (name) => `severity ${name} P${random.between(0, 3)}`)],
    [1, () => about('U0ALICE', (name) => `assign ${name} <@U0BOB|bob> as scribe`)],
    [2, () => about('U0ALICE', (name) => `handoff ${name} <@U0${random.one(['BOB', 'CAROL'])}|x>`)],
    [2, () => answer('U0BOB', 'handoff.accept')],
    [1, () => about('U0ALICE', (name) => `mitigated ${name}`)],
    [1, () => type('U0ALICE', '/incident', `open P1 "Chaos behind a door ${random.between(1, 999)}" --private`)],
    [
      5,
      async () => {
        const card = random.one(cards())
        if (!card) return
        const text = `word ${++spoken} of ${random.between(1, 999_999)}`
        said(text, String(/INC-\d+/.exec(card.text)))
        await slack.say({ user: random.one(['U0ALICE', 'U0BOB']), channel: room, thread_ts: card.ts, text })
      },
    ],
  ]
}
