import type { ModalView } from '@slack/types'
import type { Modal } from '../../templates/message.ts'

/** Where an answer goes, and what a gesture is about. */
export interface Place {
  channel: string
  /** The ts of the thread's root, if it came from within a thread. */
  thread: string | null
  /** The ts of the message whose button was pressed. */
  message: string | null
  respondUrl: string | null
}

/**
 * A modal knows no channel: what opened it travels in its private_metadata (at most 3,000 characters), around the
 * command's own. Slack hands it back as it was, and only to us.
 */
export const toView = ({ callbackId, title, submit, blocks, metadata }: Modal, place: Place): ModalView => {
  const { channel, thread, message, respondUrl } = place
  return {
    type: 'modal',
    callback_id: callbackId,
    title: { type: 'plain_text', text: title },
    submit: { type: 'plain_text', text: submit },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: blocks as unknown as ModalView['blocks'],
    private_metadata: JSON.stringify({ channel, thread, message, respondUrl, metadata }),
  }
}

export const placeOf = (view: { private_metadata: string }): Place => placeAndMetadata(view).place

export const metadataOf = (view: { private_metadata: string }): string => placeAndMetadata(view).metadata

function placeAndMetadata({ private_metadata }: { private_metadata: string }): { place: Place; metadata: string } {
  const { metadata, ...place } = JSON.parse(private_metadata)
  return { place, metadata }
}

interface Element {
  value?: string | null
  selected_option?: { value: string } | null
  selected_user?: string | null
  selected_channel?: string | null
  /** In seconds. */
  selected_date_time?: number | null
}

/** What was entered, by block_id; null for what was left empty. */
export function valuesOf(state: Record<string, Record<string, Element>>): Record<string, string | null> {
  const entered = Object.entries(state).map(([block, elements]) => {
    const [element = {}] = Object.values(elements)
    const { value, selected_option, selected_user, selected_channel, selected_date_time } = element
    const time = typeof selected_date_time === 'number' ? String(selected_date_time) : null
    return [block, value ?? selected_option?.value ?? selected_user ?? selected_channel ?? time]
  })
  return Object.fromEntries(entered)
}
