import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  code,
  cut,
  escaped,
  inline,
  line,
  person,
  plainLine,
  prose,
  strip,
  took,
  when,
  within,
} from '../../templates/text.ts'

/** Text made of what has a meaning somewhere: in Slack's markup, in Unicode, in our own formatting. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<@U0CAROL>',
        '<https://evil.example|x>',
        '&',
        '&amp;',
        '&lt;',
        '<',
        '>',
        '```',
        '`',
      ),
      fc.constantFrom(
        '\u202e',
        '\u2066',
        '\u0000',
        '\u001b[31m',
        '\n',
        '\r\n',
        '\t',
        '🔥',
        '👩‍🚒',
        '\ud83d',
        '\udd25',
        '…',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

const all = (check: (text: string) => void): void => fc.assert(fc.property(nasty, (text) => void check(text)))

const MARKUP = /<[^>]*>|[<>]/
const BROKEN_ENTITY = /&(?!(amp|lt|gt);)/
const LONE_SURROGATE = /\p{Surrogate}/u

describe('untrusted text', () => {
  const makers: [string, (text: string, max: number) => string][] = [
    ['line', line],
    ['prose', prose],
    ['inline', inline],
    ['code', code],
  ]

  it.each(makers)('in %s mentions nobody, links nowhere and fits, whatever it is', (_, make) => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 12, max: 80 }), (text, max) => {
        const shown = make(text, max)
        expect(shown).not.toMatch(MARKUP)
        expect(shown).not.toMatch(BROKEN_ENTITY)
        expect(shown).not.toMatch(LONE_SURROGATE)
        expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
        expect(shown.length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it('cannot leave its code block', () => {
    all((text) => expect(code(text, 500).split('```')).toHaveLength(3))
  })

  it('cannot open a code block of its own', () => {
    all((text) => expect(prose(text, 500) + line(text, 500)).not.toContain('```'))
  })

  it('cannot leave its inline code', () => {
    all((text) => expect(inline(text)).toMatch(/^`[^`\n]+`$/))
  })

  it('stays on one line and as it is in plain text', () => {
    expect(plainLine('a\u202eb\n <c> & `d`', 100)).toBe('ab <c> & `d`')
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 40 }), (text, max) => {
        expect(plainLine(text, max)).not.toMatch(/[\n\r]|\p{Surrogate}/u)
        expect(plainLine(text, max).length).toBeLessThanOrEqual(max)
      }),
    )
  })

  it.each([
    ['a zero-width space', 'check\u200bout'],
    ['a zero-width joiner between Latin letters', 'check\u200dout'],
    ['a zero-width non-joiner', 'check\u200cout'],
    ['a word joiner', 'check\u2060out'],
    ['a byte order mark', 'check\ufeffout'],
    ['a soft hyphen', 'check\u00adout'],
    ['a Hangul filler', 'check\u3164out'],
    ['a tag', 'check\u{e0041}out'],
    ['a variation selector', 'check\ufe0fout'],
    ['a right-to-left override', 'check\u202eout'],
    ['an isolate', 'check\u2066o\u2069ut'],
  ])('shows %s as what it is: nothing', (_, text) => {
    expect(strip(text)).toBe('checkout')
  })

  it('keeps the joiners of emoji and of scripts that need them', () => {
    for (const text of ['👩🏽‍🚒', '❤️‍🔥', 'می‌خواهم', 'क्‍ष']) expect(strip(text)).toBe(text)
  })

  it('keeps line breaks and tabs when it is stripped, and the letters of every script', () => {
    expect(strip('a\tb\nc\u0007\u202e עברית العربية 👩‍🚒')).toBe('a\tb\nc עברית العربية 👩‍🚒')
  })
})

describe('escaped', () => {
  it('escapes what Slack reads as markup, once each, and nothing else', () => {
    expect(escaped(`<@U1> & "it's" *bold*`)).toBe(`&lt;@U1&gt; &amp; "it's" *bold*`)
  })
})

describe('cut', () => {
  it('leaves alone what fits', () => expect(cut('a &lt; b', 8)).toBe('a &lt; b'))
  it('never goes through an entity', () => {
    expect(cut('ab &amp; cd', 6)).toBe('ab …')
    expect(cut('ab &amp; cd', 9)).toBe('ab &amp;…')
  })
  it('never goes through a surrogate pair', () => expect(cut('ab🔥cd', 4)).toBe('ab…'))
  it('keeps as much as fits', () => {
    fc.assert(
      fc.property(nasty.map(escaped), fc.integer({ min: 1, max: 60 }), (text, max) => {
        const shown = cut(text, max)
        if (text.length <= max) expect(shown).toBe(text)
        // The longest that can fall at the cut is an entity without its semicolon, and …
        else expect(shown.length).toBeGreaterThan(max - 6)
      }),
    )
  })
})

describe('within', () => {
  it('keeps whole lines only, and says that more follow', () => {
    expect(within(['one', 'two', 'three'], 100)).toBe('one\ntwo\nthree')
    expect(within(['one', 'two', 'three'], 11)).toBe('one\ntwo\n…')
  })
  it('never exceeds its limit', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 60 }), (lines, max) => {
        expect(within(lines, max).length).toBeLessThanOrEqual(max)
      }),
    )
  })
})

describe('names and times', () => {
  it('mentions people by their user id alone', () => expect(person('T0ACME/U0ALICE')).toBe('<@U0ALICE>'))
  it('only names Firebreak and what is no user id', () => {
    expect(person('firebreak')).toBe('Firebreak')
    expect(person('T0ACME/!channel> <x')).toBe('!channel&gt; &lt;x')
  })
  it('gives a time that each reader sees in their own zone, with UTC where Slack can’t', () => {
    expect(when(new Date('2026-11-21T10:17:42.500Z'))).toBe(
      '<!date^1795256262^{date_short_pretty} {time}|2026-11-21 10:17 UTC>',
    )
  })
  it.each([
    [0, '0 s'],
    [14_200, '14 s'],
    [60_000, '1 min'],
    [2_525_000, '42 min 5 s'],
    [3_600_000, '1 h'],
    [3_605_000, '1 h'],
    [93_600_000, '1 d 2 h'],
    [-5, '0 s'],
  ])('shows %i ms as “%s”', (ms, shown) => expect(took(ms)).toBe(shown))
})
