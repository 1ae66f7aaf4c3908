import { charactersIn, elementsOf, problemsIn } from './blocks.ts'
import { LIMITS } from './limits.ts'
import { Misuse, Refusal } from './refusal.ts'
import { broadcastsIn } from './text.ts'
import type { Block, Json, Message, Metadata } from './types.ts'
import { BOT, type Workspace } from './workspace.ts'

/** What a message says. A field that is missing was not given. */
export interface Content {
  text?: string | undefined
  blocks?: Block[] | undefined
  attachments?: Json[] | undefined
  metadata?: Metadata | undefined
}

/** All messages of the workspace, ephemeral ones apart: Slack itself never shows those to the API again. */
export class Messages {
  readonly ephemerals: Message[] = []
  onBotPost: (message: Message) => void = () => {}
  #kept: Message[] = []
  readonly #workspace: Workspace

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  get all(): readonly Message[] {
    return this.#kept
  }

  find(channel: string, ts: string): Message | undefined {
    return this.#kept.find((message) => message.channel === channel && message.ts === ts)
  }

  /** Root and replies, oldest first. */
  thread(channel: string, ts: string): Message[] {
    return this.#kept.filter((m) => m.channel === channel && (m.ts === ts || m.thread_ts === ts))
  }

  /** What the channel shows: no replies, but broadcast ones. Oldest first. */
  channel(id: string): Message[] {
    return this.#kept.filter(
      (m) => m.channel === id && (!m.thread_ts || m.thread_ts === m.ts || m.subtype === 'thread_broadcast'),
    )
  }

  add(message: Omit<Message, 'type' | 'ts' | 'edits'>): Message {
    const added: Message = { type: 'message', ...message, ts: this.#workspace.newTs(), edits: [] }
    if (added.blocks) added.blocks = identified(added.blocks)
    const list = added.ephemeralTo === undefined ? this.#kept : this.ephemerals
    list.push(added)
    if (added.bot_id && added.ephemeralTo === undefined) this.onBotPost(added)
    return added
  }

  /** Text without blocks removes the blocks, as chat.update does; metadata stays unless it is given. */
  edit(message: Message, { text, blocks, metadata, attachments }: Content) {
    message.edits.push({ text: message.text, blocks: message.blocks, metadata: message.metadata })
    if (text !== undefined) message.text = text
    if (blocks) message.blocks = identified(blocks)
    else if (text !== undefined) delete message.blocks
    if (metadata) message.metadata = metadata
    if (attachments) message.attachments = attachments
    message.edited = { user: message.user, ts: this.#workspace.newTs() }
  }

  remove(message: Message) {
    this.#kept = this.#kept.filter((kept) => kept !== message)
    const ephemeral = this.ephemerals.indexOf(message)
    if (ephemeral >= 0) this.ephemerals.splice(ephemeral, 1)
  }

  forget() {
    this.#kept = []
    this.ephemerals.length = 0
  }

  /** Throws what Slack would answer to this content, and notes what it would not mind but we do. */
  check(content: Content, where: string, { maxText = LIMITS.message.text as number } = {}) {
    const { text, blocks, attachments, metadata } = content
    if (!text && !blocks?.length && !attachments?.length) throw new Misuse('no_text')
    if ((text?.length ?? 0) > maxText) throw new Misuse('msg_too_long', [`text has ${text?.length} of ${maxText}`])
    if (blocks) this.#checkBlocks(blocks)
    if ((attachments?.length ?? 0) > LIMITS.message.attachments) throw new Misuse('too_many_attachments')
    for (const attachment of attachments ?? [])
      if (attachment.blocks) this.#checkBlocks(attachment.blocks as Block[], 'invalid_attachments')
    if (metadata) checkMetadata(metadata)
    if (blocks?.length && !text) this.#workspace.violate('missing_fallback_text', where)
    const broadcasts = broadcastsIn([text, blocks, attachments])
    for (const broadcast of broadcasts) this.#workspace.broadcasts.push({ where, text: broadcast })
  }

  #checkBlocks(blocks: Block[], error = 'invalid_blocks') {
    const problems = problemsIn(blocks, LIMITS.message.blocks)
    if (problems.length > 0) throw new Misuse(error, problems)
    const characters = charactersIn(blocks)
    if (characters > LIMITS.message.charactersInBlocks)
      throw new Misuse('msg_blocks_too_long', [`blocks have ${characters} of ${LIMITS.message.charactersInBlocks}`])
    const markdown = charactersIn(blocks.filter((block) => block.type === 'markdown'))
    if (markdown > LIMITS.message.charactersInMarkdownBlocks) throw new Misuse('msg_blocks_too_long')
  }

  /** The bot's own message, or what Slack says when it is gone or someone else's. */
  own(channel: string, ts: string, ifNot: 'cant_update_message' | 'cant_delete_message'): Message {
    const message = this.find(channel, ts)
    if (!message) throw new Refusal('message_not_found')
    if (message.bot_id !== BOT.id) throw new Refusal(ifNot)
    return message
  }
}

function checkMetadata(metadata: Metadata) {
  if (typeof metadata.event_type !== 'string' || typeof metadata.event_payload !== 'object')
    throw new Misuse('invalid_metadata_format')
  if (JSON.stringify(metadata).length > LIMITS.message.metadataBytes) throw new Misuse('metadata_too_large')
}

/** Slack names the blocks and elements that the app did not name. */
export function identified(blocks: Block[]): Block[] {
  let next = 0
  const copy = structuredClone(blocks)
  for (const block of copy) {
    block.block_id ??= `b${next++}`
    for (const element of elementsOf(block)) element.action_id ??= `a${next++}`
  }
  return copy
}
