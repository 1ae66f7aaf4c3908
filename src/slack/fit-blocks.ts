import type { Block } from '../../templates/message.ts'
import { cut } from '../../templates/text.ts'
import { fitElement, fitTextObject } from './fit-elements.ts'
import { fitText, LIMITS, type Note } from './limits.ts'

/** The blocks as Slack takes them: too long is cut, too many are left out. What they were is not touched. */
export function fitBlocks(blocks: Block[], room: { most: number; characters: number }, note: Note): Block[] {
  const fitted = fitList(structuredClone(blocks), room.most, 'blocks', note).flatMap((block) => fitBlock(block, note))
  fitCharacters(fitted, room.characters, note)
  return fitted
}

/** One block, or none when it can't be repaired. */
function fitBlock(block: Block, note: Note): Block[] {
  if (block.block_id !== undefined && block.block_id.length > LIMITS.id) {
    note('block_id', block.block_id.length, LIMITS.id)
    delete block.block_id
  }
  switch (block.type) {
    case 'section':
      return fitSection(block, note)
    case 'header':
      fitTextObject(block.text, LIMITS.header, 'header.text', note)
      return [block]
    case 'image':
      block.alt_text = fitText(String(block.alt_text ?? ''), LIMITS.image.alt, 'image.alt_text', note)
      fitTextObject(block.title, LIMITS.image.title, 'image.title', note)
      return [block]
    case 'input':
      fitTextObject(block.label, LIMITS.input.label, 'input.label', note)
      fitTextObject(block.hint, LIMITS.input.hint, 'input.hint', note)
      return [{ ...block, element: fitElement(block.element, note) ?? block.element }]
    case 'context':
      return fitElements(block, LIMITS.context, (element) => {
        fitTextObject(element, LIMITS.text, 'context.text', note)
        return element
      })
    case 'actions':
      return fitElements(block, LIMITS.actions, (element) => fitElement(element, note))
    default:
      return [block]
  }

  function fitElements(block: Block, most: number, fit: (element: unknown) => unknown): Block[] {
    const elements = fitList((block.elements ?? []) as unknown[], most, `${block.type}.elements`, note)
    const fitted = elements.map(fit).filter((element) => element !== null)
    if (elements.length === 0) note(`${block.type}.elements`, 0, most)
    return fitted.length > 0 ? [{ ...block, elements: fitted }] : []
  }
}

function fitSection(block: Block, note: Note): Block[] {
  fitTextObject(block.text, LIMITS.text, 'section.text', note)
  if (Array.isArray(block.fields)) {
    block.fields = fitList(block.fields, LIMITS.section.fields, 'section.fields', note)
    for (const field of block.fields as unknown[]) fitTextObject(field, LIMITS.section.field, 'section.field', note)
  }
  if (block.accessory === undefined) return [block]
  const { accessory, ...rest } = block
  const fitted = fitElement(accessory, note)
  return [fitted ? { ...rest, accessory: fitted } : rest]
}

function fitList<T>(list: T[], most: number, limit: string, note: Note): T[] {
  if (list.length <= most) return list
  note(limit, list.length, most)
  return list.slice(0, most)
}

/** Cuts the longest texts until all of them together fit; `text` is what people read, in every kind of block. */
function fitCharacters(blocks: Block[], most: number, note: Note) {
  const texts = textsIn(blocks)
  let total = texts.reduce((sum, { text }) => sum + text.length, 0)
  if (total <= most) return
  note('characters', total, most)
  for (const one of texts.toSorted((a, b) => b.text.length - a.text.length)) {
    const shorter = cut(one.text, Math.max(100, one.text.length - (total - most)))
    total -= one.text.length - shorter.length
    one.text = shorter
    if (total <= most) return
  }
}

function textsIn(value: unknown): { text: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(textsIn)
  return 'text' in value && typeof value.text === 'string' ? [value as { text: string }, ...inside] : inside
}
