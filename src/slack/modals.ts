import type { ModalView } from '@slack/types'
import type { Block, Modal } from '../../templates/message.ts'

/** Where an answer goes, and what a gesture is about. */
export interface Place {
  /** Empty where there is none: in App Home, and for a shortcut of the whole of Slack. */
  channel: string
  /** The ts of the thread's root, if it came from within a thread. */
  thread: string | null
  /** The ts of the message whose button was pressed. */
  message: string | null
  respondUrl: string | null
}

const NOWHERE: Place = { channel: '', thread: null, message: null, respondUrl: null }

/** Nothing can be said there but in a modal, or in a direct message. */
export const isNowhere = ({ channel }: Place): boolean => channel === ''

/**
 * A modal knows no channel: what opened it travels in its private_metadata (at most 3,000 characters), around the
 * command's own. Slack hands it back as it was, and only to us.
 */
export const toView = ({ callbackId, title, submit, blocks, metadata }: Modal, place: Place): ModalView => {
  return {
    type: 'modal',
    callback_id: callbackId,
    title: { type: 'plain_text', text: title },
    submit: { type: 'plain_text', text: submit },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: blocks as unknown as ModalView['blocks'],
    private_metadata: metadataWith(place, metadata),
  }
}

/** A modal that only says something: what is pressed in it comes from the same place. */
export const toNotice = (blocks: Block[], place: Place): ModalView => ({
  type: 'modal',
  callback_id: 'notice',
  title: { type: 'plain_text', text: 'Firebreak' },
  close: { type: 'plain_text', text: 'Close' },
  blocks: blocks as unknown as ModalView['blocks'],
  private_metadata: metadataWith(place, ''),
})

const metadataWith = ({ channel, thread, message, respondUrl }: Place, metadata: string): string =>
  JSON.stringify({ channel, thread, message, respondUrl, metadata })

export const placeOf = (view: { type: string; private_metadata: string }): Place =>
  view.type === 'home' ? NOWHERE : placeAndMetadata(view).place

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
