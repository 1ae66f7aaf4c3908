import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { examine } from '../../src/cli/doctor/examine.ts'
import { freePort } from '../../src/demo/port.ts'
import { type Playground, startPlayground } from '../../src/playground/playground.ts'
import { SCOPES } from '../../src/slack/scopes.ts'
import { withClient } from '../../src/storage/connection.ts'
import { FakeSlack, type FakeSlackOptions } from '../slack/fake/fake-slack.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/database.ts'
import { startBot } from '../support/firebreak.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'
import { firebreak } from './program.ts'

const SIGNING_KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ALL = SCOPES.map(({ name }) => name)
const CONFIG = `
slack: { incidents_channel: "#incidents-critical", alerts_channel: C0ALERTS }
roles:
  operator: { users: [U0ALICE] }
  approver: { users: [U0BOB], user_groups: [S0SRE] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: "\${KUBECONFIG}" }
services:
  checkout: { owners: [approver], target: prod }
`

let folder: string
let playground: Playground
let database: TestDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-doctor-'))
  playground = await startPlayground({ podReadyMs: 50 })
  for (const account of ['bot', 'viewer'] as const) await playground.kubeconfig(join(folder, account), account)
  database = await testDatabase()
})
afterAll(async () => {
  await Promise.all([playground.close(), database.drop()])
  await rm(folder, { recursive: true })
})

const environment = async (slack: FakeSlack, over: Record<string, string>, config: string) => {
  await writeFile(join(folder, 'firebreak.yml'), config)
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    DATABASE_URL: database.url,
    DATABASE_MIGRATE_URL: database.migrateUrl,
    FIREBREAK_CONFIG: join(folder, 'firebreak.yml'),
    FIREBREAK_DATA_DIR: join(folder, 'data'),
    KUBECONFIG: join(folder, 'bot'),
    ...over,
  }
}

/** What it tells, as it is shown, in this process: programs take long to start. */
async function look(slack: FakeSlack, over: Record<string, string> = {}, config = CONFIG): Promise<string[]> {
  const env = await environment(slack, over, config)
  const lines: string[] = []
  for await (const { mark, about, text } of examine(env)) lines.push(`${MARKS[mark]} ${about}: ${text}`)
  await expectNoSecret(lines.join('\n'), slack, env)
  return lines
}

const MARKS = { right: '✓', wrong: '✗', note: '–' }

async function expectNoSecret(said: string, slack: FakeSlack, env: Record<string, string>) {
  const tokens = await Promise.all(['bot', 'viewer'].map(async (name) => tokenIn(join(folder, name))))
  const passwords = [env.DATABASE_URL, env.DATABASE_MIGRATE_URL, env.REDIS_URL].flatMap((url) =>
    url ? new URL(url).password : [],
  )
  const secrets = [slack.botToken, slack.signingSecret, env.SLACK_APP_TOKEN, env.FIREBREAK_SIGNING_KEY]
  for (const secret of [...secrets, ...tokens, ...passwords]) if (secret) expect(said).not.toContain(secret)
}

const tokenIn = async (kubeconfig: string) => /token: (\S+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1]

/** The lines about something, without saying so. */
const about = (lines: string[], what: string) =>
  lines.flatMap((line) => (line.slice(2).startsWith(`${what}: `) ? [`${line[0]} ${line.slice(what.length + 4)}`] : []))

/** What is another one in each run: ports, paths, databases, versions, keys. */
const normal = (text: string) =>
  text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/\/\S*firebreak-(bot|doctor)-\w+/g, 'FOLDER')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/test_[\da-f]{32}/g, 'DATABASE')
    .replaceAll(/PostgreSQL [\d.]+/g, 'PostgreSQL VERSION')
    .replaceAll(/all \d+ migrations/g, 'all migrations')
    .replaceAll(/[\da-f]{32}/g, 'KEY')

