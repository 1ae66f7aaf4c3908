import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadEnvironment } from '../../src/config/environment.ts'
import { failure } from './support.ts'

const socket = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_APP_TOKEN: 'xapp-1-secret' }
const http = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5' }

const refusal = (env: Record<string, string>) => failure((async () => loadEnvironment(env))())

/** The only thing that is wrong with this environment. */
async function mistake(env: Record<string, string>) {
  const { problems } = await refusal(env)
  expect(problems).toHaveLength(1)
  return `${problems[0]?.key}: ${problems[0]?.message}`
}

describe('the environment', () => {
  it('needs only the Slack secrets', () => {
    expect(loadEnvironment(socket)).toEqual({
      slack: { botToken: 'xoxb-1-secret', apiUrl: null, delivery: { mode: 'socket', appToken: 'xapp-1-secret' } },
      port: 3000,
      database: null,
      redisUrl: null,
      configPath: 'firebreak.yml',
      dataDir: '.firebreak',
      logLevel: 'info',
      signingKey: null,
      secrets: ['xoxb-1-secret', 'xapp-1-secret'],
    })
  })

  it('is read whole', () => {
    const environment = loadEnvironment({
      ...http,
      SLACK_API_URL: 'http://127.0.0.1:4000/api',
      PORT: '8080',
      DATABASE_URL: 'postgres://bot:p%40w@db/firebreak',
      DATABASE_MIGRATE_URL: 'postgresql://owner:pw2@db/firebreak',
      REDIS_URL: 'redis://:100%25@cache:6379',
      FIREBREAK_CONFIG: '/etc/firebreak.yml',
      FIREBREAK_DATA_DIR: '/var/lib/firebreak',
      LOG_LEVEL: 'debug',
      PATH: '/usr/bin',
    })
    expect(environment).toEqual({
      slack: {
        botToken: 'xoxb-1-secret',
        apiUrl: 'http://127.0.0.1:4000/api/',
        delivery: { mode: 'http', signingSecret: http.SLACK_SIGNING_SECRET },
      },
      port: 8080,
      database: { url: 'postgres://bot:p%40w@db/firebreak', migrateUrl: 'postgresql://owner:pw2@db/firebreak' },
      redisUrl: 'redis://:100%25@cache:6379',
      configPath: '/etc/firebreak.yml',
      dataDir: '/var/lib/firebreak',
      logLevel: 'debug',
      signingKey: null,
      secrets: ['xoxb-1-secret', http.SLACK_SIGNING_SECRET, 'p%40w', 'p@w', 'pw2', '100%25', '100%'],
    })
  })

  it('chooses Socket Mode when both secrets are set', () => {
    expect(loadEnvironment({ ...http, ...socket }).slack.delivery.mode).toBe('socket')
  })

  it('takes an empty variable for one that is not set', async () => {
    expect(loadEnvironment({ ...http, SLACK_APP_TOKEN: '', PORT: '', DATABASE_URL: '' })).toEqual(loadEnvironment(http))
    expect(await mistake({ ...http, SLACK_BOT_TOKEN: '' })).toContain('SLACK_BOT_TOKEN: is missing')
  })

  it('says where in Slack each secret is found', async () => {
    const { problems } = await refusal({})
    expect(problems.map(({ key }) => key)).toEqual(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])
    expect(problems[0]?.message).toContain('under "OAuth & Permissions": Bot User OAuth Token')
    expect(problems[1]?.message).toContain('under "Basic Information", App-Level Tokens (scope connections:write)')
    expect(problems[1]?.message).toContain('under "Basic Information", App Credentials: Signing Secret')
  })

  it('recognises a token in the place of another', async () => {
    expect(await mistake({ ...socket, SLACK_BOT_TOKEN: 'xapp-1-secret' })).toContain(
      'SLACK_BOT_TOKEN: holds an app-level token, which belongs in SLACK_APP_TOKEN.',
    )
    expect(await mistake({ ...socket, SLACK_APP_TOKEN: 'xoxb-1-secret' })).toContain(
      'SLACK_APP_TOKEN: holds a bot token, which belongs in SLACK_BOT_TOKEN.',
    )
    expect(await mistake({ ...socket, SLACK_BOT_TOKEN: 'xoxp-1-secret' })).toContain('holds a user token')
    expect(await mistake({ ...http, SLACK_SIGNING_SECRET: 'xapp-1-secret' })).toContain('is not a signing secret')
  })

  it.each(['0', '1', '65535'])('accepts the port %s; 0 is any free one', (port) => {
    expect(loadEnvironment({ ...socket, PORT: port }).port).toBe(Number(port))
  })

  it.each(['65536', '-1', '0x50', '80.5', '1e3', ' 80', 'http', '８０'])('refuses the port %s', async (port) => {
    expect(await mistake({ ...socket, PORT: port })).toBe('PORT: must be a number from 0 (any free port) to 65535')
  })

  it('refuses DATABASE_MIGRATE_URL alone', async () => {
    expect(await mistake({ ...socket, DATABASE_MIGRATE_URL: 'postgres://owner@db/firebreak' })).toBe(
      'DATABASE_URL: is missing, but DATABASE_MIGRATE_URL is set; set both, or neither',
    )
  })

  it.each([
    ...[
      'redis://cache',
      'redis://cache:6379/2',
      'rediss://bot:p%40ss%2Fw@cache.example.com:6380',
      'redis://[::1]:6379',
    ],
  ])('accepts the Redis %s', (url) => {
    expect(loadEnvironment({ ...socket, REDIS_URL: url }).redisUrl).toBe(url)
  })

  it.each([
    ...[
      'cache:6379',
      'http://cache',
      'redis://',
      'redis://:hunter2@',
      'redis://:hunter/2@cache',
      'redis://:hunter#2@cache',
    ],
    ...['redis://cache/name', 'redis://:hunter%2@cache', 'redis://cache:port', 'redis://ca che'],
  ])('refuses the Redis %s, and does not repeat it', async (url) => {
    const told = await mistake({ ...socket, REDIS_URL: url })
    expect(told).toMatch(/^REDIS_URL: must be a Redis address: .*rediss:\/\/ for TLS; in a password write @ .* as %40/)
    expect(told).not.toContain('hunter')
  })

  it('takes the signing key as PEM, with its line ends or without, and as base64 of the PEM or of its DER', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const der = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    for (const FIREBREAK_SIGNING_KEY of [pem, pem.replaceAll('\n', '\\n'), btoa(pem), der]) {
      const { signingKey } = loadEnvironment({ ...http, FIREBREAK_SIGNING_KEY })
      expect(signingKey?.equals(privateKey)).toBe(true)
    }
  })

  it('says how to make a signing key when there is another kind of key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const FIREBREAK_SIGNING_KEY = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect(await mistake({ ...http, FIREBREAK_SIGNING_KEY })).toBe(
      'FIREBREAK_SIGNING_KEY: must be an Ed25519 private key in PEM (PKCS8), or base64 of that: openssl genpkey -algorithm ed25519 | base64 -w0',
    )
  })

  it('tells everything at once, and no value', async () => {
    const error = await refusal({
      SLACK_BOT_TOKEN: 'hunter2',
      SLACK_APP_TOKEN: 'hunter2',
      SLACK_SIGNING_SECRET: 'hunter2 hunter2',
      SLACK_API_URL: 'ftp://hunter2',
      PORT: 'hunter2',
      DATABASE_URL: 'mysql://bot:hunter2@db',
      DATABASE_MIGRATE_URL: 'hunter2',
      REDIS_URL: 'hunter2',
      LOG_LEVEL: 'hunter2',
      FIREBREAK_SIGNING_KEY: 'hunter2',
    })
    expect(error.code).toBe('config')
    expect(error.problems.map(({ key }) => key)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_API_URL',
      'PORT',
      'DATABASE_URL',
      'DATABASE_MIGRATE_URL',
      'REDIS_URL',
      'LOG_LEVEL',
      'FIREBREAK_SIGNING_KEY',
    ])
    expect(error.message).not.toContain('hunter2')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})
