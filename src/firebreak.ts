import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { Desk } from '../commands/desk.ts'
import { ACTION_IDS, CALLBACK_IDS, press, runLine, runMention, submit } from '../commands/index.ts'
import { operations } from '../commands/ops/index.ts'
import { migrations } from '../migrations/index.ts'
import { connectKubernetes } from './adapters/kubernetes/adapter.ts'
import { KubernetesError } from './adapters/kubernetes/port.ts'
import type { Config } from './config/config.ts'
import type { Environment } from './config/environment.ts'
import { ConfigError, type Problem, suggest } from './config/problems.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttpServer } from './http/server.ts'
import { createIncidents } from './incidents/incidents.ts'
import type { Target } from './operations/catalogue.ts'
import { createEngine } from './operations/engine.ts'
import { createSlackApp } from './slack/app.ts'
import { createWhyUnseen } from './slack/channels.ts'
import { createChecks } from './slack/checks.ts'
import { createClients } from './slack/clients.ts'
import { createDirectory } from './slack/directory.ts'
import { createExports } from './slack/exports.ts'
import { createPace } from './slack/projection/pace.ts'
import { createProjector } from './slack/projection/projector.ts'
import { createSources } from './slack/projection/sources.ts'
import { BACKOFF } from './slack/projection/work.ts'
import { createWorkspace } from './slack/workspace.ts'
import { isReachable, openDatabase, waitForDatabase } from './storage/database.ts'
import { startEmbedded } from './storage/embedded.ts'
import { migrate } from './storage/migrate.ts'
import { openSession } from './storage/session.ts'
import { createLedger } from './timeline/ledger.ts'

export interface Firebreak {
  /** The port of `/health`, `/metrics` and, in HTTP mode, `/slack/events`. */
  port: number
  /** Takes nothing new, finishes what is at work, closes everything; within 10 s. */
  stop(): Promise<void>
}

export interface Options {
  environment: Environment
  config: Config
  log: Logger
  /** Gives up waiting for the database. */
  signal?: AbortSignal
  /** Messages beyond Slack's limits throw (tests) instead of being repaired. */
  strict?: boolean
  /** How often a settling effect is looked at. */
  lookEveryMs?: number
}

const LEASE_MS = 15_000
const LOOK_EVERY_MS = 1_000
/** A post of a process that died has arrived by then: the client's time-out, and time for Slack to show it. */
const IN_FLIGHT_MS = 15_000

/** The composition root: makes every part, hands each what it needs, starts them in order and stops them in reverse. */
export async function startFirebreak({ environment, config, log, signal, ...options }: Options): Promise<Firebreak> {
  checkPolicy(config, environment.configPath)
  const targets = connectTargets(config, environment.configPath)

  const embedded = environment.database ? null : await startEmbedded({ dataDir: environment.dataDir, log })
  const url = embedded?.url ?? (environment.database as { url: string }).url
  const migrateUrl = embedded?.migrateUrl ?? environment.database?.migrateUrl ?? url
  const database = openDatabase(url, { log })
  const { db } = database
  const ledger = createLedger(db)

  const metrics = createMetrics()
  const { botToken, apiUrl, delivery } = environment.slack
  const clients = createClients({ token: botToken, apiUrl, log, metrics })
  const workspace = createWorkspace(clients.interactive, { incidentsChannel: config.slack.incidentsChannel, log })
  const directory = createDirectory(clients.interactive, { workspace, log })

  const engine = createEngine({
    ...{ db, ledger, directory, operations, targets, log },
    services: config.services,
    roles: config.roles,
    policy: config.policy,
    approvals: config.approvals,
    whyUnseen: createWhyUnseen(clients.interactive, { workspace, log }),
    worker: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    leaseMs: LEASE_MS,
    lookEveryMs: options.lookEveryMs ?? LOOK_EVERY_MS,
  })
  const desk: Desk = {
    incidents: createIncidents(db, ledger, config.slack.incidentsChannel),
    engine,
    severities: config.severities,
    services: Object.keys(config.services),
    operations,
    names: config.slack.commands,
  }

  const checks = createChecks({ strict: options.strict ?? false, repaired: metrics.repaired })
  const edge = createSlackApp({
    ...{ delivery, apiUrl, clients, workspace, directory, checks, db, metrics, log },
    names: config.slack.commands,
    doors: {
      runLine: (root, text, gesture) => runLine(root, text, gesture, desk),
      runMention: (text, gesture) => runMention(text, gesture, desk),
      press: (action, gesture) => press(action, gesture, desk),
      submit: (modal, gesture) => submit(modal, gesture, desk),
      actionIds: ACTION_IDS,
      callbackIds: CALLBACK_IDS,
    },
  })

  let ready = false
  const http = createHttpServer({
    port: environment.port,
    slack: edge.handle,
    metrics: metrics.registry,
    health: async () => ({ database: await isReachable(db), listener: ready, slack: edge.state() }),
  })
  let port: number
  try {
    port = await http.start()
    await waitForDatabase(url, { log, ...(signal && { signal }) })
    await migrate({ url, migrateUrl, migrations, log })
  } catch (error) {
    await Promise.all([http.stop(), database.close()])
    await embedded?.stop()
    throw error
  }

  const session = openSession(url, { log })
  const { pacing } = config.slack
  const projector = createProjector(
    {
      ...{ db, log, metrics, fetch },
      web: clients.background,
      check: checks.checkMessage,
      pace: createPace({
        posts: { perSecond: pacing.postsPerSecond, burst: pacing.burst },
        edits: { perSecond: pacing.editsPerMinute / 60, burst: pacing.editsPerMinute },
      }),
      inFlightMs: IN_FLIGHT_MS,
      backoff: BACKOFF,
      sources: createSources({
        db,
        severities: config.severities,
        services: desk.services,
        names: config.slack.commands,
        needsOf: engine.approvalFor,
        exportOf: createExports(db, { severities: config.severities, workspace }),
      }),
    },
    { ledger, session },
  )
  engine.worker.start()
  projector.start()
  edge.start()
  ready = true
  log.info({ port, slack: delivery.mode }, 'Firebreak is running')

  return {
    port,
    async stop() {
      ready = false
      // The edge drains what the HTTP server has let in.
      await Promise.all([http.stop().then(() => edge.stop()), engine.worker.stop()])
      await projector.stop(1_500)
      await session.close()
      await database.close()
      await embedded?.stop()
      log.info({}, 'Firebreak has stopped')
    },
  }
}

function connectTargets(config: Config, file: string): Target[] {
  const problems: Problem[] = []
  const targets = Object.values(config.targets).flatMap(({ kind, name, environment, ...place }) => {
    try {
      return [{ kind, name, environment, port: connectKubernetes(place) }]
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error
      problems.push({ file, line: null, column: null, key: `targets.${name}`, message: error.message })
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return targets
}

/** A misspelt operation in a deny line would forbid nothing: better not to start. */
function checkPolicy({ policy }: Config, file: string): void {
  const known = [...operations.map(({ name }) => name), 'undo', '*']
  const problems = policy.flatMap(({ operations, line }) =>
    operations
      .filter((name) => !known.includes(name))
      .map((name) => ({
        ...{ file, line, column: null, key: 'policy' },
        message: `there is no operation "${name}"; ${suggest(name, known)}`,
      })),
  )
  if (problems.length > 0) throw new ConfigError(problems)
}
