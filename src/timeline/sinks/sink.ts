import { readFileSync } from 'node:fs'
import { createFileSink } from './file.ts'
import { createHttpsSink } from './https.ts'
import { createSyslogSink } from './syslog.ts'

/** Where entries are streamed to, as the configuration says it. `ca`: a file with the certificates to trust, in PEM. */
export type SinkOptions =
  | { kind: 'file'; path: string }
  | { kind: 'syslog'; host: string; port: number; protocol: 'tcp' | 'udp' | 'tls'; ca: string | null }
  | { kind: 'https'; url: string; token: string | null; ca: string | null }

export interface Sink {
  /** Says where it is, without a secret: how far it has come is kept under this name. */
  name: string
  /**
   * Hands lines over, in order. Resolves when they have arrived, as far as the protocol can tell; rejects when some may
   * not have. A problem that has passed by itself, and is worth a word, is returned.
   */
  send(lines: string[], signal: AbortSignal): Promise<string | null>
  close(): Promise<void>
}

/** The configuration names something that can't be used. */
class SinkError extends Error {
  readonly code = 'sink'
}

/** Opens nothing yet: what is away at the start is logged and tried again. Throws for what can never be used. */
export function createSinks(options: SinkOptions[]): Sink[] {
  const sinks = options.map(createSink)
  const twice = sinks.find(({ name }, i) => sinks.findIndex((other) => other.name === name) !== i)
  if (twice) throw new SinkError(`The audit sink ${twice.name} is configured twice`)
  return sinks
}

function createSink(options: SinkOptions): Sink {
  const name = nameOf(options)
  switch (options.kind) {
    case 'file':
      return createFileSink(name, options)
    case 'syslog':
      return createSyslogSink(name, { ...options, ca: certificates(options.ca, name) })
    case 'https':
      return createHttpsSink(name, { ...options, ca: certificates(options.ca, name) })
  }
}

function nameOf(options: SinkOptions): string {
  switch (options.kind) {
    case 'file':
      return `file:${options.path}`
    case 'syslog':
      return `syslog:${options.protocol}://${options.host}:${options.port}`
    case 'https': {
      const { origin, pathname } = new URL(options.url)
      return `https:${origin}${pathname}`
    }
  }
}

function certificates(path: string | null, name: string): string | null {
  if (path === null) return null
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SinkError(
      `The audit sink ${name} can't be used: its ca ${path} can't be read (${(cause as Error).message})`,
      { cause },
    )
  }
}
