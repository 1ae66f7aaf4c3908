/** Work of one kind is done one after the other, in the order in which it came; of different kinds at the same time. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  take(kind: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#last.get(kind) ?? Promise.resolve()).then(work, work)
    this.#last.set(kind, turn)
    const done = () => {
      if (this.#last.get(kind) === turn) this.#last.delete(kind)
    }
    turn.then(done, done)
    return turn
  }
}
