/** A Block Kit block. Slack's own types stay in src/slack; its limits are checked there, before anything is sent. */
export interface Block {
  type: string
  block_id?: string
  [key: string]: unknown
}

/** What Slack shows. `text` says everything that matters: notifications, search and screen readers have only that. */
export interface Message {
  text: string
  blocks?: Block[]
}

export interface Modal {
  callbackId: string
  title: string
  submit: string
  blocks: Block[]
  /** Travels with the modal and comes back with it; no authority in it. */
  metadata: string
}
