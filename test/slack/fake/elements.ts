import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { confirm, dispatchAction, id, option, optionGroup, placeholder, plain, richOption, url } from './objects.ts'

const action = { action_id: id.optional() }
const focus = { focus_on_load: z.boolean().optional() }
const select = { ...action, ...focus, placeholder: placeholder.optional(), confirm: confirm.optional() }
const many = { max_selected_items: z.int().min(1).optional() }
const staticOptions = {
  options: z.array(option).min(1).max(LIMITS.options.select).optional(),
  option_groups: z.array(optionGroup).min(1).max(LIMITS.options.groups).optional(),
}
const conversations = {
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: z.looseObject({}).optional(),
}
const typed = {
  ...action,
  ...focus,
  placeholder: placeholder.optional(),
  dispatch_action_config: dispatchAction.optional(),
}
const type = <T extends string>(name: T) => ({ type: z.literal(name) })

const button = z.strictObject({
  ...type('button'),
  ...action,
  text: plain(LIMITS.button.text),
  value: z.string().max(LIMITS.button.value).optional(),
  url: url().optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
})
const overflow = z.strictObject({
  ...type('overflow'),
  ...action,
  options: z.array(option).min(1).max(LIMITS.options.overflow),
  confirm: confirm.optional(),
})
const staticSelect = z.strictObject({
  ...type('static_select'),
  ...select,
  ...staticOptions,
  initial_option: option.optional(),
})
const multiStaticSelect = z.strictObject({
  ...type('multi_static_select'),
  ...select,
  ...staticOptions,
  ...many,
  initial_options: z.array(option).min(1).optional(),
})
const external = { ...select, min_query_length: z.int().min(0).optional() }
const externalSelect = z.strictObject({ ...type('external_select'), ...external, initial_option: option.optional() })
const multiExternalSelect = z.strictObject({
  ...type('multi_external_select'),
  ...external,
  ...many,
  initial_options: z.array(option).min(1).optional(),
})
const usersSelect = z.strictObject({ ...type('users_select'), ...select, initial_user: id.optional() })
const multiUsersSelect = z.strictObject({
  ...type('multi_users_select'),
  ...select,
  ...many,
  initial_users: z.array(id).optional(),
})
const channelsSelect = z.strictObject({
  ...type('channels_select'),
  ...select,
  initial_channel: id.optional(),
  response_url_enabled: z.boolean().optional(),
})
const conversationsSelect = z.strictObject({
  ...type('conversations_select'),
  ...select,
  ...conversations,
  initial_conversation: id.optional(),
})
const radioButtons = z.strictObject({
  ...type('radio_buttons'),
  ...action,
  ...focus,
  options: z.array(richOption).min(1).max(LIMITS.options.radio),
  initial_option: richOption.optional(),
  confirm: confirm.optional(),
})
const checkboxes = z.strictObject({
  ...type('checkboxes'),
  ...action,
  ...focus,
  options: z.array(richOption).min(1).max(LIMITS.options.checkboxes),
  initial_options: z.array(richOption).min(1).optional(),
  confirm: confirm.optional(),
})
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const datepicker = z.strictObject({ ...type('datepicker'), ...select, initial_date: date.optional() })
const timepicker = z.strictObject({
  ...type('timepicker'),
  ...select,
  initial_time: time.optional(),
  timezone: z.string().optional(),
})
const datetimepicker = z.strictObject({
  ...type('datetimepicker'),
  ...action,
  ...focus,
  confirm: confirm.optional(),
  /** Seconds since the epoch: ten digits. */
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
})
const plainTextInput = z.strictObject({
  ...type('plain_text_input'),
  ...typed,
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(LIMITS.input.text).optional(),
  max_length: z.int().min(1).max(LIMITS.input.text).optional(),
  initial_value: z.string().max(LIMITS.input.text).optional(),
})
const numberInput = z.strictObject({
  ...type('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
})
const urlInput = z.strictObject({ ...type('url_text_input'), ...typed, initial_value: z.string().optional() })
const emailInput = z.strictObject({ ...type('email_text_input'), ...typed, initial_value: z.string().optional() })

export const image = z.strictObject({
  ...type('image'),
  image_url: url(LIMITS.image.url).optional(),
  slack_file: z.looseObject({}).optional(),
  alt_text: z.string().min(1).max(LIMITS.image.altText),
})

const selects = [
  staticSelect,
  multiStaticSelect,
  externalSelect,
  multiExternalSelect,
  usersSelect,
  multiUsersSelect,
  channelsSelect,
  conversationsSelect,
] as const
const choices = [radioButtons, checkboxes, datepicker, timepicker, datetimepicker] as const

/** Which elements each kind of block takes. */
export const inActions = z.discriminatedUnion('type', [button, overflow, ...selects, ...choices])
export const inSection = z.discriminatedUnion('type', [image, button, overflow, ...selects, ...choices])
export const inInput = z.discriminatedUnion('type', [
  plainTextInput,
  numberInput,
  urlInput,
  emailInput,
  ...selects,
  ...choices,
])