async function withSlack<T>(options: Partial<FakeSlackOptions>, use: (slack: FakeSlack) => Promise<T>): Promise<T> {
  const slack = await FakeSlack.start({ mode: 'http', scopes: ALL, ...options })
  try {
    return await use(slack)
  } finally {
    await slack.stop()
  }
}

describe('firebreak doctor', () => {
  it('tells in a line each what is well, beside a bot that runs', async () => {
    const bot = await startBot({
      mode: 'socket',
      config: (text) => text.replace('C0INCIDENTS', '"#incidents-critical"'),
    })
    const env = { ...bot.env, FIREBREAK_URL: bot.url(), FIREBREAK_SIGNING_KEY: SIGNING_KEY }
    const { code, stdout, stderr } = await firebreak(['doctor'], env)
    await bot.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await expect(normal(stdout)).toMatchFileSnapshot('golden/doctor-well.txt')
  })

  it('tells everything that is wrong, and what would be right', async () => {
    const closed = `127.0.0.1:${await freePort()}`
    await writeFile(
      join(folder, 'closed'),
      (await readFile(join(folder, 'bot'), 'utf8')).replace(/127\.0\.0\.1:\d+/, closed),
    )
    const config = CONFIG.replace('C0ALERTS', '"#alarms"')
      .replace('[S0SRE]', '[S0SRE, S0GONE]')
      .replace(
        'services:',
        `  away: { kind: kubernetes, environment: staging, namespace: microservices, kubeconfig: ${join(folder, 'closed')} }
  gone: { kind: kubernetes, environment: staging, namespace: microservices, kubeconfig: /nowhere/kubeconfig }
services:`,
      )
    const options: Partial<FakeSlackOptions> = {
      mode: 'socket',
      scopes: [...ALL.filter((name) => !['chat:write', 'im:write', 'channels:manage'].includes(name)), 'team:read'],
      channels: [
        { id: 'C0INCIDENTS', name: 'incidents-critical', members: ['U0ALICE'], is_ext_shared: true },
        { id: 'C0ALERTS', name: 'alerts' },
      ],
      userGroups: [{ id: 'S0SRE', users: [] }],
    }
    const over = {
      SLACK_APP_TOKEN: 'xapp-1-of-another-app',
      DATABASE_URL: database.migrateUrl,
      REDIS_URL: `redis://:a-password@${closed}`,
      PORT: 'eighty',
      FIREBREAK_SIGNING_KEY: 'c2VjcmV0LWJ1dC1ubyBrZXk=',
      FIREBREAK_URL: `http://${closed}`,
      KUBECONFIG: join(folder, 'viewer'),
    }
    const { code, stdout, stderr } = await withSlack(options, async (slack) => {
      const env = await environment(slack, over, config)
      const ended = await firebreak(['doctor'], env)
      await expectNoSecret(`${ended.stdout}${ended.stderr}`, slack, env)
      return ended
    })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    await expect(normal(stdout)).toMatchFileSnapshot('golden/doctor-ill.txt')
  })

  it('gives the same to a program with --json', async () => {
    await withSlack({ scopes: ALL.filter((name) => name !== 'chat:write') }, async (slack) => {
      const env = await environment(slack, {}, CONFIG)
      const { code, stdout } = await firebreak(['doctor', '--json'], env)
      const { ok, findings } = JSON.parse(stdout)
      expect({ code, ok }).toEqual({ code: 1, ok: false })
      expect(findings).toContainEqual({ mark: 'wrong', about: 'scopes', text: expect.stringMatching(/^chat:write is/) })
      expect(findings).toContainEqual({ mark: 'right', about: 'target prod', text: expect.stringMatching(/6 rights$/) })
    })
  })

  it('changes nothing: it only reads, and makes no folder', async () => {
    const readOnly = await testDatabase()
    const name = new URL(readOnly.url).pathname.slice(1)
    await withClient(readOnly.migrateUrl, (client) =>
      client.query(`alter database ${name} set default_transaction_read_only = on`),
    )
    const asked = await withSlack({ mode: 'socket' }, async (slack) => {
      const over = { DATABASE_URL: readOnly.url, DATABASE_MIGRATE_URL: readOnly.migrateUrl }
      const lines = await look(slack, { ...over, SLACK_APP_TOKEN: slack.appToken })
      expect(lines.filter((line) => line.startsWith('✗'))).toEqual([])
      slack.assertClean()
      return slack.calls.map(({ method }) => method)
    })
    await readOnly.drop()
    const reads = ['auth.test', 'apps.connections.open', 'conversations.info', 'usergroups.users.list']
    expect([...new Set(asked)].sort()).toEqual([...reads, 'users.conversations'].sort())
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it('takes no arguments', async () => {
    expect(await firebreak(['doctor', 'now'], {})).toEqual({ code: 2, stdout: '', stderr: 'Usage: firebreak doctor\n' })
  })
})

describe('what fails hides nothing else', () => {
  it('a Slack that refuses the token: the rest of Slack is not looked at, database and targets are', async () => {
    const lines = await withSlack({}, (slack) => look(slack, { SLACK_BOT_TOKEN: 'xoxb-of-another-workspace' }))
    expect(about(lines, 'Slack')).toEqual(['✗ SLACK_BOT_TOKEN: the token is not valid for this workspace'])
    expect(about(lines, 'incidents channel')).toEqual(['– not looked at: Slack has to take SLACK_BOT_TOKEN first'])
    expect(about(lines, 'database')[0]).toMatch(/^✓ PostgreSQL/)
    expect(about(lines, 'target prod')[0]).toMatch(/^✓ Kubernetes/)
  })

  it('a Slack that is away, or hangs', async () => {
    await withSlack({}, async (slack) => {
      slack.fail('*', { status: 503 })
      expect(about(await look(slack), 'Slack')[0]).toMatch(/^✗ SLACK_BOT_TOKEN: Slack can’t be reached \(.*503/)
      slack.recover()
      slack.fail('conversations.info', { hang: true })
      const lines = await look(slack)
      expect(about(lines, 'alerts channel')[0]).toMatch(/^✗ Slack can’t be reached \(.*timeout/)
      expect(about(lines, 'Slack')[0]).toMatch(/^✓/)
    })
  })

  it('a configuration that can’t be used: all its mistakes, and what the environment alone names', async () => {
    const broken = CONFIG.replace('target: prod', 'traget: prod').replace('C0ALERTS', 'alerts')
    const lines = await withSlack({}, (slack) => look(slack, {}, broken))
    expect(about(lines, 'configuration')).toEqual([
      expect.stringMatching(/^✗ .*:2:\d+ {2}slack\.alerts_channel: must be a channel's name/),
      expect.stringMatching(/^✗ .*:9:\d+ {2}services\.checkout\.traget: unknown key; did you mean "target"\?$/),
    ])
    expect(about(lines, 'Slack')[0]).toMatch(/^✓/)
    expect(about(lines, 'database')[0]).toMatch(/^✓/)
    expect(about(lines, 'targets')).toEqual(['– not looked at: the configuration can’t be used'])
  })

  it('an address of the bot that is none', async () => {
    const lines = await withSlack({}, (slack) => look(slack, { FIREBREAK_URL: 'firebreak' }))
    expect(about(lines, 'running bot')).toEqual([
      '✗ FIREBREAK_URL must be an http or https address, such as https://firebreak.example.com',
    ])
  })
})

describe('the database', () => {
  let slack: FakeSlack
  let fresh: TestDatabase
  beforeAll(async () => {
    slack = await FakeSlack.start({ mode: 'http', scopes: ALL })
  })
  afterAll(() => slack.stop())
  beforeEach(async () => {
    fresh = await testDatabase()
    return fresh.drop
  })
  const judged = async (url = fresh.url, migrateUrl = fresh.migrateUrl) =>
    about(await look(slack, { DATABASE_URL: url, DATABASE_MIGRATE_URL: migrateUrl }), 'database')
  const owner = (sql: string) => withClient(fresh.migrateUrl, (client) => client.query(sql))
  const [first, ...later] = Object.keys(migrations(''))
  const THERE = expect.stringMatching(/^✓ PostgreSQL \d/)
  const SAFE =
    '✓ the bot, as firebreak_bot, whose tables belong to firebreak_owner, adds to the timeline and can’t change it'

  it('without tables is as good as any: the bot makes them', async () => {
    const empty = await emptyDatabase()
    expect(await judged(empty.url, empty.migrateUrl)).toEqual([
      THERE,
      '– it has no tables yet: the bot makes them at its start',
      '– whether the bot could rewrite the timeline shows once there are tables',
    ])
    await empty.drop()
  })

  it('lacks migrations, is ahead, or is another release’s', async () => {
    await owner(`delete from kysely_migration where name <> '${first}'`)
    expect(await judged()).toEqual([THERE, `– not run yet: ${later.join(', ')}. The bot does that at its start`, SAFE])
    await owner(`insert into kysely_migration values ('9999-later', 'now'), ${later.map((n) => `('${n}', 'now')`)}`)
    expect((await judged())[1]).toBe('– it is ahead of this release, which goes on with it: 9999-later')
    await owner(`delete from kysely_migration where name = '${first}'`)
    expect((await judged())[1]).toMatch(
      /^✗ it has run migrations that this release does not know: 9999-later\. Start the/,
    )
  })

  it('lets the bot rewrite the timeline: a choice without DATABASE_MIGRATE_URL, a fault with it', async () => {
    await owner('grant update on timeline to firebreak_bot')
    expect((await judged())[2]).toMatch(
      /^✗ the bot’s role firebreak_bot could rewrite the timeline: it must neither own/,
    )
    await owner('revoke update on timeline from firebreak_bot')
    expect((await judged(fresh.migrateUrl, ''))[2]).toMatch(
      /^– the bot, as firebreak_owner, could rewrite the timeline: with DATABASE_MIGRATE_URL, of another role/,
    )
  })

  it('is two', async () => {
    expect((await judged(fresh.url, database.migrateUrl))[2]).toBe(
      '✗ DATABASE_URL and DATABASE_MIGRATE_URL lead to two databases: they must name the same one',
    )
  })

  it('refuses the password, or is away', async () => {
    expect(await judged(fresh.url.replace(/:[^:@]*@/, ':wrong-password@'))).toEqual([
      expect.stringMatching(/^✗ DATABASE_URL .*Check the password of firebreak_bot/),
    ])
    expect(await judged(`postgres://firebreak:a-password@127.0.0.1:${await freePort()}/ledger`, '')).toEqual([
      expect.stringMatching(/^✗ DATABASE_URL \(firebreak@127.*: no Postgres answers there \(.*ECONNREFUSED/),
    ])
  })

  it('is where the bot makes changes, as far as its name tells', async () => {
    expect((await judged('postgres://firebreak@ledger.microservices.svc/ledger', '')).at(-1)).toBe(
      '– it is in the namespace that target prod names: keep it elsewhere than what the bot repairs',
    )
  })

  it('is the embedded one, which is left alone', async () => {
    expect(await judged('', '')).toEqual([
      `– the embedded Postgres in ${join(folder, 'data')}, which only a bot starts: for trying things`,
    ])
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })
})

describeWithRedis('the Redis', () => {
  it('tells its version, or refuses the password', async () => {
    const redis = await startRedis('--requirepass', 'a-password')
    await withSlack({}, async (slack) => {
      const judged = async (url: string) => about(await look(slack, { REDIS_URL: url }), 'Redis')
      expect(await judged(redis.url)).toEqual([expect.stringMatching(/^✓ \d+\.\d+\.\d+, 127\.0\.0\.1:\d+$/)])
      expect(await judged(redis.url.replace('a-password', 'another-one'))).toEqual([
        expect.stringMatching(/^✗ 127.*WRONGPASS.*Are REDIS_URL, its password/),
      ])
    })
    await redis.close()
  })
})
