/** What the program ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Ends the program; the message is all that is said. */
export class CliError extends Error {
  readonly exit: Exit

  constructor(exit: Exit, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
  }
}

export const wrongUsage = (message: string, options?: ErrorOptions) => new CliError(EXIT.usage, message, options)
