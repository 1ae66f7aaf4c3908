import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ServiceName, wholeNumber } from '../../commands/arguments.ts'
import { nearestOf, parse, quote, words } from '../../commands/grammar.ts'

const scale = {
  positionals: ['service', 'replicas'],
  flags: ['reason'],
  args: z.strictObject({ service: ServiceName, replicas: wholeNumber(0, 1_000), reason: z.string().optional() }),
}

describe('splitting a line into words', () => {
  it.each([
    ['open P1 "Checkout times out"', ['open', 'P1', 'Checkout times out']],
    ['open P1 “Checkout times out”', ['open', 'P1', 'Checkout times out']],
    ['open P1 can’t pay', ['open', 'P1', 'can’t', 'pay']],
    ["open P1 can't pay", ['open', 'P1', "can't", 'pay']],
    ['logs checkout —tail 5', ['logs', 'checkout', '--tail', '5']],
    ['  a   b ', ['a', 'b']],
    ['', []],
    ['--cause "it —really— broke"', ['--cause', 'it —really— broke']],
    ['--cause "the ""fast"" path"', ['--cause', 'the "fast" path']],
    ['--cause="the ““fast”” path"', ['--cause=the “fast” path']],
    ['"" ""Checkout""', ['', 'Checkout']],
  ])('%s', (line, expected) => {
    expect(words(line)?.map((word) => word.text)).toEqual(expected)
  })

  it('refuses a quote that is never closed', () => {
    expect(parse(scale, 'checkout "5')).toEqual({ problem: 'a quote is opened and never closed' })
  })
})

describe('quoting a word', () => {
  it('leaves alone what needs no quotes', () => {
    expect(['checkout', 'can’t', '5', 'a-b'].map(quote)).toEqual(['checkout', 'can’t', '5', 'a-b'])
  })

  it('makes of any text what is read as that text again, and never as a flag', () => {
    const nasty = string({ unit: string({ minLength: 1, maxLength: 1, unit: 'binary' }), maxLength: 20 })
    const quotes = string({ unit: constantFrom(...' "“”„‟«»\'—–-a\n\\'), maxLength: 12 })
    assert(
      property(array(oneof(nasty, quotes), { maxLength: 5 }), (texts) => {
        const read = words(texts.map(quote).join(' '))
        expect(read?.map(({ text }) => text)).toEqual(texts)
        expect(read?.filter(({ text, quoted }) => text.startsWith('--') && !quoted)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('reading arguments', () => {
  it('reads them', () => {
    expect(parse(scale, 'checkout 5 --reason "black friday"')).toEqual({
      args: { service: 'checkout', replicas: 5, reason: 'black friday' },
      common: {},
    })
  })

  it.each([
    '-1',
    '5.5',
    '1e9',
    '0x5',
    'Infinity',
    '５',
    '+5',
    '05',
    '1001',
    '99999999999',
    'five',
    '5;ls',
  ])('refuses %s as a number of replicas', (replicas) => {
    expect(parse(scale, `checkout ${replicas}`)).toEqual({
      problem: expect.stringContaining(`replicas must be a whole number from 0 to 1000, and “${replicas}” isn’t`),
    })
  })

  it('takes a service in capitals, as phones write it', () => {
    expect(parse(scale, 'Checkout 5')).toMatchObject({ args: { service: 'checkout' } })
  })

  it.each([
    '..',
    'a/b',
    'a'.repeat(300),
    'сheckout',
    'check\u200bout',
    '-a',
    'a-',
  ])('refuses %s as a service', (service) => {
    expect(parse(scale, `${service} 5`)).toMatchObject({ problem: expect.stringContaining('must be a service’s name') })
  })

  it.each([
    ['', 'service is missing'],
    ['checkout', 'replicas is missing'],
    ['checkout 5 6', '“6” is one argument too many'],
    ['checkout 5 --reason', '--reason needs a value'],
    ['checkout 5 --reason a --reason b', '--reason is given twice'],
    ['checkout 5 --raeson a', 'there is no --raeson here; did you mean --reason?'],
    ['checkout 5 --force', 'there is no --force here; there is --reason'],
    ['checkout ""', 'replicas must be a whole number from 0 to 1000, and “” isn’t'],
  ])('refuses `%s`', (line, problem) => {
    expect(parse(scale, line)).toEqual({ problem })
  })
})

describe('the nearest known word', () => {
  it('is offered when it may be meant, and only then', () => {
    expect(nearestOf('sclae', ['scale', 'pods', 'logs'])).toBe('scale')
    expect(nearestOf('banana', ['scale', 'pods', 'logs'])).toBeNull()
    expect(nearestOf('please', ['create', 'resolve', 'list'])).toBeNull()
  })
})
