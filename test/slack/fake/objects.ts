import { z } from 'zod'
import { LIMITS } from './limits.ts'

/** The composition objects of Block Kit. Objects are strict: Slack refuses a property that it does not know. */
export const plain = (max: number = LIMITS.text) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() })

export const mrkdwn = (max: number = LIMITS.text) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() })

export const text = (max?: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

export const id = z.string().min(1).max(LIMITS.id)
export const url = (max: number = LIMITS.button.url) =>
  z
    .string()
    .max(max)
    .regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'must be a URL')
export const placeholder = plain(LIMITS.placeholder)

export const confirm = z.strictObject({
  title: plain(LIMITS.confirm.title),
  text: text(LIMITS.confirm.text),
  confirm: plain(LIMITS.confirm.button),
  deny: plain(LIMITS.confirm.button),
  style: z.enum(['primary', 'danger']).optional(),
})

const optionWith = <T extends z.ZodType>(label: T) =>
  z.strictObject({
    text: label,
    value: z.string().min(1).max(LIMITS.option.value),
    description: text(LIMITS.option.description).optional(),
    url: url().optional(),
  })
export const option = optionWith(plain(LIMITS.option.text))
/** Radio buttons and checkboxes may be formatted. */
export const richOption = optionWith(text(LIMITS.option.text))

export const optionGroup = z.strictObject({
  label: plain(LIMITS.option.text),
  options: z.array(option).min(1).max(LIMITS.options.select),
})

export const dispatchAction = z.strictObject({
  trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1),
})
