import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { redactedLog } from '../../src/redaction/log.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'

const redact = createRedactor({ emails: false, patterns: [], secrets: ['own-secret-7f3a'] })

/** What a logger writes, as lines of JSON. */
function logged(write: (log: pino.Logger) => void): { text: string; lines: Record<string, unknown>[] } {
  const parts: string[] = []
  write(pino({ level: 'trace' }, redactedLog(redact, { write: (line) => parts.push(line) })))
  const text = parts.join('')
  return {
    text,
    lines: text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  }
}

describe('the log', () => {
  it('holds no password of an address that an error quotes: not in its message, stack, cause or fields', () => {
    const cause = new Error('getaddrinfo ENOTFOUND postgres://bot:hunter2@db:5432/firebreak')
    const err = Object.assign(new Error('no connection to postgres://bot:hunter2@db:5432/firebreak', { cause }), {
      config: { url: 'postgres://bot:hunter2@db', password: 'hunter2', headers: { Authorization: 'Bearer hunter2' } },
    })
    const { text, lines } = logged((log) => log.error({ err }, `failed: ${err.message}`))
    expect(text).not.toContain('hunter2')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      msg: 'failed: no connection to postgres://bot:[redacted: password]@db:5432/firebreak',
      err: {
        type: 'Error',
        stack: expect.stringContaining('log.test.ts'),
        config: { password: '[redacted: password]', headers: { Authorization: '[redacted: authorization]' } },
      },
    })
  })

  it('holds nothing of the process’s own, whatever a library makes of it', () => {
    const { text } = logged((log) => {
      log.warn({ token: 'xoxb-1-2', data: { ticket: 'own-secret-7f3a' } }, 'wss://x/link/?ticket=aaa-bbb&app_id=1')
      log.info({}, `retrying with ${Buffer.from('bot:own-secret-7f3a').toString('base64')}`)
    })
    expect(text).not.toMatch(/xoxb|own-secret|aaa-bbb|c2VjcmV0/)
  })

  it('stays JSON, with the times, numbers and fields that it had', () => {
    const { lines } = logged((log) =>
      log.info({ port: 3000, since: new Date(0), list: [1, null, true] }, 'it "runs"\n'),
    )
    expect(lines[0]).toMatchObject({
      ...{ level: 30, time: expect.any(Number), pid: process.pid, port: 3000, since: '1970-01-01T00:00:00.000Z' },
      ...{ list: [1, null, true], msg: 'it "runs"\n' },
    })
  })

  it('keeps the cause of each line as it is, so that it can be looked for: whatever a team’s patterns find', () => {
    const strict = createRedactor({ emails: false, patterns: [], secrets: [] })
    strict.learn({ patterns: [{ name: 'customer id', pattern: '\\d{9,11}' }] })
    const causes = [
      'command:13345224609.738474920.8088930838d88f008e0',
      'action:4000056655.5665556.8088930838d88f008e0',
    ]
    const more = ['event:Ev08MFMKH6', 'view:V0123456789', 'cli:4:0b8d4f0e-6f3a-4c39-9d43-0a7a52b4c0de']
    for (const cause of [...causes, ...more.slice(0, 2)]) expect(strict.value({ cause })).toEqual({ cause })
    for (const cause of [...causes, ...more]) expect(redact.value({ cause })).toEqual({ cause })
    expect(strict.value({ said: 'customer 738474920' })).toEqual({ said: 'customer [redacted: customer id]' })
  })

  it('redacts what it took for clean, as soon as it learns that it is not', () => {
    const learning = createRedactor({ emails: false, patterns: [], secrets: [] })
    const parts: string[] = []
    const log = pino({}, redactedLog(learning, { write: (line) => parts.push(line) }))
    for (let n = 0; n < 2; n++) log.info({ what: 'blue-giraffe-42' }, 'said')
    learning.learn({ secrets: ['blue-giraffe-42'] })
    log.info({ what: 'blue-giraffe-42' }, 'said')
    expect(parts.map((line) => JSON.parse(line).what)).toEqual([
      'blue-giraffe-42',
      'blue-giraffe-42',
      '[redacted: secret]',
    ])
  })

  it('passes on what is no JSON, redacted too', () => {
    const parts: string[] = []
    const log = redactedLog(redact, { write: (line) => parts.push(line) })
    log.write('plain: password=hunter2\nand ')
    log.write('more\n')
    expect(parts).toEqual(['plain: password=[redacted: password]\n', 'and more\n'])
  })
})
