import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactedLog } from '../../src/redaction/log.ts'
import { createRedactor } from '../../src/redaction/redactor.ts'

const OWN = 'c0rrect-Horse/battery+staple'
const redact = createRedactor({ emails: false, patterns: [], secrets: [OWN] })

const of = (characters: string, length: number | [min: number, max: number]) => {
  const [minLength, maxLength] = Array.isArray(length) ? length : [length, length]
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength })
}
const DIGITS = '0123456789'
const HEX = `${DIGITS}abcdef`
const UPPER = `${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`
const ALNUM = `${UPPER}abcdefghijklmnopqrstuvwxyz`
const BASE64URL = `${ALNUM}-_`

/** A secret: what of it is random, between what stands there anyway. */
type Secret = [head: string, random: string, tail: string]
const secret = (head: string, random: fc.Arbitrary<string>, tail = ''): fc.Arbitrary<Secret> =>
  random.map((value) => [head, value, tail])
const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const withUpper = (random: fc.Arbitrary<string>) => random.filter((text) => /[A-Z]/.test(text))
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
const pem = (text: string): fc.Arbitrary<Secret> => {
  const [head = '', ...body] = text.trim().split('\n')
  const tail = body.pop() ?? ''
  return fc.constant([`${head}\n`, body.join('\n'), `\n${tail}`])
}

const SECRETS: Record<string, fc.Arbitrary<Secret>> = {
  'a Slack bot token': secret(
    'xoxb-',
    fc.tuple(of(DIGITS, 12), of(DIGITS, 13), of(ALNUM, 24)).map((p) => p.join('-')),
  ),
  'a Slack app token': secret(
    'xapp-1-A012345',
    fc.tuple(of(DIGITS, 13), of(HEX, 64)).map((p) => `-${p.join('-')}`),
  ),
  'a Slack webhook': secret(
    'https://hooks.slack.com/services/',
    fc.tuple(of(UPPER, 9), of(UPPER, 11), of(ALNUM, 24)).map((p) => p.join('/')),
  ),
  'a GitHub token': secret('ghp_', of(ALNUM, 36)),
  'a fine-grained GitHub token': secret(
    'github_pat_',
    fc.tuple(of(ALNUM, 22), of(ALNUM, 59)).map((p) => p.join('_')),
  ),
  'a GitLab token': secret('glpat-', of(BASE64URL, 20)),
  'an AWS key id': secret('AKIA', of(UPPER, 16)),
  'a labelled AWS key': secret('"SecretAccessKey": "', of(`${ALNUM}/+`, 40), '"'),
  'a Google API key': secret('AIza', of(BASE64URL, 35)),
  'a service account’s key': fc.constant(['"private_key": "', JSON.stringify(rsa).slice(1, -1), '"']),
  'an Azure connection string': secret(
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey="',
    of(`${ALNUM}/+`, 86),
    '==";EndpointSuffix=core.windows.net',
  ),
  'a Stripe key': secret('sk_live_', of(ALNUM, [24, 99])),
  'an OpenAI key': secret('sk-proj-', of(BASE64URL, [48, 156])),
  'an Anthropic key': secret('sk-ant-api03-', of(BASE64URL, 95)),
  'an older key of that style': secret(' sk-', withUpper(of(ALNUM, 48))),
  'an npm token': secret('npm_', of(ALNUM, 36)),
  'a PyPI token': secret('pypi-AgEIcHlwaS5vcmc', of(BASE64URL, [70, 150])),
  'a token of Firebreak’s': secret('firebreak_', withUpper(of(BASE64URL, [32, 43]))),
  'a JWT': secret(
    `${json({ alg: 'HS256', typ: 'JWT' })}.eyJ`,
    fc.tuple(of(ALNUM, [30, 200]), of(BASE64URL, 43)).map((p) => p.join('.')),
  ),
  'an RSA key': pem(rsa.toString()),
  'an Ed25519 key': pem(ed25519.toString()),
  'an address with a password': secret('postgres://app:', of(ALNUM, [8, 40]), '@db.internal:5432/shop'),
  'a quoted password': secret('{"password": "', of(`${ALNUM} !$%&/()=?`, [8, 60]), '"}'),
  'a bearer header': secret(
    'Authorization: Bearer ',
    of(`${ALNUM}._~+/-`, [24, 60]).filter((t) => /\d/.test(t)),
  ),
  'a secret of the process itself': fc.constant(['', OWN, '']),
  'the same, URL-encoded': fc.constant(['', encodeURIComponent(OWN), '']),
  'the same, in base64': fc.string().map((before) => {
    const text = Buffer.from(`${before}${OWN}`).toString('base64')
    const begins = Math.ceil((Buffer.byteLength(before) * 8) / 6)
    return [text.slice(0, begins), text.slice(begins), '']
  }),
}

/** Where a terminal, a log shipper or JSON breaks a line. */
const BREAKS = ['\n', '\r\n', '\n    ', '\\\n', '\\n', '\\\\n', '\n2026-11-21T10:17:03.123Z ', '\ncheckout-1  | ']

const cut = (text: string, at: number, by: string) => `${text.slice(0, at)}${by}${text.slice(at)}`

