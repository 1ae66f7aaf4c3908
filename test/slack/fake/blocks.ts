import { z } from 'zod'
import { image, inActions, inInput, inSection } from './elements.ts'
import { LIMITS } from './limits.ts'
import { id, mrkdwn, plain, text, url } from './objects.ts'
import { richText } from './rich-text.ts'
import type { Block, Element, Json } from './types.ts'

const block = <T extends string>(name: T) => ({ type: z.literal(name), block_id: id.optional() })

const section = z
  .strictObject({
    ...block('section'),
    text: text(LIMITS.text).optional(),
    fields: z.array(text(LIMITS.section.field)).min(1).max(LIMITS.section.fields).optional(),
    accessory: inSection.optional(),
    expand: z.boolean().optional(),
  })
  .refine((section) => section.text || section.fields, 'must have text or fields')

const Blocks = z.array(
  z.discriminatedUnion('type', [
    section,
    z.strictObject({ ...block('header'), text: plain(LIMITS.header) }),
    z.strictObject({
      ...block('context'),
      elements: z
        .array(z.discriminatedUnion('type', [image, plain(), mrkdwn()]))
        .min(1)
        .max(LIMITS.context),
    }),
    z.strictObject({ ...block('actions'), elements: z.array(inActions).min(1).max(LIMITS.actions) }),
    z.strictObject({ ...block('divider') }),
    z.strictObject({
      ...block('image'),
      image_url: url(LIMITS.image.url).optional(),
      slack_file: z.looseObject({}).optional(),
      alt_text: z.string().min(1).max(LIMITS.image.altText),
      title: plain(LIMITS.image.title).optional(),
    }),
    z.strictObject({
      ...block('input'),
      label: plain(LIMITS.input.label),
      hint: plain(LIMITS.input.hint).optional(),
      element: inInput,
      optional: z.boolean().optional(),
      dispatch_action: z.boolean().optional(),
    }),
    richText,
    z.strictObject({ ...block('markdown'), text: z.string().min(1).max(LIMITS.message.charactersInMarkdownBlocks) }),
    z.strictObject({
      ...block('table'),
      rows: z
        .array(
          z.array(z.looseObject({ type: z.enum(['raw_text', 'rich_text', 'raw_number']) })).max(LIMITS.table.columns),
        )
        .min(1)
        .max(LIMITS.table.rows),
      column_settings: z.array(z.looseObject({})).max(LIMITS.table.columns).optional(),
    }),
  ]),
)

/** What Slack would refuse in these blocks, in its own words; an empty array when it would take them. */
export function problemsIn(blocks: unknown, most: number): string[] {
  const parsed = Blocks.max(most).safeParse(blocks)
  if (!parsed.success) return parsed.error.issues.map((issue) => describe(issue.message, issue.path))
  return [...repeated(blocks as Block[]), ...unknownInitialOptions(blocks as Block[])]
}

/** Characters that people read, over all the blocks. */
export function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + charactersIn(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (typeof item === 'string' ? (['text', 'alt_text'].includes(key) ? item.length : 0) : charactersIn(item)),
    0,
  )
}

/** The elements of a block that a person can use. */
export function elementsOf(block: Block): Element[] {
  const candidates = [...(block.type === 'actions' ? (block.elements ?? []) : []), block.accessory, block.element]
  return candidates.filter((element): element is Element => element !== undefined && element.type !== 'image')
}

function repeated(blocks: Block[]): string[] {
  const problems: string[] = []
  const blockIds = new Set<string>()
  blocks.forEach((block, at) => {
    if (block.block_id !== undefined && blockIds.has(block.block_id))
      problems.push(describe(`block_id \`${block.block_id}\` already exists`, [at, 'block_id']))
    if (block.block_id !== undefined) blockIds.add(block.block_id)
    const actionIds = elementsOf(block).flatMap((element) => element.action_id ?? [])
    for (const actionId of new Set(actionIds.filter((id, index) => actionIds.indexOf(id) !== index)))
      problems.push(describe(`\`action_id\` "${actionId}" already exists`, [at, 'elements']))
  })
  return problems
}

function unknownInitialOptions(blocks: Block[]): string[] {
  return blocks.flatMap((block, at) =>
    elementsOf(block).flatMap((element) => {
      const known = optionsOf(element)?.map((option) => JSON.stringify(option))
      const initial = [element.initial_option, ...((element.initial_options as Json[] | undefined) ?? [])]
      return known && initial.some((option) => option !== undefined && !known.includes(JSON.stringify(option)))
        ? [describe('initial option must be one of the options', [at, 'initial_option'])]
        : []
    }),
  )
}

/** An element's options, grouped or not; undefined when it has none of its own. */
export function optionsOf(element: Element) {
  return element.options ?? element.option_groups?.flatMap((group) => group.options)
}

const describe = (message: string, path: PropertyKey[]) =>
  `[ERROR] ${message} [json-pointer:/blocks/${path.map(String).join('/')}]`
