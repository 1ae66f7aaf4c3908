import { LIMITS } from './limits.ts'
import { Misuse } from './refusal.ts'
import type { Workspace } from './workspace.ts'

/** Hands out trigger ids, each good for one modal within three seconds of the gesture. */
export class Triggers {
  readonly #workspace: Workspace
  readonly #issued = new Map<string, { user: string; at: number; spent: boolean }>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  issue(user: string): string {
    const id = `${this.#issued.size + 1}.${this.#workspace.newId('')}`
    this.#issued.set(id, { user, at: this.#workspace.now(), spent: false })
    return id
  }

  /** The user whose gesture it was. */
  spend(id: unknown): string {
    const trigger = this.#issued.get(String(id))
    if (!trigger) throw new Misuse('invalid_trigger_id')
    if (trigger.spent) throw new Misuse('exchanged_trigger_id')
    const age = this.#workspace.now() - trigger.at
    if (age > LIMITS.trigger) throw new Misuse('expired_trigger_id', [`${age} ms old`])
    trigger.spent = true
    return trigger.user
  }
}
