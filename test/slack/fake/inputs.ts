import { elementsOf, optionsOf } from './blocks.ts'
import { LIMITS } from './limits.ts'
import type { Block, Element, Json, Option } from './types.ts'

/** What a test types or picks: a text, an option's value or several, a user's id, a date. `null` empties the field. */
export type Given = string | string[] | null

/** Where each kind of element keeps its value, and where its initial one. */
const FIELDS: Record<string, [value: string, initial: string]> = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  overflow: ['selected_option', 'initial_option'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  checkboxes: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  multi_users_select: ['selected_users', 'initial_users'],
  channels_select: ['selected_channel', 'initial_channel'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
}

/** An element's value as Slack reports it, such as `{ value: 'x' }` or `{ selected_option: … }`. */
export function chosen(element: Element, given: Given | undefined): Json {
  if (element.type === 'button') return given !== undefined ? { value: given } : valueOfButton(element)
  const [field, initial] = FIELDS[element.type] ?? []
  if (!field || !initial) return {}
  const many = field.endsWith('s')
  if (given === undefined) return { [field]: element[initial] ?? (many ? [] : null) }
  if (given === null) return { [field]: many ? [] : null }
  if (!field.startsWith('selected_option')) return { [field]: given }
  const picked = [given].flat().map((value) => optionFor(element, value))
  return { [field]: many ? picked : picked[0] }
}

const valueOfButton = ({ value }: Element): Json => (value === undefined ? {} : { value })

/** The option with that value; one that was never offered comes from a tampered client. */
function optionFor(element: Element, value: string): Option {
  const offered = optionsOf(element)?.find((option) => option.value === value)
  return offered ?? { text: { type: 'plain_text', text: value }, value }
}

/** `state.values` of these blocks: what was given (by block or action id), else kept, else initial. */
export function stateOf(blocks: Block[], given: Record<string, Given> = {}, kept: Record<string, Json> = {}) {
  const values: Record<string, Record<string, Json>> = {}
  const used = new Set<string>()
  for (const block of blocks)
    for (const element of elementsOf(block)) {
      const [blockId, actionId] = [String(block.block_id), String(element.action_id)]
      if (!FIELDS[element.type] || element.type === 'overflow') continue
      const key = blockId in given ? blockId : actionId in given ? actionId : undefined
      if (key !== undefined) used.add(key)
      const before = (kept[blockId] as Record<string, Json> | undefined)?.[actionId]
      const value = key === undefined && before ? before : chosen(element, key === undefined ? undefined : given[key])
      values[blockId] = { ...values[blockId], [actionId]: { type: element.type, ...value } }
    }
  const unknown = Object.keys(given).filter((key) => !used.has(key))
  if (unknown.length > 0)
    throw new Error(`no input named ${unknown.join(', ')}; there are ${Object.keys(values).join(', ')}`)
  return values
}

/** What Slack's own client would not let a person submit. */
export function wrongInputs(blocks: Block[], values: Record<string, Record<string, Json>>): string[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'input' || !block.element) return []
    const { type: _type, ...state } = values[String(block.block_id)]?.[String(block.element.action_id)] ?? {}
    const [value] = Object.values(state)
    const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
    if (empty) return block.optional ? [] : [`${block.block_id} must be filled in`]
    const { min_length = 0, max_length = LIMITS.input.text } = block.element as {
      min_length?: number
      max_length?: number
    }
    const fits = typeof value !== 'string' || (value.length >= min_length && value.length <= max_length)
    return fits ? [] : [`${block.block_id} must have ${min_length} to ${max_length} characters`]
  })
}
