import { WebClient } from '@slack/web-api'
import { createRooms } from '../../src/incidents/rooms/rooms.ts'
import { changeName } from '../../src/operations/change.ts'
import { move, withChange } from '../../src/operations/move.ts'
import type { State } from '../../src/operations/states.ts'
import { insertChange, insertPlan, updateDetail } from '../../src/operations/store.ts'
import { lent } from '../../src/slack/projection/lent.ts'
import { budgetOf, createPace, type Rates } from '../../src/slack/projection/pace.ts'
import { createProjector } from '../../src/slack/projection/projector.ts'
import { createSources } from '../../src/slack/projection/sources.ts'
import type { Tools } from '../../src/slack/projection/tools.ts'
import { withClient } from '../../src/storage/connection.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { openSession } from '../../src/storage/session.ts'
import { canonical, sha256 } from '../../src/timeline/canonical.ts'
import { FIREBREAK } from '../../src/timeline/entries.ts'
import { createLedger, GENERAL } from '../../src/timeline/ledger.ts'
import { testDatabase } from '../support/database.ts'
import { alice } from '../support/engine.ts'
import { incidentsOf } from '../support/incidents.ts'
import { replicaLimits } from '../support/limits.ts'
import { keptLog } from '../support/log.ts'
import { silent } from './bolt-app.ts'
import { FakeSlack } from './fake/fake-slack.ts'

export const ROOM = 'C0INCIDENTS'

const FAST = { perSecond: 1000, burst: 1000 }
export const TIMEOUT_MS = 400
export const IN_FLIGHT_MS = TIMEOUT_MS + 300

type Frozen = { method: string; when: 'before' | 'after'; reached: () => void }

/** A network that a test can freeze at a call, as a process that dies there sees it. */
function createNetwork() {
  let frozen: Frozen | null = null
  const network: typeof fetch = async (url, init) => {
    const hit = frozen && String(url).includes(frozen.method) ? frozen : null
    if (hit?.when === 'before') return freeze(hit)
    const response = await fetch(url, init)
    return hit ? freeze(hit) : response
  }
  const freeze = ({ reached }: Frozen): Promise<never> => {
    reached()
    return new Promise(() => {})
  }
  return {
    fetch: network,
    /** Resolves when the call is reached; from then on it never ends. */
    frozenAt: (method: string, when: Frozen['when']) =>
      new Promise<void>((reached) => {
        frozen = { method, when, reached }
      }),
  }
}

export const webOf = (slack: FakeSlack, network: typeof fetch) =>
  new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger: silent,
    fetch: network as never,
  })

/** The pace of a replica; of several together, when they have the Redis of `redisUrl`. */
export function paceOf(rates: Rates, redisUrl: string | null = null) {
  const limits = replicaLimits(redisUrl, { posts: budgetOf(rates.posts), edits: budgetOf(rates.edits) })
  return { ...limits, ...createPace(rates, limits) }
}

/** One bot process: its own connections, ledger and projector. */
function startReplica(databaseUrl: string, slack: FakeSlack, tools: Partial<Tools> = {}) {
  const log = keptLog()
  const { db, close } = openDatabase(databaseUrl, { log })
  const session = openSession(databaseUrl, { log })
  const ledger = createLedger(db)
  const network = createNetwork()
  const outcomes: string[] = []
  const web = webOf(slack, network.fetch)
  const sources = createSources({
    db,
    severities: [],
    services: ['checkout'],
    names: { incident: '/incident', ops: '/ops' },
    ...{ channel: ROOM, roomPrefix: 'inc' },
    linkTo: async () => null,
    needsOf: () => ({ needed: 1, approvers: ['approver'] }),
    exportOf: ({ chain, body }) => ({ name: `${chain}.md`, lend: lent(JSON.stringify(body)) }),
  })
  const projector = createProjector(
    {
      ...{ web, db, sources, log, fetch: network.fetch, inFlightMs: IN_FLIGHT_MS, rooms: createRooms(db, ledger) },
      check: (message) => message,
      pace: paceOf({ posts: FAST, edits: FAST }),
      backoff: { firstMs: 100, mostMs: 400 },
      metrics: { message: (outcome) => void outcomes.push(outcome), lag: () => {} },
      ...tools,
    },
    { ledger, session, pollMs: 50 },
  )
  projector.start()
  let closed = false
  async function disconnect() {
    if (closed) return
    closed = true
    await session.close()
    await close()
  }
  return {
    ...{
      db,
      ledger,
      projector,
      sources,
      session,
      network,
      log,
      outcomes,
      incidents: incidentsOf(db, ledger, { room: () => ROOM }),
    },
    async stop() {
      await projector.stop(2_000)
      await disconnect()
    },
    /** The process dies: nothing that is under way goes on. */
    async crash() {
      await projector.stop(0)
      await disconnect()
    },
  }
}

export type Replica = ReturnType<typeof startReplica>

let causes = 0
export const asked = () => ({ person: alice, cause: `projection:${++causes}` })

/** Opens an incident and returns its name. */
export async function open({ incidents }: Replica, title = 'Checkout times out'): Promise<string> {
  const result = await incidents.open(asked(), { severity: 'P1', title, service: 'checkout' })
  if (result.kind !== 'done') throw new Error(result.reason)
  return `INC-${result.incident}`
}

