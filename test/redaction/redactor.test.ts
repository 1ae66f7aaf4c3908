import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/redaction/redactor.ts'

const redact = createRedactor({
  emails: false,
  patterns: [{ name: 'customer id', pattern: 'CUS-\\d{8}' }],
  secrets: ['c0rrect horse', 'postgres', 'short1'],
})
const personal = createRedactor({ emails: true, patterns: [], secrets: [] })

const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')
const payload = Buffer.from('{"sub":"alice","iat":1516239022}').toString('base64url')
const jwt = `${header}.${payload}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' })

describe('what looks like a secret', () => {
  it.each([
    ['bot xoxb-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx ok', 'bot [redacted: Slack token] ok'],
    ['xapp-1-A0123-4567890123456-abcdef', '[redacted: Slack token]'],
    ['https://hooks.slack.com/services/T0/B0/abcdefghijk.', 'https://[redacted: Slack webhook]'],
    ['ghs_0123456789abcdefghijABCDEFGHIJ012345', '[redacted: GitHub token]'],
    [
      'url=https://x-access-token:ghp_short@github.com/a/b',
      'url=https://x-access-token:[redacted: password]@github.com/a/b',
    ],
    ['glpat-abcdefghij0123456789', '[redacted: GitLab token]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted: AWS key id]'],
    [
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'aws_secret_access_key = [redacted: AWS secret key]',
    ],
    ['key AIzaSyA0123456789abcdefghijABCDEFGHIJ01', 'key [redacted: Google API key]'],
    ['AccountKey=abcd/efg+==;EndpointSuffix=x', 'AccountKey=[redacted: Azure key];EndpointSuffix=x'],
    [
      'https://a.blob.core.windows.net/x?sv=1&sig=abc%2Bdef&se=2',
      'https://a.blob.core.windows.net/x?sv=1&sig=[redacted: Azure key]&se=2',
    ],
    ['sk_live_0123456789abcdefABCDEF', '[redacted: Stripe key]'],
    ['sk-ant-api03-0123456789abcdefABCDEF', '[redacted: Anthropic key]'],
    ['sk-proj-0123456789abcdefABCDEF', '[redacted: OpenAI key]'],
    ['sk-0123456789abcdefABCDEF0123456789', '[redacted: API key]'],
    ['npm_0123456789abcdefghijABCDEFGHIJ012345', '[redacted: npm token]'],
    [`pypi-AgEIcHlwaS5vcmc${'aB3-'.repeat(20)}`, '[redacted: PyPI token]'],
    ['firebreak_0123456789abcdefghijABCDEFGHIJ-_0', '[redacted: Firebreak token]'],
    [`login with ${jwt} refused`, 'login with [redacted: JWT] refused'],
    [`${header}.${payload}`, '[redacted: JWT]'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted: authorization]'],
    [
      "curl -H 'authorization: basic dXNlcjpwdw==' https://x",
      "curl -H 'authorization: basic [redacted: authorization]' https://x",
    ],
    ['Authorization: Digest username="a", response="b"', 'Authorization: [redacted: authorization]'],
    ['got Bearer 0123456789abcdef back', 'got Bearer [redacted: authorization] back'],
    ['postgres://app:hunter2@db:5432/x', 'postgres://app:[redacted: password]@db:5432/x'],
    ['postgres://app:hun/t@er2@db:5432/x', 'postgres://app:[redacted: password]@db:5432/x'],
    ['redis://:hunter2@cache:6379', 'redis://:[redacted: password]@cache:6379'],
    ['root:hunter2@tcp(127.0.0.1:3306)/db', 'root:[redacted: password]@tcp(127.0.0.1:3306)/db'],
    [
      'Server=db;User Id=app;Password=hunter2;Encrypt=true',
      'Server=db;User Id=app;Password=[redacted: password];Encrypt=true',
    ],
    [`before\n${pem.toString()}after`, 'before\n[redacted: private key]\nafter'],
    [JSON.stringify({ private_key: pem }), '{"private_key":"[redacted: private key]\\n"}'],
    ['password=hunter2, user=bob', 'password=[redacted: password], user=bob'],
    ['{"password": "hun\\"ter 2", "user": "bob"}', '{"password": "[redacted: password]", "user": "bob"}'],
    ['"{\\"dbPassword\\":\\"hunter2\\",\\"x\\":1}"', '"{\\"dbPassword\\":\\"[redacted: password]\\",\\"x\\":1}"'],
    ["{'client_secret': 'hunter2'}", "{'client_secret': '[redacted: secret]'}"],
    ['password: swordfish', 'password: [redacted: password]'],
    ['password: swordfish user: bob', 'password: [redacted: password] user: bob'],
    ['{Password:hunter2 User:bob}', '{Password:[redacted: password] User:bob}'],
    ['<password>hunter2</password>', '<password>[redacted: password]</password>'],
    ['DB_PASSWORD=hunter2\nDB_HOST=db.internal', 'DB_PASSWORD=[redacted: password]\nDB_HOST=db.internal'],
    ['mysql --password hunter2 -u root', 'mysql --password [redacted: password] -u root'],
    ["ALTER ROLE app PASSWORD 'hunter2'", "ALTER ROLE app PASSWORD '[redacted: password]'"],
    [
      '\x1b[36mpassword\x1b[0m=hunter2 \x1b[36muser\x1b[0m=bob',
      '\x1b[36mpassword\x1b[0m=[redacted: password] \x1b[36muser\x1b[0m=bob',
    ],
    ['/callback?access_token=abc123&state=x', '/callback?access_token=[redacted: token]&state=x'],
    ['x-api-key: 0123abcd', 'x-api-key: [redacted: API key]'],
    ['Set-Cookie: session=abc; Path=/; HttpOnly\nHost: x', 'Set-Cookie: [redacted: cookie]\nHost: x'],
    [
      'wss://wss-primary.slack.com/link/?ticket=aaa-bbb&app_id=1',
      'wss://wss-primary.slack.com/link/?ticket=[redacted: token]&app_id=1',
    ],
    [
      '{"url":"https://api.internal","password":"hunter2"}',
      '{"url":"https://api.internal","password":"[redacted: password]"}',
    ],
    [
      'REDIS_URL=redis://cache:6379\nDB_PASSWORD=s3cr3tvalue',
      'REDIS_URL=redis://cache:6379\nDB_PASSWORD=[redacted: password]',
    ],
    [
      'jdbc:sqlserver://db:1433;user=sa;password=hunter2',
      'jdbc:sqlserver://db:1433;user=sa;password=[redacted: password]',
    ],
    ['https://siem.example?token=abc123def456', 'https://siem.example?token=[redacted: token]'],
    ['postgresql://db:5432?user=u&password=p', 'postgresql://db:5432?user=u&password=[redacted: password]'],
    ['SECRET_KEY_BASE=0123abcd', 'SECRET_KEY_BASE=[redacted: secret]'],
    ['DB_PASSWORD_PROD_EU: hunter2', 'DB_PASSWORD_PROD_EU: [redacted: password]'],
    ['PASSWORD2=hunter2', 'PASSWORD2=[redacted: password]'],
    ['cookie_file_token=abcdef', 'cookie_file_token=[redacted: token]'],
    ['old_password_1\ntoken: abcdef', 'old_password_1\ntoken: [redacted: token]'],
    ['{"name":"DB_PASSWORD","value":"hunter2"}', '{"name":"DB_PASSWORD","value":"[redacted: password]"}'],
    [
      '"{\\"name\\":\\"API_KEY_2\\",\\n \\"value\\":\\"hunter2\\"}"',
      '"{\\"name\\":\\"API_KEY_2\\",\\n \\"value\\":\\"[redacted: API key]\\"}"',
    ],
    [
      '- name: DB_PASSWORD\n  value: hunter2\n- name: MODE\n  value: fast',
      '- name: DB_PASSWORD\n  value: [redacted: password]\n- name: MODE\n  value: fast',
    ],
    ['card 4111 1111 1111 1111, thanks', 'card [redacted: card number], thanks'],
    ['4222222222222', '[redacted: card number]'],
    ['IBAN DE89 3704 0044 0532 0130 00', 'IBAN [redacted: IBAN]'],
    ['to gb82west12345698765432.', 'to [redacted: IBAN].'],
    ['bought by CUS-12345678', 'bought by [redacted: customer id]'],
    ['bought by CUS-1234\n5678 today', 'bought by [redacted: customer id]\n today'],
    ['with c0rrect horse', 'with [redacted: secret]'],
    ['with c0rrect%20horse and c0rrect+horse', 'with [redacted: secret] and [redacted: secret]'],
  ])('%s', (text, redacted) => {
    expect(redact.text(text)).toBe(redacted)
  })

  it.each(['a', 'ab', 'abc', 'user:'])('is found in base64 after %s', (before) => {
    const encoded = Buffer.from(`${before}c0rrect horse!`).toString('base64')
    const found = redact.text(`Secret data: ${encoded}.`)
    expect(found).toContain('[redacted: secret]')
    for (let i = 0; i + 8 <= encoded.length; i++) if (i > 5) expect(found).not.toContain(encoded.slice(i, i + 8))
  })

  it('includes e-mail addresses only where the team asks for it', () => {
    expect(personal.text('alice+ops@example.co.uk asked')).toBe('[redacted: e-mail address] asked')
    expect(redact.text('alice+ops@example.co.uk asked')).toBe('alice+ops@example.co.uk asked')
  })
})

describe('what is no secret', () => {
  const hash = createHash('sha256').update('x').digest('hex')
  const { privateKey } = generateKeyPairSync('ed25519')
  const signature = sign(null, Buffer.from(hash), privateKey).toString('base64')
  it.each([
    hash,
    `plan 1 (${hash.slice(0, 8)})`,
    JSON.stringify({ hash, plan: hash.slice(0, 16), key: hash.slice(0, 32), signature }),
    randomUUID(),
    'INC-7',
    'OP-12 of INC-7',
    '<@U0ALICE> in <#C0INCIDENTS>, T012ABC/U0ALICE',
    signature,
    '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
    `registry.example/checkout@sha256:${hash}`,
    'checkout-86489cdcf-x2x9z, task-runner-5d9c7b6f4-x2x9z, sk-learn-runner-5d9c7b6f4-x2x9z',
    'firebreak_slack_messages_projection_lag_seconds_bucket',
    '2026-11-21T10:17:03.123Z 1763719020123 1763719020123456 1763719020123456789',
    '1763719020.123456',
    'resourceVersion 412345678',
    'order 4111111111111112',
    '41111111-1111-4111-8111-111111111111',
    'token 5 of Alice, token: 5',
    'token_count=17 max_tokens: 4096',
    'password authentication failed for user "app"',
    'invalid token: signature mismatch',
    'Expired token: checkout fails for all',
    'Nobody can reset their password: mails do not arrive',
    'no cookie: nothing was sent',
    'the flag --token is missing',
    'Unexpected token \'<\', "<!DOCTYPE "... is not valid JSON',
    'MountVolume.SetUp failed for volume "db-secret" : secret "db-secret" not found',
    `password: ********, token=null, secret=\${DB_SECRET}, api_key=<your key>`,
    'GET https://host:8080/@scope/pkg?x=1 took 12 ms',
    'http://vault-token:8200/v1/sys/health, http://secret:9000',
    'TOKEN_URL=https://auth.example/x password_file=/run/secrets/db token_type: bearer pass_rate=0.98',
    'api_token_requests_total=51234 password_reset_at: 2026-11-21',
    '- name: DB_PASSWORD_PROD\n  valueFrom:\n    secretKeyRef:\n      key: db_password_1\n      name: checkout',
    '{"name":"TOKEN_FILE","value":"/run/token"}',
    'the password value: too short',
    'c:\\new\\names and a|b',
    '10 20 30 4000 5000 6000 7000',
    'postgres', // a secret, and a word
    'short1', // a secret, and too short to be told from anything else
    'CUS-1234567',
  ])('stays: %s', (text) => {
    expect(redact.text(text)).toBe(text)
  })

  it('stays whatever it is: hashes, UIDs, signatures, digests, by the thousand', () => {
    for (let i = 0; i < 1_000; i++) {
      const digest = randomBytes(32).toString('hex')
      const seal = sign(null, randomBytes(8), privateKey).toString('base64')
      const commit = randomBytes(20).toString('hex')
      const text = `${digest} ${randomUUID()} ${seal} ${commit} sha256:${digest}`
      expect(redact.text(text)).toBe(text)
    }
  })
})

describe('redacting', () => {
  const fragments = fc.constantFrom(
    ...['password=', '"password": "', 'token: ', 'Authorization: Bearer ', 'Cookie: ', 'postgres://u:', '@h', '"', "'"],
    ...['https://token:', 'TOKEN_PROD=', 'password_', '_file', 'value', '"value":'],
    ...[
      'ghp_0123456789abcdefghijABCDEFGHIJ012345',
      'AKIAIOSFODNN7EXAMPLE',
      jwt,
      'eyJ',
      '.eyJ',
      '4111 1111',
      '1111 1111',
    ],
    ...[
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'MIIEabcdefgh',
      '[redacted: password]',
      '[redacted: ',
    ],
    ...[
      '\n',
      '\n\n',
      '\\n',
      ' ',
      ',',
      ';',
      '}',
      'hunter2',
      'a',
      '7',
      'CUS-1234',
      '5678',
      'DE89 3704 0044 0532 ',
      '0130 00',
    ],
  )
  it('twice is redacting once', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fragments, fc.string({ maxLength: 8 })), { maxLength: 30 }), (parts) => {
        const once = redact.text(parts.join(''))
        expect(redact.text(once)).toBe(once)
        expect(redact.value({ once })).toEqual({ once })
      }),
      { numRuns: 3_000 },
    )
  })

  it('is not fooled by a mark that somebody wrote around a secret', () => {
    expect(redact.text('[redacted: AKIAIOSFODNN7EXAMPLE]')).toBe('[redacted: [redacted: AWS key id]]')
  })

  it('follows what it learns: rules in the place of those before, secrets besides those before', () => {
    const learning = createRedactor({ emails: false, patterns: [], secrets: ['first-secret'] })
    learning.learn({ emails: true, patterns: [{ name: 'order', pattern: 'ORD-\\d+' }], secrets: ['second-secret'] })
    expect(learning.text('first-secret second-secret a@b.example ORD-1')).toBe(
      '[redacted: secret] [redacted: secret] [redacted: e-mail address] [redacted: order]',
    )
    learning.learn({ emails: false, patterns: [] })
    expect(learning.text('first-secret a@b.example ORD-1')).toBe('[redacted: secret] a@b.example ORD-1')
  })
})
