import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redactor.ts'

const redact = createRedactor({
  emails: true,
  patterns: [{ name: 'customer id', pattern: 'CUS-\\d{8}' }],
  secrets: ['aaaaaaaaaaaaaaaaaaaaaaaa1', 's3cret-s3cret-s3cret'],
})

const MEGABYTE = 1_000_000
/** Eight times the text: linear time is 8 times as long, quadratic time 64 times. */
const GROWTH = 8
const MOST = 24
/** Below this a garbage collection counts for more than the work, in microseconds. */
const NOISE = 4_000

/** The processor's time, in microseconds, so that a busy machine changes nothing; the best of some. */
function timeOf(text: string, tries: number, by = redact): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.threadCpuUsage()
    by.text(text)
    const { user, system } = process.threadCpuUsage(before)
    return user + system
  })
  return Math.max(NOISE, Math.min(...times))
}

const filled = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length))

function growth(unit: string, by = redact): number {
  timeOf(filled(unit, 10_000), 3, by) // compiles what is hot
  let least = Number.POSITIVE_INFINITY
  // A garbage collection counts, whosever garbage it is: what seems too long is measured again.
  for (let tries = 0; tries < 4 && least >= MOST; tries++) {
    const ratio = timeOf(filled(unit, MEGABYTE), 1, by) / timeOf(filled(unit, MEGABYTE / GROWTH), 3, by)
    least = Math.min(least, ratio)
  }
  return least
}

describe('a megabyte of something hostile takes eight times as long as an eighth of it', () => {
  it.each([
    ...['a', '-', ' ', '7', '4111 ', '\\', '"', '\\"', '\n', 'a\n', '7\n', '@', 'a@', '://', '://a:', '@tcp('],
    ...['password=', 'password="', `password="password='`, 'password=)', 'password=\\n', 'password=a\nbcdefgh1 '],
    ...['password=[redacted: password]', '[redacted: ', 'token: ', 'cookie: a', '--', 'Bearer ', 'eyJ', '.eyJ'],
    ...['://token:', '://token:a@', '://a?token=b', 'password_', 'password_a', 'token_1', 'token_file=', 'token,value'],
    ...['eyJa.eyJb.', 'ghp_', 'sk-', 'firebreak_', 'xoxb-', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'],
    ...['DE89 ', '\n2026-11-21T10:17:03Z a', 'aaaaaaaaaaaaaaaaaaaaaaaa', 's3cret-', '\x1b[0m', '\x1b[1'],
  ])('%j', (unit) => {
    expect(growth(unit)).toBeLessThan(MOST)
  })
})

describe('a pattern that backtracks', () => {
  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+c', '(.*)*x', 'a.*b|a'])('takes linear time: %s', (pattern) => {
    const own = createRedactor({ emails: false, patterns: [{ name: 'own', pattern }], secrets: [] })
    expect(growth(`${'a'.repeat(99)}!`, own)).toBeLessThan(MOST)
    expect(growth('a', own)).toBeLessThan(MOST)
  })
})
