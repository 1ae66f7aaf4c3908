import { LIMITS } from './limits.ts'
import { Misuse } from './refusal.ts'
import type { Block, Json, Message } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

/** Where the answers to one gesture go. */
export interface Origin {
  user: string
  channel: string
  /** The message whose button was clicked. */
  message?: Message | undefined
}

interface ResponseUrl extends Origin {
  at: number
  posted: Json[]
}

/** The `response_url` of commands and clicks: five uses within thirty minutes. */
export class ResponseUrls {
  readonly #workspace: Workspace
  readonly #base: () => string
  readonly #issued = new Map<string, ResponseUrl>()

  constructor(workspace: Workspace, base: () => string) {
    this.#workspace = workspace
    this.#base = base
  }

  /** `posted` fills with the bodies that the bot posts there. */
  issue(origin: Origin): { url: string; posted: Json[] } {
    const path = `/response/${this.#workspace.newId('')}`
    const posted: Json[] = []
    this.#issued.set(path, { ...origin, at: this.#workspace.now(), posted })
    return { url: this.#base() + path, posted }
  }

  post(path: string, body: Json) {
    const url = this.#issued.get(path)
    if (!url) throw new Misuse('invalid_url')
    if (this.#workspace.now() - url.at > LIMITS.responseUrl.lifetime) throw new Misuse('expired_url')
    if (url.posted.length >= LIMITS.responseUrl.uses) throw new Misuse('used_url')
    url.posted.push(body)
    this.respond(url, body)
  }

  /** Shows an answer, which is ephemeral unless it says `in_channel`. */
  respond({ user, channel, message }: Origin, body: Json) {
    if (body.delete_original) {
      if (message) this.#workspace.messages.remove(message)
      return
    }
    const content = {
      text: body.text as string,
      blocks: body.blocks as Block[],
      attachments: body.attachments as Json[],
    }
    this.#workspace.messages.check(content, 'response_url')
    if (body.replace_original && message) return this.#workspace.messages.edit(message, content)
    this.#workspace.messages.add({
      channel,
      user: BOT.user_id,
      bot_id: BOT.id,
      app_id: BOT.app_id,
      text: content.text ?? '',
      ...(content.blocks && { blocks: content.blocks }),
      ...(content.attachments && { attachments: content.attachments }),
      ...(typeof body.thread_ts === 'string' && { thread_ts: body.thread_ts }),
      ...(body.response_type !== 'in_channel' && { ephemeralTo: user }),
    })
  }
}
