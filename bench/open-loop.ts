import { subscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../src/storage/schema.ts'
import { startBot } from './bot.ts'
import { createCommands, type Known, type Typed } from './commands.ts'

/** Commands a second. */
export const RATE = 50
/** These first seconds, in which Node compiles what it runs, are not measured. */
const WARM_UP_S = 10
/** So many incidents are there when it begins, and somebody is on all of them but two. */
const PREPARED = 12
const ROOM = 'C0INCIDENTS'
/** Enough for nobody to send more than a person may. */
const PEOPLE = ['U0ALICE', 'U0BOB', ...Array.from({ length: 78 }, (_, n) => `U0PERSON${n}`)]

export type Bot = Awaited<ReturnType<typeof startBot>>
type Gesture = Awaited<ReturnType<Bot['slack']['command']>>

/** A command that was sent. */
interface Sent {
  typed: Typed
  /** When it had to be sent, and after how many ms it was acknowledged. */
  due: number
  acknowledged: number
  gesture: Gesture
}

export interface Told {
  sent: number
  /** Milliseconds since a command had to be sent, whether it could be or not. */
  acknowledged: number[]
  answered: number[]
  lost: string[]
  doubled: string[]
  /** How many rows Postgres read for each. */
  rows: number
}

export type Load = Awaited<ReturnType<typeof createLoad>>

/** When the bot gave its answer to a gesture, by the path of its `response_url`. */
const answers = new Map<string, number>()
subscribe('http.server.request.start', (message) => {
  const { url = '' } = (message as { request: IncomingMessage }).request
  if (url.startsWith('/response/') && !answers.has(url)) answers.set(url, performance.now())
})
const answeredAt = ({ delivery }: Gesture) => answers.get(new URL(String(delivery.payload.response_url)).pathname)

/** A bot that keeps to Slack's rates, `prepare`d, and people who send it commands. */
export async function createLoad(prepare: (bot: Bot) => Promise<unknown> = async () => {}) {
  const bot = await startBot({ people: PEOPLE })
  const { slack, db } = bot
  let people = 0
  await prepare(bot)
  const known: Known = { acknowledged: [], unacknowledged: [], newest: 0 }
  for (let n = 0; n < PREPARED; n++) {
    await opened(await type({ command: '/incident', text: 'open P1 "Prepared"', records: null }))
  }
  while (known.unacknowledged.length > 2) {
    const id = known.unacknowledged.shift() as number
    const ack = await type({ command: '/incident', text: `ack INC-${id}`, records: null })
    await slack.until(() => answeredAt(ack))
    known.acknowledged.push(id)
  }
  await shown(db)
  const next = createCommands(known)
  let ended = 0
  await run(WARM_UP_S)
  return { run, settled }

  function type({ command, text }: Typed): Promise<Gesture> {
    people += 1
    return slack.command({ user: PEOPLE[people % PEOPLE.length] as string, channel: ROOM, command, text })
  }

  async function opened(gesture: Gesture) {
    const answer = await slack.until(() => gesture.responses[0])
    known.newest = Number(/INC-(\d+)/.exec(String(answer.text))?.[1])
    known.unacknowledged.push(known.newest)
  }

  /** Sends them at their times, without waiting for an answer. */
  async function run(seconds: number): Promise<Told> {
    const since = new Date()
    const before = await rowsRead(db)
    const sent: Sent[] = []
    const sending: Promise<unknown>[] = []
    let note: Gesture | null = null
    async function send(typed: Typed | 'again', due: number) {
      if (typed === 'again') return note && (await slack.redeliver(note.delivery))
      const gesture = await type(typed)
      sent.push({ typed, due, acknowledged: performance.now() - due, gesture })
      if (typed.records === 'note.added') note = gesture
      if (typed.records === 'incident.opened') await opened(gesture)
    }
    const begun = performance.now() + 100
    for (let n = 0; n < seconds * RATE; n++) {
      const due = begun + (n * 1000) / RATE
      await sleep(Math.max(0, due - performance.now()))
      sending.push(send(next(), due))
    }
    ended = performance.now()
    await Promise.all(sending)
    await slack.until(() => sent.every(({ gesture }) => answeredAt(gesture)), 10_000).catch(() => {})
    await sleep(2_000) // Postgres's counters follow
    return {
      sent: seconds * RATE,
      acknowledged: sent.map(({ acknowledged }) => acknowledged),
      answered: sent.map(({ due, gesture }) => (answeredAt(gesture) ?? Number.POSITIVE_INFINITY) - due),
      rows: ((await rowsRead(db)) - before) / (seconds * RATE),
      ...(await effects(sent, since)),
    }
  }

  /** Each has to be acknowledged and answered, and what it records is on record: as often as it was typed. */
  async function effects(sent: Sent[], since: Date) {
    const silent = sent.filter(({ gesture }) => gesture.ack.shown || gesture.responses.length === 0)
    const writes = sent.filter(({ typed }) => typed.records)
    const causeOf = ({ gesture }: Sent) => `command:${gesture.trigger_id}`
    const entries = await db
      .selectFrom('timeline')
      .select(['type', 'cause'])
      .where('recorded_at', '>=', since)
      .where('type', 'in', [...new Set(writes.map(({ typed }) => typed.records as string))])
      .execute()
    const causes = new Set(entries.map(({ cause }) => cause))
    const unrecorded = writes.filter((one) => !causes.has(causeOf(one)))
    const expected = new Set(writes.map(causeOf))
    return {
      lost: [
        ...silent.map(({ typed, gesture }) => `not answered: ${typed.text} (${gesture.ack.shown})`),
        ...unrecorded.map(({ typed, gesture }) => `not recorded: ${typed.text} (${gesture.responses[0]?.text})`),
      ],
      doubled: [
        ...entries.filter(({ cause }) => !expected.delete(cause ?? '')).map(({ type, cause }) => `${type} of ${cause}`),
        ...sent
          .filter(({ gesture }) => gesture.responses.length > 1)
          .map(({ typed }) => `answered twice: ${typed.text}`),
      ],
    }
  }

  /** Waits until Slack shows all of it; the bot is stopped. */
  async function settled() {
    await shown(db)
    const seconds = (performance.now() - ended) / 1000
    const { rss } = memoryOf(bot.pid)
    const calls = slack.calls.filter(({ method }) => !['response_url', 'upload'].includes(method))
    const keyOf = ({ method, args }: (typeof calls)[0]) =>
      method === 'chat.postMessage' ? `${method} in ${args.channel}` : method
    const rates = [...Map.groupBy(calls, keyOf)].map(([key, of]) => `${key} ${mostInAMinute(of.map(({ at }) => at))}`)
    const posts = calls.filter(({ method }) => method === 'chat.postMessage').length
    const wrong = slack.violations.map(({ rule, detail }) => `${rule}: ${detail}`)
    await bot.stop()
    return {
      ...{ seconds, rss, posts, rates: rates.join(', '), wrong },
      refused: calls.filter(({ status }) => status === 429).length,
    }
  }
}

/** MB, as Linux counts it: all that is in memory, and what is the process's own rather than mapped from a file. */
export function memoryOf(pid: number): { rss: number; own: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mb = (field: string) => (Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024) / 1e6
  return { rss: mb('VmRSS'), own: mb('RssAnon') }
}

/** Resolves when Slack shows everything that is recorded. */
export async function shown(db: Kysely<Schema>) {
  for (;;) {
    const [behind] = await db.selectFrom('chains').select('chain').whereRef('projected', '<', 'seq').limit(1).execute()
    if (!behind) return
    await sleep(100)
  }
}

/** Rows that Postgres has read in our tables so far: what a query costs on any machine. */
async function rowsRead(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as read from pg_stat_user_tables`.execute(db)
  return rows[0]?.read ?? 0
}

function mostInAMinute(times: number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length))
}