/** Eight characters of the secret in a row that are still there, whatever breaks are between them. */
function left(random: string, redacted: string, by = '\n'): string {
  const plain = (text: string) => text.replaceAll(by, '').replaceAll(/\\+n|\s/g, '')
  const [inside, outside] = [plain(random), plain(redacted)]
  const found = Array.from(inside, (_, i) => inside.slice(i, i + 8)).find((w) => w.length === 8 && outside.includes(w))
  return found ?? ''
}

const anyText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.lorem().map((t) => `${t} `),
)

describe('a secret split over two lines', () => {
  for (const [name, kind] of Object.entries(SECRETS)) {
    it(`is found wherever it stands and is cut: ${name}`, () => {
      const place = {
        ...{ kind, by: fc.constantFrom('', ...BREAKS), at: fc.nat() },
        // `\npm_…` is a line break and then no token.
        before: anyText.filter((text) => !text.endsWith('\\')),
        // A line that begins with a word and a colon begins with a key, not with the rest of a value.
        after: anyText.filter((text) => !/^[\w.-]*[=:]/.test(text)),
      }
      fc.assert(
        fc.property(fc.record(place), ({ before, after, kind: [head, random, tail], by, at }) => {
          fc.pre(left(random, before + after) === '')
          const whole = `${head}${random}${tail}`
          const text = `${before}${cut(whole, 1 + (at % (whole.length - 1)), by)}${after}`
          const redacted = redact.text(text)
          expect(left(random, redacted, by)).toBe('')
          expect(redact.text(redacted)).toBe(redacted)
        }),
        { numRuns: 300 },
      )
    })
  }

  it('is found over three lines', () => {
    const jwt = `${json({ alg: 'RS256' })}.${json({ sub: 'alice', scope: 'all of them' })}.${'Ab1-'.repeat(85)}Ab`
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: jwt.length - 1 }), { minLength: 2, maxLength: 2 }),
        (cuts) => {
          const [first, second] = cuts.sort((a, b) => a - b)
          const text = `got ${jwt.slice(0, first)}\n${jwt.slice(first, second)}\n${jwt.slice(second)} from the login`
          expect(redact.text(text)).toMatch(/^got \[redacted: JWT\]\n?\w{0,7} from the login$/)
        },
      ),
      // What is before the second cut is as long as a signature may be, and what is between them is short.
      { examples: [[[115, 118]], [[136, 140]], [[158, 164]]] },
    )
  })

  it.each([
    ['4111 1111 1111 1111', 'in groups'],
    ['4111-1111-1111-1111', 'with dashes'],
    ['5555555555554444', 'as one'],
    ['378282246310005', 'of fifteen digits'],
    ['3782 822463 10005', 'of fifteen digits in groups'],
    ['6212 3456 7890 1232', 'of UnionPay'],
    ['DE89 3704 0044 0532 0130 00', 'an IBAN in groups'],
    ['GB82WEST12345698765432', 'an IBAN as one'],
  ])('is found when it is %s, %s, cut anywhere', (number) => {
    for (let at = 1; at < number.length; at++) {
      for (const by of BREAKS) {
        const redacted = redact.text(`paid with ${cut(number, at, by)} today`).replace(by, '')
        expect(redacted.replaceAll(/ +/g, ' ')).toMatch(/^paid with \[redacted: (card number|IBAN)\] today$/)
      }
    }
  })

  it('is found in a list of lines, and the lines around it stay', () => {
    const lines = ['10:17 login with ghp_abcdefghijklmnop', 'qrstuvwxyz0123456789 of the deploy user', '10:18 done']
    expect(redact.lines(lines)).toEqual([
      '10:17 login with [redacted: GitHub token]',
      ' of the deploy user',
      '10:18 done',
    ])
    expect(redact.lines(rsa.toString().trim().split('\n'))).toEqual(['[redacted: private key]'])
    expect(redact.lines([])).toEqual([])
  })
})

describe('a key of which a part is missing', () => {
  const lines = rsa.toString().trim().split('\n')
  it.each([
    ['its end', lines.slice(0, -1)],
    ['its beginning', lines.slice(1)],
  ])('is redacted without %s', (_, part) => {
    const redacted = redact.lines(['before it', '', ...part, '', 'after it'])
    expect(redacted).toEqual(['before it', '', '[redacted: private key]', '', 'after it'])
  })
})

describe('a secret split over two chunks', () => {
  it('is found in the log, wherever the chunks end', () => {
    const token = of(ALNUM, 36).map((random) => `ghp_${random}`)
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, token)), fc.array(fc.nat()), (said, cuts) => {
        const text = said
          .map(([before, secret]) => `${JSON.stringify({ msg: `${before} ${secret} refused` })}\n`)
          .join('')
        const written: string[] = []
        const log = redactedLog(redact, { write: (line) => written.push(line) })
        const places = [0, ...cuts.map((at) => at % (text.length + 1)).sort((a, b) => a - b), text.length]
        for (const [i, at] of places.entries()) log.write(text.slice(at, places[i + 1] ?? at))
        expect(written).toHaveLength(said.length)
        for (const [, secret] of said) expect(left(secret.slice(4), written.join(''))).toBe('')
      }),
    )
  })
})
