import type { ModalView } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import type { Answer } from '../../commands/command.ts'
import type { Message } from '../../templates/message.ts'
import type { Log } from '../storage/log.ts'
import type { Checks } from './checks.ts'
import { toChoice } from './choices.ts'
import type { SlackMetrics } from './metrics.ts'
import { isNowhere, toNotice, toView } from './modals.ts'
import { sayingOf, viewOf } from './notices.ts'
import { respond } from './respond.ts'
import type { Source } from './source.ts'

export interface Answers {
  /** Shows the answer to the person who asked. Never rejects: an answer that can't be shown is logged, not repeated. */
  give(answer: Answer, source: Source): Promise<void>
}

/** `command` is what `/incident` is called here. */
export function createAnswers(tools: {
  client: WebClient
  checks: Checks
  metrics: SlackMetrics
  log: Log
  command: string
}): Answers {
  const { client, checks, log } = tools

  async function show(message: Message, source: Source) {
    if (isNowhere(source)) return await showApart(message, source)
    const { text, blocks } = checks.checkMessage(message)
    const content = { text, ...(blocks && { blocks: blocks as never }) }
    const thread = source.thread && { thread_ts: source.thread }
    if (source.respondUrl) {
      const reply = { ...content, ...thread, response_type: 'ephemeral', replace_original: source.question }
      return await respond(source.respondUrl, reply, tools)
    }
    await client.chat.postEphemeral({ channel: source.channel, user: source.user, ...content, ...thread })
  }

  /** In a modal; where Slack opens none any more, by a direct message. */
  async function showApart(message: Message, source: Source) {
    try {
      await put(toNotice(checks.checkView(viewOf(message)), source), source)
    } catch (error) {
      log.warn({ err: error, user: source.user }, 'an answer could not be shown in a modal')
      const { text, blocks } = checks.checkMessage(message)
      await tell(source.user, { text, ...(blocks && { blocks: blocks as never }) })
    }
  }

  /** Opens a modal, or puts it in the place of the one that is open. */
  async function put(view: ModalView, { modal, trigger }: Source) {
    if (modal) await client.views.update({ view_id: modal, view })
    else if (trigger) await client.views.open({ trigger_id: trigger, view })
    else throw new Error('Slack opens no modal in answer to this')
  }

  /** There is no channel that it was asked in: then it is said where only they are. */
  async function tell(user: string, content: { text: string; blocks?: never }) {
    const { channel } = await client.conversations.open({ users: user })
    await client.chat.postMessage({ channel: String(channel?.id), ...content })
  }

  async function open(answer: Answer & { kind: 'modal' }, source: Source) {
    // Slack opens no modal in answer to a message: a button's press opens it.
    if (!source.trigger && answer.line) {
      const choices = [{ label: 'Open the form', line: answer.line }]
      return await show(
        toChoice({ kind: 'choice', text: 'This takes a form, or more words in one line.', choices }),
        source,
      )
    }
    try {
      await put(toView(checks.checkModal(answer.modal), source), source)
      if (source.question) await dismiss(source)
    } catch (error) {
      log.warn({ err: error, callback: answer.modal.callbackId }, 'a modal could not be opened')
      const text = `The form can't be shown here now. Say it in one line instead: \`${tools.command} help\` shows how.`
      await show({ text }, source)
    }
  }

  /** The question has been answered; its buttons would only ask for a second press. */
  async function dismiss({ respondUrl }: Source) {
    if (respondUrl) await respond(respondUrl, { delete_original: true }, tools)
  }

  return {
    async give(answer, source) {
      try {
        const saying = sayingOf(answer)
        if (saying) await show(saying, source)
        else if (answer.kind === 'modal') await open(answer, source)
        else if (source.question) await dismiss(source)
        else if (source.modal) await show({ text: 'Done: the incident’s thread shows it.' }, source)
      } catch (error) {
        log.warn({ err: error, user: source.user, channel: source.channel }, 'an answer could not be shown')
      }
    },
  }
}
