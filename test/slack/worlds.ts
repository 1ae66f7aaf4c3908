import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createEmulator } from 'emulate'
import { stringify } from 'yaml'
import { BOT, FakeSlack } from './fake/fake-slack.ts'

/** One running Slack, whoever wrote it. */
export interface SlackWorld {
  /** Ends with `/api/`. */
  url: string
  token: string
  botUser: string
  person: string
  /** One that the bot is in. */
  channel: string
  /** One that it is not in. */
  foreignChannel?: string
  /** Posts as a person; gives the ts. */
  postAsSomebody?: (text: string) => Promise<string>
  /** A fresh trigger id. */
  trigger?: () => Promise<string>
  stop: () => Promise<void>
}

async function fake(): Promise<SlackWorld> {
  const channels = [{ id: 'C0INCIDENTS' }, { id: 'C0FOREIGN', members: ['U0ALICE'] }]
  const slack = await FakeSlack.start({ mode: 'socket', channels })
  const person = 'U0ALICE'
  return {
    url: slack.apiUrl,
    token: slack.botToken,
    botUser: BOT.user_id,
    person,
    channel: 'C0INCIDENTS',
    foreignChannel: 'C0FOREIGN',
    postAsSomebody: async (text) => (await slack.say({ user: person, channel: 'C0INCIDENTS', text })).ts,
    trigger: async () => (await slack.command({ user: person, channel: 'C0INCIDENTS', command: '/x' })).trigger_id,
    stop: () => slack.stop(),
  }
}

/** vercel-labs/emulate, in this process. */
async function emulate(): Promise<SlackWorld> {
  const app = { app_id: 'A0FIREBREAK', client_id: '1.1', client_secret: 'secret', name: 'Firebreak', redirect_uris: [] }
  const [token, personsToken] = ['xoxb-contract', 'xoxp-contract']
  const slack = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: {
      slack: {
        users: [{ name: 'firebreak' }, { name: 'alice', real_name: 'Alice', profile: { tz: 'Europe/Berlin' } }],
        channels: [{ name: 'incidents' }],
        oauth_apps: [{ ...app, scopes: [], user_scopes: [] }],
        tokens: [
          { token, type: 'bot', user: 'firebreak', app_id: app.app_id },
          { token: personsToken, type: 'user', user: 'alice' },
        ],
      },
    },
  })
  const url = `${slack.url}/api/`
  // biome-ignore lint/suspicious/noExplicitAny: a foreign program's answers
  const call = async (method: string, args: object, as = token): Promise<any> => {
    const headers = { authorization: `Bearer ${as}`, 'content-type': 'application/json' }
    return (await fetch(url + method, { method: 'POST', headers, body: JSON.stringify(args) })).json()
  }
  const ids = (list: { name: string; id: string }[], name: string) => String(list.find((one) => one.name === name)?.id)
  const { members } = await call('users.list', {})
  const { channels } = await call('conversations.list', {})
  const [person, channel] = [ids(members, 'alice'), ids(channels, 'incidents')]
  const foreign = await call('conversations.create', { name: 'foreign' }, personsToken)
  return {
    url,
    token,
    botUser: ids(members, 'firebreak'),
    person,
    channel,
    foreignChannel: foreign.channel?.id,
    postAsSomebody: async (text) => (await call('chat.postMessage', { channel, text }, personsToken)).ts,
    trigger: async () => (await call('views.generateTriggerId', { user_id: person })).trigger_id,
    stop: () => slack.close(),
  }
}

const LOCAL_SLACK = binaryOf('local-slack-linux-x64')

/** parvalabs/local-slack, a program of its own: the Slack that the demo runs on. */
async function localSlack(): Promise<SlackWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-contract-'))
  const config = {
    app: { botUserId: 'U0BOT', botToken: 'xoxb-contract', appToken: 'xapp-contract' },
    users: [{ id: 'U0ALICE', name: 'alice', real_name: 'Alice' }],
    channels: [{ id: 'C0INCIDENTS', name: 'incidents', members: ['U0ALICE', 'U0BOT'] }],
  }
  await writeFile(join(folder, 'slack.yaml'), stringify(config))
  const port = await freePort()
  const args = ['--config', join(folder, 'slack.yaml'), '--port', String(port)]
  const child: ChildProcess = spawn(String(LOCAL_SLACK), args, { stdio: 'ignore', cwd: folder })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/api/`
  await answering(`${url}auth.test`).catch((error) => {
    child.kill()
    throw error
  })
  const say = (text: string) =>
    fetch(`http://127.0.0.1:${port}/_control/message`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'C0INCIDENTS', user: 'U0ALICE', text }),
    })
  return {
    url,
    token: 'xoxb-contract',
    botUser: 'U0BOT',
    person: 'U0ALICE',
    channel: 'C0INCIDENTS',
    postAsSomebody: async (text) => ((await (await say(text)).json()) as { message: { ts: string } }).message.ts,
    stop: async () => {
      child.kill()
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answering(url: string) {
  for (let left = 200; left > 0; left -= 1) {
    const up = await fetch(url, { method: 'POST' }).catch(() => undefined)
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers at ${url}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as import('node:net').AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** An optional package: its binary exists for one platform only. */
function binaryOf(name: string): string | undefined {
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'local-slack')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

interface World {
  name: string
  start: () => Promise<SlackWorld>
  /** Assertions that this program fails though Slack would pass them, each with what it does instead. */
  lacks: Record<string, string>
}

const all: World[] = [
  { name: 'the strict fake', start: fake, lacks: {} },
  {
    name: 'emulate',
    start: emulate,
    lacks: {
      'a call without a token is not_authed, one with a wrong token is invalid_auth': 'takes any token',
      'a channel that the bot is not in is not_in_channel': 'a bot may post to every public channel',
      'the history keeps to its bounds, which are out unless inclusive': 'knows no bounds',
      'replies of an unknown thread are thread_not_found': 'gives an empty list',
      'metadata comes back, but only where it is asked for': 'always gives it',
      'users.info gives a profile and a time zone': 'knows no time zones',
    },
  },
  {
    name: 'local-slack',
    start: localSlack,
    lacks: {
      'a call without a token is not_authed, one with a wrong token is invalid_auth': 'asks for no token',
      'a message needs text, blocks or attachments': 'takes an empty one',
      'a channel that the bot is not in is not_in_channel': 'knows no membership',
      "an update of somebody else's message is cant_update_message": 'updates it',
      'the history keeps to its bounds, which are out unless inclusive': 'knows no bounds',
      'replies of an unknown thread are thread_not_found': 'gives an empty list',
      'metadata comes back, but only where it is asked for': 'drops it',
      'an ephemeral message gives a message_ts and stays out of the history': 'keeps it in the history',
      'a reaction is added once': 'takes it twice',
      'a trigger opens one modal and no second one': 'gives triggers only with commands and clicks',
      'an update of a view that changed meanwhile is hash_conflict': 'gives triggers only with commands and clicks',
    },
  },
]

export const worlds = all.filter(({ name }) => name !== 'local-slack' || LOCAL_SLACK)
