import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadEnvironment, passwordsIn, VARIABLES } from '../../src/config/environment.ts'
import { withClient } from '../../src/storage/connection.ts'
import { type Scene, setScene } from '../process/scene.ts'
import { type BarePostgres, hasPsql, startBarePostgres } from './postgres.ts'

const DEPLOY = join(import.meta.dirname, '../../deploy')
const text = readFileSync(join(DEPLOY, 'compose.yml'), 'utf8')
const { services } = parse(text)

const env = {
  SLACK_BOT_TOKEN: 'xoxb-1-secret-of-the-bot',
  SLACK_APP_TOKEN: 'xapp-1-secret-of-the-app',
  FIREBREAK_SIGNING_KEY: Buffer.from(
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  ).toString('base64'),
  POSTGRES_PASSWORD: 'secret-of-the-superuser',
  FIREBREAK_OWNER_PASSWORD: '0wner5ecret0fth1rtychar5',
  FIREBREAK_BOT_PASSWORD: 'b0t5ecretwh1ch15an0ther',
}
/** What a container of this service gets as its environment, when .env says `env`. */
const environmentOf = (service: string): Record<string, string> =>
  parse(
    JSON.stringify(services[service].environment).replaceAll(/\$\{(\w+):(?:\?|-(\w+))\}/g, (_, name, otherwise) =>
      String({ ...env }[name as string] ?? otherwise),
    ),
  )

describe('compose.yml', () => {
  it('gives the bot no variable that it doesn’t know', () => {
    const example = readFileSync(join(DEPLOY, '../firebreak.example.yml'), 'utf8')
    const named = [...example.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    const unknown = Object.keys(services.bot.environment).filter((name) => ![...VARIABLES, ...named].includes(name))
    expect(unknown).toEqual([])
  })

  it('gives it all that two bots need: Socket Mode, both roles, Redis, one signing key', () => {
    expect(loadEnvironment(environmentOf('bot'))).toMatchObject({
      slack: { delivery: { mode: 'socket' } },
      database: { url: expect.any(String), migrateUrl: expect.any(String) },
      redisUrl: expect.any(String),
      signingKey: expect.objectContaining({ asymmetricKeyType: 'ed25519' }),
    })
  })

  it('holds no secret and has no default for one: all are asked for in .env.example', () => {
    const values = Object.values<{ environment?: Record<string, string> }>(services).flatMap(({ environment = {} }) =>
      Object.values(environment),
    )
    const required = values.flatMap((value) => [...value.matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => name))
    const asked = readFileSync(join(DEPLOY, '.env.example'), 'utf8').match(/^\w+=.*$/gm)
    expect(asked?.toSorted()).toEqual([...new Set(required)].map((name) => `${name}=`).toSorted())
    expect(Object.keys(env).toSorted()).toEqual([...new Set(required)].toSorted())

    const passwords = [...passwordsIn(...values), services.postgres.environment.POSTGRES_PASSWORD]
    expect(passwords.filter((password) => !/^\$\{\w+:\?\}$/.test(password))).toEqual([])
    expect(passwords).toHaveLength(3)
  })

  it('names the release of each image', () => {
    const images = Object.values<{ image: string }>(services).map(({ image }) => image)
    expect(images.filter((image) => !/:\d+\.\d+/.test(image))).toEqual([])
  })
})

const missing = hasPsql ? '' : 'psql (Debian’s package postgresql-client)'
if (missing) console.warn(`The database of compose.yml is not tested: there is no ${missing}`)

it.runIf(process.env.CI === 'true')('finds what it needs in CI', () => {
  expect(missing).toBe('')
})

describe.skipIf(missing !== '')('the database that postgres.sql makes', { timeout: 60_000 }, () => {
  const sql = join(DEPLOY, 'postgres.sql')
  let postgres: BarePostgres
  let scene: Scene
  let urls: { DATABASE_URL: string; DATABASE_MIGRATE_URL: string }
  beforeAll(async () => {
    postgres = await startBarePostgres()
    scene = await setScene('socket')
    const at = (url = '') => url.replace('postgres:5432', postgres.host)
    const { DATABASE_URL, DATABASE_MIGRATE_URL } = environmentOf('bot')
    urls = { DATABASE_URL: at(DATABASE_URL), DATABASE_MIGRATE_URL: at(DATABASE_MIGRATE_URL) }
    scene.secrets.push(env.FIREBREAK_OWNER_PASSWORD, env.FIREBREAK_BOT_PASSWORD)
  })
  afterAll(() => scene.close())
  afterAll(() => postgres.close())

  it('is not made without passwords', () => {
    expect(() => postgres.psql(sql, {})).toThrow('syntax error at or near ":"')
  })

  it('takes the bot’s tables and its work at the addresses that the bots get', async () => {
    postgres.psql(sql, environmentOf('postgres'))
    const bot = await scene.start(urls)
    expect(bot.log().map(({ msg }) => msg)).not.toContain(
      'DATABASE_URL and DATABASE_MIGRATE_URL have one role: it could rewrite the timeline',
    )
    await scene.open()
    expect((await bot.end('SIGTERM')).code).toBe(0)
  })

  it.each([
    `update timeline set actor = 'T0FAKE/U0MALLORY'`,
    'delete from timeline',
    'truncate timeline cascade',
    `update payloads set body = '{}'`,
    'delete from payloads',
    'alter table timeline disable trigger all',
    'alter table timeline owner to firebreak_bot',
    'drop table timeline cascade',
    'create table timeline2 (chain text)',
    'create function public.erase_payload() returns int language sql as $$ select 1 $$',
    'set role firebreak_owner',
    `alter role firebreak_owner password 'mine'`,
    'create role mallory superuser',
  ])('lets the bot’s role not: %s', async (statement) => {
    const refusal = withClient(urls.DATABASE_URL, (client) => client.query(statement))
    await expect(refusal).rejects.toMatchObject({ code: '42501' }) // insufficient_privilege
  })

  it('lets it add and read, and has its entries', async () => {
    const { rows } = await withClient(urls.DATABASE_URL, (client) =>
      client.query(`select type from timeline where chain = 'INC-1' order by seq`),
    )
    expect(rows[0]).toEqual({ type: 'incident.opened' })
  })

  it('is closed to everybody else', async () => {
    const { rows } = await withClient(urls.DATABASE_MIGRATE_URL, (client) =>
      client.query(`select has_database_privilege('public', 'firebreak', 'connect, temporary') as open`),
    )
    expect(rows).toEqual([{ open: false }])
  })
})