export async function read({ ledger }: Replica, chain: string, finding: string, detail = 'two lines\nof detail') {
  await ledger.transaction(null, async (tx) => {
    const held = await tx.hold(chain)
    const where = { service: 'checkout', target: 'prod', environment: 'production' }
    const body = { type: 'operation.read', line: 'pods checkout', operation: 'pods', ...where } as const
    await held.append({ subject: chain, actor: FIREBREAK, body: { ...body, alarming: false, finding, detail } })
  })
}

/** Plans a change, in an incident or in none, and returns its number. */
export async function plan({ ledger }: Replica, chain: string, undoes: number | null = null): Promise<number> {
  const incident = chain === GENERAL ? null : Number(chain.slice(4))
  return await ledger.transaction(null, async (tx) => {
    const held = await tx.hold(chain)
    const by = new Date(held.now.getTime() + 600_000)
    const shared = {
      ...{ requester: alice.id, operation: 'scale', version: 1, args: { service: 'checkout', replicas: 5 } },
      ...{ service: 'checkout', target: 'prod', environment: 'production' },
    }
    const line = 'scale checkout 5'
    const row = { ...shared, chain, incident, channel: ROOM, line, undoes, replaces: null, requestedAt: held.now }
    const id = await insertChange(tx.db, row)
    const object = { kind: 'deployment', name: 'checkout', namespace: 'microservices', uid: 'u' }
    const document = canonical({
      ...{ ...shared, change: changeName(id), incident: incident && chain, world: 'production', tier: 'guarded' },
      ...{ undoes: undoes && changeName(undoes), rules: [], nonce: String(id), approveBy: by, executeBy: by },
      steps: [{ object, before: { replicas: 3 }, after: { replicas: 5 }, envelope: {} }],
      ...{ affects: 'deployment checkout', warnings: [], settleWithinMs: 1000 },
    })
    const hash = sha256(document)
    await insertPlan(tx.db, {
      change: id,
      hash,
      document,
      tier: 'guarded',
      approveBy: by,
      executeBy: by,
      now: held.now,
    })
    const { args, requester, ...facts } = shared
    const body = {
      type: 'change.planned',
      ...facts,
      line,
      tier: 'guarded',
      plan: 1,
      hash: hash.toString('hex'),
    } as const
    const more = { steps: [], warnings: [], undoes: undoes && changeName(undoes), approveBy: by.toISOString() }
    await held.append({ subject: changeName(id), actor: FIREBREAK, body: { ...body, ...more, undoes: null } })
    return id
  })
}

/** Moves a change through these states, each with its entry. */
export async function go({ ledger }: Replica, id: number, ...states: State[]) {
  for (const to of states) await withChange({ ledger }, id, null, (held) => move(held, to, FIREBREAK, null))
}

export async function progress({ ledger }: Replica, id: number, observed: string) {
  await withChange({ ledger }, id, null, async ({ tx, chain, change }) => {
    await updateDetail(tx.db, change, observed)
    const body = { type: 'change.progressed', plan: change.planNumber, observed } as const
    await chain.append({ subject: changeName(id), actor: FIREBREAK, body })
  })
}

export interface World {
  slack: FakeSlack
  bot: Replica
  /** Another process on the same database. */
  replica(tools?: Partial<Tools>): Replica
  /** As the role that owns the tables. */
  owner(query: string): Promise<void>
  /** Makes what was recorded so far older. */
  age(seconds: number): Promise<void>
  close(): Promise<void>
}

/** `shared` is the Slack of another world. */
export async function projectionWorld(tools: Partial<Tools> = {}, shared?: FakeSlack): Promise<World> {
  const database = await testDatabase()
  const slack = shared ?? (await FakeSlack.start({ mode: 'http', postRate: FAST }))
  const replicas: Replica[] = []
  const replica = (own = tools) => {
    const started = startReplica(database.url, slack, own)
    replicas.push(started)
    return started
  }
  return {
    ...{ slack, replica, bot: replica() },
    owner: (query) => withClient(database.migrateUrl, async (owner) => void (await owner.query(query))),
    age: (seconds) =>
      withClient(database.migrateUrl, async (owner) => {
        // In the bytes, which are what is read; the chain doesn't verify any more, and nobody asks here.
        const { rows } = await owner.query('select chain, seq, bytes from timeline')
        for (const { chain, seq, bytes } of rows) {
          const facts = JSON.parse(bytes.toString())
          const recorded_at = new Date(Date.parse(facts.recorded_at) - seconds * 1000).toISOString()
          const older = Buffer.from(canonical({ ...facts, recorded_at }))
          await owner.query('update timeline set bytes = $3 where chain = $1 and seq = $2', [chain, seq, older])
        }
      }),
    async close() {
      await Promise.all(replicas.map((one) => one.stop()))
      if (!shared) await slack.stop()
      await database.drop()
    },
  }
}

/** What the channel and its threads show, as a person reads it: the first words of each message, replies indented. */
export const screen = (slack: FakeSlack): string[] =>
  slack
    .messages(ROOM)
    .filter((m) => !m.thread_ts || m.thread_ts === m.ts)
    .flatMap((root) => {
      const replies = slack.thread(ROOM, root.ts).slice(1)
      return [
        brief(root.text),
        ...replies.map((reply) => `  ${brief(reply.text || (reply.files?.[0]?.name as string))}`),
      ]
    })

const brief = (text: string) => text.replaceAll(/[*`]/g, '').split('\n')[0]?.slice(0, 40) ?? ''
