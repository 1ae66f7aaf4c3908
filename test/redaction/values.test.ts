import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redactor.ts'

const redact = createRedactor({
  emails: false,
  patterns: [{ name: 'customer id', pattern: 'CUS-\\d{8}' }],
  secrets: [],
})

describe('a JSON value', () => {
  it('is redacted by its keys, whatever stands under them', () => {
    const value = {
      ...{ password: 'x', dbPasswd: 'x', client_secret: 'x', 'X-Api-Key': 'x', privateKey: 'x', connectionString: 'x' },
      headers: { authorization: 'Basic x', cookie: ['a=b', 'c=d'], accept: 'text/html' },
      tokens: { access: 'x', refresh: null, empty: '' },
      pin: { secret: 1234 },
      env: [{ name: 'DB_PASSWORD', value: 'x' }, { name: 'TOKEN_TYPE', value: 'x' }, { value: 'x' }],
      ...{ SECRET_KEY_BASE: 'x', PASSWORD2: 'x', cookie_file_token: 'x', token_count: 7, password_file: '/x' },
      ok: true,
    }
    expect(redact.value(value)).toEqual({
      ...{ password: '[redacted: password]', dbPasswd: '[redacted: password]', client_secret: '[redacted: secret]' },
      ...{ 'X-Api-Key': '[redacted: API key]', privateKey: '[redacted: private key]' },
      connectionString: '[redacted: connection string]',
      headers: {
        authorization: '[redacted: authorization]',
        cookie: ['[redacted: cookie]', '[redacted: cookie]'],
        accept: 'text/html',
      },
      tokens: { access: '[redacted: token]', refresh: null, empty: '' },
      pin: { secret: '[redacted: secret]' },
      env: [{ name: 'DB_PASSWORD', value: '[redacted: password]' }, { name: 'TOKEN_TYPE', value: 'x' }, { value: 'x' }],
      ...{ SECRET_KEY_BASE: '[redacted: secret]', PASSWORD2: '[redacted: password]' },
      ...{ cookie_file_token: '[redacted: token]', token_count: 7, password_file: '/x' },
      ok: true,
    })
  })

  it('is redacted by pattern everywhere else, in keys and in long numbers too', () => {
    const value = { list: ['card 4111111111111111'], 'CUS-12345678': 4111111111111111, at: 1763719020123 }
    expect(redact.value(value)).toEqual({
      ...{ list: ['card [redacted: card number]'], '[redacted: customer id]': '[redacted: card number]' },
      at: 1763719020123,
    })
  })

  it('keeps what the program wrote, whatever pattern a team has', () => {
    const greedy = createRedactor({
      emails: true,
      patterns: [{ name: 'number', pattern: '[0-9a-f]{4,}' }],
      secrets: [],
    })
    const exact = {
      ...{ hash: 'a1'.repeat(32), uid: randomUUID(), at: '2026-11-21T10:17:03.123Z', person: 'T012/U0ALICE' },
      ...{ incident: 'INC-7777', token: 12345, signature: Buffer.alloc(64, 7).toString('base64') },
    }
    expect(greedy.value(exact)).toEqual(exact)
    expect(greedy.value({ text: 'order 123456' })).toEqual({ text: 'order [redacted: number]' })
  })

  it('keeps what is no JSON, such as dates', () => {
    const at = new Date()
    expect(redact.value({ at, none: undefined })).toEqual({ at, none: undefined })
  })
})
