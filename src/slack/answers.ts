import type { WebClient } from '@slack/web-api'
import type { Answer } from '../../commands/command.ts'
import type { Message } from '../../templates/message.ts'
import type { Log } from '../storage/log.ts'
import type { Checks } from './checks.ts'
import { toChoice } from './choices.ts'
import type { SlackMetrics } from './metrics.ts'
import { toView } from './modals.ts'
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
    const { text, blocks } = checks.checkMessage(message)
    const content = { text, ...(blocks && { blocks: blocks as never }) }
    const thread = source.thread && { thread_ts: source.thread }
    if (source.respondUrl) {
      const reply = { ...content, ...thread, response_type: 'ephemeral', replace_original: source.question }
      return await respond(source.respondUrl, reply, tools)
    }
    if (source.channel === '') return await tell(source.user, content)
    await client.chat.postEphemeral({ channel: source.channel, user: source.user, ...content, ...thread })
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
      if (!source.trigger) throw new Error('Slack opens no modal in answer to a message')
      const view = toView(checks.checkModal(answer.modal), source)
      await client.views.open({ trigger_id: source.trigger, view })
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
        if (answer.kind === 'text') await show({ text: answer.text }, source)
        else if (answer.kind === 'choice') await show(toChoice(answer), source)
        else if (answer.kind === 'modal') await open(answer, source)
        else if (source.question) await dismiss(source)
      } catch (error) {
        log.warn({ err: error, user: source.user, channel: source.channel }, 'an answer could not be shown')
      }
    },
  }
}
