import type { Redactor } from './redactor.ts'

/**
 * What pino writes to instead of `to`: passes each finished line on, redacted. Chunks may end anywhere. What a library
 * threw is in these lines as well, with its message, stack and fields.
 */
export function redactedLog(redact: Redactor, to: { write(line: string): unknown }): { write(chunk: string): void } {
  let unfinished = ''
  return {
    write(chunk) {
      const lines = (unfinished + chunk).split('\n')
      unfinished = lines.pop() ?? ''
      for (const line of lines) to.write(`${redactedLine(line, redact)}\n`)
    },
  }
}

/** What pino begins each line with, whatever it is given. */
const OWN = /^\{"level":\d+,"time":\d+,"pid":\d+,/

function redactedLine(line: string, redact: Redactor): string {
  const [own = ''] = OWN.exec(line) ?? []
  try {
    const redacted = JSON.stringify(redact.value(JSON.parse(own === '' ? line : `{${line.slice(own.length)}`)))
    return own === '' ? redacted : own + redacted.slice(1)
  } catch {
    return redact.text(line)
  }
}
