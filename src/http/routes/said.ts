import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Choice } from '../../../commands/command.ts'
import { typedChange } from '../../../templates/change-typed.ts'
import { mentioned, plainText } from '../../../templates/plain.ts'
import { plainLine, strip } from '../../../templates/text.ts'
import type { Identity } from '../../identity/identity.ts'
import { colleagueOf } from '../../identity/person.ts'
import { type Change, changeName } from '../../operations/change.ts'
import type { Engine } from '../../operations/engine.ts'
import { isFinal, type State } from '../../operations/states.ts'
import type { Caller } from './route.ts'

/** What the API answers, as JSON. */
export interface Said {
  /** `text`: it was done. `refused`, `choice`, `error`: it was not. */
  kind: 'text' | 'refused' | 'choice' | 'error'
  /** Plain text, for people. */
  text: string
  /** To be sent as lines of their own: `ops scale checkout 5`. */
  choices?: Choice[]
  /** The change that it is about. */
  change?: SaidChange
  /** Of an error: `database_away`, `rate_limited`, … */
  code?: string
  /** The cause that the bot's log has it under. */
  correlation?: string
}

export interface SaidChange {
  /** `OP-12`. */
  name: string
  state: State
  /** Hex; a vote is for this plan and no other. */
  hash: string
  /** Nothing more happens to it by itself. */
  ended: boolean
}

/** A name is worth so much waiting, and no more: Slack may be away. */
const NAME_MS = 1_000

/** Beyond it there is nothing to tell choices by. */
const LONGEST_LABEL = 1_000

/** People's titles are in labels; a line is the caller's own. */
const onOneLine = ({ label, line }: Choice): Choice => ({ label: plainLine(label, LONGEST_LABEL), line })

/** Answers as a terminal shows them. */
export function createSpeech({ engine, identity }: { engine: Engine; identity: Pick<Identity, 'person'> }) {
  async function plain(mrkdwn: string, { person }: Caller): Promise<string> {
    const names = await Promise.all(
      mentioned(mrkdwn).map(async (user) => {
        const found = identity.person(colleagueOf(person.id, user)).then(
          ({ name }) => name,
          () => user,
        )
        return [user, await Promise.race([found, delay(NAME_MS, user, { ref: false })])] as const
      }),
    )
    const known = new Map(names)
    return plainText(mrkdwn, (user) => known.get(user) ?? user)
  }

  return {
    async answer(answer: Answer, caller: Caller): Promise<Said> {
      switch (answer.kind) {
        case 'nothing':
          return { kind: 'text', text: 'Done.' }
        case 'text':
          return {
            kind: answer.refused ? 'refused' : 'text',
            text: answer.whole === undefined ? await plain(answer.text, caller) : strip(answer.whole),
          }
        case 'choice':
          return { kind: 'choice', text: await plain(answer.text, caller), choices: answer.choices.map(onOneLine) }
        case 'modal':
          throw new TypeError('a terminal shows no form')
      }
    },

    /** The change as its approvers see it, with what to type next. */
    async change(change: Change, caller: Caller): Promise<Required<Pick<Said, 'text' | 'change'>>> {
      const text = typedChange(change, { needs: engine.approvalFor(change) }, 'firebreak ops')
      const { state, planHash: hash } = change
      const ended = isFinal(state) || state === 'unknown'
      return { text: await plain(text, caller), change: { name: changeName(change.id), state, hash, ended } }
    },
  }
}

export type Speech = ReturnType<typeof createSpeech>
