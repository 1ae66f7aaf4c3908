import type { Block, Message, Modal } from '../../templates/message.ts'
import { fitBlocks } from './fit-blocks.ts'
import { fitText, LIMITS, type Note } from './limits.ts'

/** A payload that Slack would refuse. `problems` name each limit and the size found: `section.text: 3120 of 3000`. */
class BeyondLimits extends Error {
  readonly code = 'beyond_limits'
  readonly problems: string[]

  constructor(problems: string[]) {
    super(`Slack would refuse this: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** Everything goes through this before it's sent. Strict (tests, development), it throws `BeyondLimits`; else it repairs. */
export interface Checks {
  checkMessage(message: Message): Message
  checkModal(modal: Modal): Modal
  /** The blocks of App Home, or of a modal that only says something. */
  checkView(blocks: Block[]): Block[]
}

/** `repaired` hears of every repair, by the limit's name. */
export function createChecks({ strict, repaired }: { strict: boolean; repaired: (limit: string) => void }): Checks {
  function checked<T>(repair: (note: Note) => T): T {
    const problems: { limit: string; text: string }[] = []
    const result = repair((limit, found, most) => problems.push({ limit, text: `${limit}: ${found} of ${most}` }))
    if (strict && problems.length > 0) throw new BeyondLimits(problems.map(({ text }) => text))
    for (const { limit } of problems) repaired(limit)
    return result
  }
  return {
    checkMessage: (message) => checked((note) => fitMessage(message, note)),
    checkModal: (modal) => checked((note) => fitModal(modal, note)),
    checkView: (blocks) => checked((note) => fitView(blocks, note)),
  }
}

function fitMessage({ text, blocks }: Message, note: Note): Message {
  const fitted = fitText(text, LIMITS.message, 'message.text', note)
  if (!blocks) return { text: fitted }
  return { text: fitted, blocks: fitBlocks(blocks, { most: LIMITS.blocks, characters: LIMITS.characters }, note) }
}

const fitView = (blocks: Block[], note: Note): Block[] =>
  fitBlocks(blocks, { most: LIMITS.modal.blocks, characters: Number.POSITIVE_INFINITY }, note)

function fitModal(modal: Modal, note: Note): Modal {
  const { title, button, metadata } = LIMITS.modal
  // Half a metadata is worse than none, so a modal without it is not opened at all.
  if (modal.metadata.length > metadata)
    throw new BeyondLimits([`modal.metadata: ${modal.metadata.length} of ${metadata}`])
  return {
    ...modal,
    title: fitText(modal.title, title, 'modal.title', note),
    submit: fitText(modal.submit, button, 'modal.submit', note),
    blocks: fitView(modal.blocks, note),
  }
}
