/** The part of pino's logger that storage uses. */
export interface Log {
  info: LogFunction
  warn: LogFunction
  error: LogFunction
}

type LogFunction = (fields: object, message: string) => void
