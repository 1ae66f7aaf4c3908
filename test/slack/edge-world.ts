import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Gesture, nothing, say } from '../../commands/command.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createHttpServer } from '../../src/http/server.ts'
import type { Person } from '../../src/identity/person.ts'
import { createConversation } from '../../src/incidents/conversation/conversation.ts'
import { createSlackApp } from '../../src/slack/app.ts'
import { createChannels } from '../../src/slack/channels.ts'
import { createChecks } from '../../src/slack/checks.ts'
import { createClients } from '../../src/slack/clients.ts'
import { createDirectory } from '../../src/slack/directory.ts'
import type { Doors, SubmittedModal } from '../../src/slack/doors.ts'
import { createWorkspace } from '../../src/slack/workspace.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import type { Log } from '../../src/storage/log.ts'
import { reasons } from '../../src/timeline/because.ts'
import { createLedger } from '../../src/timeline/ledger.ts'
import { testDatabase } from '../support/database.ts'
import { FakeSlack, type FakeSlackOptions } from './fake/fake-slack.ts'

export const ROOM = 'C0INCIDENTS'
export const asAlice = { user: 'U0ALICE', channel: ROOM }

/** What the doors were asked, in order. */
interface Asked {
  door: 'runLine' | 'runMention' | 'shortcut' | 'press' | 'submit'
  what: string | { id: string; value: string } | SubmittedModal
  gesture: Gesture
}

/** What Slack told by itself: of a person, or of a group and who left it. */
type News = Person | { group: string; left: string[] | 'all' }

type Reply = (asked: Asked) => Promise<Answer | { errors: Record<string, string> }>

/** Slack's edge on a fake Slack and a real database; the commands behind it are the test's. */
export async function edgeWorld(
  mode: 'http' | 'socket',
  options: Partial<FakeSlackOptions> & {
    databaseUrl?: string | ((own: string) => Promise<string>)
    everyMs?: number
    apiUrl?: (own: string) => Promise<string>
    before?: (slack: FakeSlack) => void
  } = {},
) {
  const slack = await FakeSlack.start({ mode, ...options })
  const database = await testDatabase()
  const { databaseUrl = database.url } = options
  const url = typeof databaseUrl === 'string' ? databaseUrl : await databaseUrl(database.url)
  const opened = openDatabase(url, { log: keptLines().log })
  const edge = startEdge(slack, opened, { ...options, mode, apiUrl: await options.apiUrl?.(slack.apiUrl) })
  const port = await edge.http.start()
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`)
  options.before?.(slack)
  edge.app.start()
  if (!options.apiUrl && !options.before) await slack.until(() => edge.app.state().connected)
  return {
    ...edge,
    ...{ slack, port, database, db: opened.db },
    /** What this person was told last. */
    told: (user = 'U0ALICE') => slack.until(() => slack.ephemerals(user).at(-1)),
    async stop() {
      await edge.http.stop()
      await edge.app.stop()
      await opened.close()
      await database.drop()
      await slack.stop()
    },
  }
}

export type EdgeWorld = Awaited<ReturnType<typeof edgeWorld>>

function startEdge(
  slack: FakeSlack,
  { db }: Database,
  options: { mode: 'http' | 'socket'; apiUrl: string | undefined; everyMs?: number },
) {
  const { mode, apiUrl = slack.apiUrl, everyMs } = options
  const { lines, log } = keptLines()
  const metrics = createMetrics()
  const clients = createClients({ token: slack.botToken, apiUrl, log, metrics })
  const workspace = createWorkspace(clients.interactive, { room: () => ROOM, log })
  const directory = createDirectory(clients.interactive, { workspace, log })
  const person = async (account: string) => (await directory.person(account)).value
  const identity = { whose: person, person }
  const channels = createChannels(clients.interactive, { workspace, room: () => ROOM, log })
  const news: News[] = []
  const heard = {
    heardOfPerson: async (person: Person) => void news.push(person),
    heardOfGroup: async (group: string, left: string[] | 'all') => void news.push({ group, left }),
  }
  const { asked, doors, reply } = stubDoors()
  const homes: { team: string; user: string }[] = []
  const app = createSlackApp({
    ...{ apiUrl, clients, workspace, identity, directory: heard, channels, doors, db, metrics, log },
    ...(everyMs && { everyMs }),
    delivery: mode === 'http' ? { mode, signingSecret: slack.signingSecret } : { mode, appToken: slack.appToken },
    conversation: createConversation(db, createLedger(db)),
    emoji: () => ({ event: ['pushpin'], task: ['white_check_mark'], 'follow-up': ['repeat'] }),
    names: { incident: '/incident', ops: '/ops' },
    homes: { opened: (account) => void homes.push(account) },
    checks: createChecks({ strict: true, repaired: metrics.repaired }),
  })
  const health = async () => ({ database: true, listener: true, slack: app.state(), redis: {} })
  const http = createHttpServer({ port: 0, slack: app.handle, health, metrics: metrics.registry })
  return { app, http, asked, reply, lines, metrics, channels, news, homes }
}

function stubDoors() {
  const asked: Asked[] = []
  let answering: Reply = async () => nothing
  const ask = async (one: Asked) => {
    asked.push(one)
    return await answering(one)
  }
  const doors: Doors = {
    runLine: (root, text, gesture) => ask({ door: 'runLine', what: `${root} ${text}`, gesture }) as Promise<Answer>,
    runMention: (text, gesture) => ask({ door: 'runMention', what: text, gesture }) as Promise<Answer>,
    shortcut: (id, message, gesture) =>
      ask({ door: 'shortcut', what: `${id} ${message?.text ?? ''}`, gesture }) as Promise<Answer>,
    press: (action, gesture) => ask({ door: 'press', what: action, gesture }) as Promise<Answer>,
    submit: (modal, gesture) => ask({ door: 'submit', what: modal, gesture }),
    actionIds: ['change.approve', 'choose'],
    callbackIds: ['incident.open'],
  }
  /** What the commands answer from now on. */
  const reply = (answer: Answer | Reply) => {
    answering = typeof answer === 'function' ? answer : async () => answer
  }
  return { asked, doors, reply }
}

export interface Line {
  level: string
  message: string
  [field: string]: unknown
}

function keptLines(): { lines: Line[]; log: Log } {
  const lines: Line[] = []
  const keep = (level: string) => (fields: object, message: string) =>
    void lines.push({ ...reasons(), ...fields, level, message })
  return { lines, log: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') } }
}

export const afterMs = async (ms: number, answer: Answer = say('done')) => {
  await sleep(ms)
  return answer
}

export const aModal = {
  callbackId: 'incident.open',
  title: 'Open an incident',
  submit: 'Open',
  blocks: [
    {
      type: 'input',
      block_id: 'title',
      label: { type: 'plain_text', text: 'What is wrong?' },
      element: { type: 'plain_text_input', action_id: 'title' },
    },
  ],
  metadata: 'P1',
}
