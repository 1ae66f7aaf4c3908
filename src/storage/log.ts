/** The part of pino's logger that is used. */
export interface Log {
  debug: LogFunction
  info: LogFunction
  warn: LogFunction
  error: LogFunction
}

type LogFunction = (fields: object, message: string) => void
