import { fitText, LIMITS, type Note } from './limits.ts'

type Json = Record<string, unknown>

interface TextObject {
  text: string
}

/** Cuts a text object where it is; anything else (an image among texts, nothing at all) is left as it is. */
export function fitTextObject(object: unknown, most: number, limit: string, note: Note) {
  const text = object as TextObject | undefined
  if (typeof text?.text === 'string') text.text = fitText(text.text, most, limit, note)
}

/**
 * A button, menu or input as Slack takes it. null when it would mean something else: a value or an id that is cut is
 * another one.
 */
export function fitElement(element: unknown, note: Note): Json | null {
  const fitted = element as Json
  const { button, placeholder } = LIMITS
  const tooLong = [
    over(fitted.action_id, LIMITS.id, 'action_id', note),
    over(fitted.value, button.value, 'button.value', note),
    over(fitted.url, button.url, 'button.url', note),
  ]
  if (tooLong.includes(true)) return null
  if (fitted.type === 'button') fitTextObject(fitted.text, button.text, 'button.text', note)
  fitTextObject(fitted.placeholder, placeholder, 'placeholder', note)
  if (fitted.confirm) fitConfirm(fitted.confirm as Json, note)
  if (Array.isArray(fitted.options)) {
    fitted.options = fitOptions(fitted.options, mostOptions(fitted.type), note)
    if ((fitted.options as unknown[]).length === 0) return null
  }
  return fitted
}

function fitOptions(options: Json[], most: number, note: Note): Json[] {
  const usable = options.filter((option) => !over(option.value, LIMITS.option, 'option.value', note))
  if (usable.length > most) note('options', usable.length, most)
  for (const option of usable) {
    fitTextObject(option.text, LIMITS.option, 'option.text', note)
    fitTextObject(option.description, LIMITS.option, 'option.description', note)
  }
  return usable.slice(0, most)
}

function mostOptions(type: unknown): number {
  if (type === 'overflow') return LIMITS.overflow
  return type === 'radio_buttons' || type === 'checkboxes' ? LIMITS.radios : LIMITS.options
}

function fitConfirm(confirm: Json, note: Note) {
  const { title, text, button } = LIMITS.confirm
  fitTextObject(confirm.title, title, 'confirm.title', note)
  fitTextObject(confirm.text, text, 'confirm.text', note)
  fitTextObject(confirm.confirm, button, 'confirm.confirm', note)
  fitTextObject(confirm.deny, button, 'confirm.deny', note)
}

function over(text: unknown, most: number, limit: string, note: Note): boolean {
  if (typeof text !== 'string' || text.length <= most) return false
  note(limit, text.length, most)
  return true
}
