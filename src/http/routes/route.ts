import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Person } from '../../identity/person.ts'
import type { Act } from '../../operations/rights.ts'

/** Whose token it is. */
export interface Caller {
  person: Person
  /** The token's number. */
  token: number
  /** `cli:4:<key>`: what its entries are recorded with, and its lines in the log. */
  cause: string
}

/** One thing that the API does; `createRoutes` lists them all. */
export interface Route<Input = unknown> {
  method: 'GET' | 'POST'
  path: `/api/${string}`
  /** What policy must allow the caller to do; null: any member may come in, and the handler asks for the rest. */
  act: Act | null
  /** The query of a GET, the JSON body of a POST; anything else in it is refused. */
  input: z.ZodType<Input>
  /** What it resolves to is sent as JSON, or as the file that it is. Throws `ApiError` for what the caller can mend. */
  handle(input: Input, caller: Caller): Promise<object | Download>
}

/** A file, as it comes; an error of the stream cuts the answer off, so that nobody takes it for whole. */
export class Download {
  readonly name: string
  readonly type: string
  readonly content: Readable

  constructor(name: string, type: string, content: Readable) {
    this.name = name
    this.type = type
    this.content = content
  }
}

/** The client's own for each gesture: sent again with the same one, it acts once. */
export const Key = z
  .string()
  .regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, - or _, made anew for each gesture')

export const defineRoute = <Input>(route: Route<Input>): Route => route as unknown as Route

/** What goes wrong by the caller's doing. `text` is for people. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: number, code: string, text: string, headers: Record<string, string> = {}) {
    super(text)
    this.status = status
    this.code = code
    this.headers = headers
  }
}
