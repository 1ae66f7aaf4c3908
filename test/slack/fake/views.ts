import { z } from 'zod'
import { problemsIn } from './blocks.ts'
import { LIMITS } from './limits.ts'
import { identified } from './messages.ts'
import { id, plain } from './objects.ts'
import { Misuse, Refusal } from './refusal.ts'
import type { Block, Json, View } from './types.ts'
import type { Workspace } from './workspace.ts'
import { BOT, TEAM } from './workspace.ts'

const shared = {
  blocks: z.array(z.looseObject({ type: z.string() })),
  callback_id: id.optional(),
  external_id: id.optional(),
  private_metadata: z.string().max(LIMITS.view.privateMetadata).optional(),
}
const ViewShape = z.discriminatedUnion('type', [
  z.strictObject({
    ...shared,
    type: z.literal('modal'),
    title: plain(LIMITS.view.title),
    submit: plain(LIMITS.view.button).optional(),
    close: plain(LIMITS.view.button).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.strictObject({ ...shared, type: z.literal('home') }),
])

/** What people have open: a stack of modals each, and a home tab. */
export class Views {
  readonly #stacks = new Map<string, View[]>()
  readonly #homes = new Map<string, View>()
  readonly #workspace: Workspace

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** The person's open modals, the one they see last. */
  of(user: string): View[] {
    return this.#stacks.get(user) ?? []
  }

  home(user: string): View | undefined {
    return this.#homes.get(user)
  }

  open(user: string, shape: unknown): View {
    const view = this.#instance(shape, 'modal')
    this.#stacks.set(user, [view])
    return view
  }

  push(user: string, shape: unknown): View {
    const stack = this.of(user)
    const below = stack.at(-1)
    if (!below) throw new Refusal('view_not_found')
    if (stack.length >= LIMITS.view.stack) throw new Misuse('push_limit_reached')
    const view = { ...this.#instance(shape, 'modal'), root_view_id: below.root_view_id, previous_view_id: below.id }
    this.#stacks.set(user, [...stack, view])
    return view
  }

  /** Replaces an open view. A `hash` that is no longer the view's refuses, so that no newer update is lost. */
  update({ view_id, external_id, hash }: { view_id?: unknown; external_id?: unknown; hash?: unknown }, shape: unknown) {
    for (const stack of [...this.#stacks.values(), ...[...this.#homes.values()].map((home) => [home])]) {
      const at = stack.findIndex((view) => view.id === view_id || (external_id && view.external_id === external_id))
      const old = stack[at]
      if (!old) continue
      if (hash !== undefined && hash !== old.hash) throw new Refusal('hash_conflict')
      const { id, root_view_id, previous_view_id } = old
      const fresh = this.#instance(shape, old.type)
      return Object.assign(old, fresh, { id, root_view_id, previous_view_id })
    }
    throw new Refusal('not_found')
  }

  publish(user: string, shape: unknown): View {
    const home = this.#instance(shape, 'home')
    this.#homes.set(user, home)
    return home
  }

  close(user: string, { all = false } = {}) {
    this.#stacks.set(user, all ? [] : this.of(user).slice(0, -1))
  }

  #instance(shape: unknown, type: View['type']): View {
    const parsed = ViewShape.safeParse(shape)
    if (!parsed.success)
      throw new Misuse(
        'invalid_arguments',
        parsed.error.issues.map((i) => `[ERROR] ${i.message} [${i.path.join('/')}]`),
      )
    if (parsed.data.type !== type) throw new Misuse('invalid_arguments', [`[ERROR] must be a ${type}`])
    const blocks = (shape as { blocks: Block[] }).blocks
    const problems = problemsIn(blocks, LIMITS.view.blocks)
    if (problems.length > 0) throw new Misuse('invalid_arguments', problems)
    const bytes = Buffer.byteLength(JSON.stringify(shape))
    if (bytes > LIMITS.view.bytes) throw new Misuse('view_too_large', [`${bytes} of ${LIMITS.view.bytes} bytes`])
    if (type === 'modal' && blocks.some((block) => block.type === 'input') && !(shape as Json).submit)
      throw new Misuse('invalid_arguments', ['[ERROR] missing required field: submit, as there is an input block'])
    const id = this.#workspace.newId('V')
    return {
      callback_id: '',
      external_id: '',
      private_metadata: '',
      submit: null,
      close: null,
      clear_on_close: false,
      notify_on_close: false,
      ...(parsed.data as Json),
      type,
      blocks: identified(blocks),
      id,
      team_id: TEAM.id,
      app_id: BOT.app_id,
      bot_id: BOT.id,
      hash: `${this.#workspace.now()}.${this.#workspace.newId('')}`,
      root_view_id: id,
      previous_view_id: null,
      state: { values: {} },
    }
  }
}
