import { describe, expect, it } from 'vitest'
import { load, minimal, mistakes } from './support.ts'

const own = (pattern: string, name = 'customer id') =>
  `${minimal}redaction:\n  patterns:\n    - { name: ${name}, pattern: ${pattern} }\n`

describe('what a team has redacted', () => {
  it('is nothing of its own by default', async () => {
    expect((await load(minimal)).redaction).toEqual({ emails: false, patterns: [] })
  })

  it('may be e-mail addresses and patterns', async () => {
    const { redaction } = await load(`${own("'CUS-\\d{8}'")}  emails: true\n`)
    expect(redaction).toEqual({ emails: true, patterns: [{ name: 'customer id', pattern: 'CUS-\\d{8}' }] })
  })

  it.each([
    ["'CUS-('", 'missing closing ): `CUS-(`'],
    ["'(?=CUS)'", 'invalid or unsupported Perl syntax: `(?=`'],
    ["'(a)\\1'", 'invalid escape sequence: `\\1`'],
  ])('is told at its line when RE2 can’t read it: %s', async (pattern, why) => {
    expect(await mistakes(own(pattern))).toEqual([
      `9:37 redaction.patterns[0].pattern: is no pattern in RE2's syntax: ${why}`,
    ])
  })

  it.each(["'x*'", "'\\b'", "'$|x'"])('must match something, and %s may match nothing', async (pattern) => {
    expect(await mistakes(own(pattern))).toEqual([
      '9:37 redaction.patterns[0].pattern: matches where nothing is; it must match one character at least',
    ])
  })

  it.each(['"[redacted]"', '""', '"a: b"'])('must have a plain name, not %s', async (name) => {
    expect((await mistakes(own("'x'", name)))[0]).toContain('redaction.patterns[0].name: must be a name')
  })
})
