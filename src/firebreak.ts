import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { operations as declared } from '../commands/ops/index.ts'
import { migrations } from '../migrations/index.ts'
import { createBackups } from './backup/take/backups.ts'
import { openLimits, ratesOf } from './budgets.ts'
import { tellOfCommits } from './commits.ts'
import type { Config } from './config/config.ts'
import { type Environment, passwordsIn } from './config/environment.ts'
import { createLiveConfig } from './config/live.ts'
import { fingerprint, loadConfig } from './config/load.ts'
import { watchFile } from './config/watch.ts'
import { createDesk } from './desk.ts'
import { doorsOf } from './doors.ts'
import { createApi } from './http/api.ts'
import { registerGauges } from './http/gauges.ts'
import { createMetrics } from './http/metrics.ts'
import { createRoutes } from './http/routes/index.ts'
import { createHttpServer } from './http/server.ts'
import { createIdentity } from './identity/identity.ts'
import { createLookAhead, keepLooking } from './identity/look-ahead.ts'
import { rememberDirectory } from './identity/remember.ts'
import { createTokens } from './identity/tokens.ts'
import { createConversation } from './incidents/conversation/conversation.ts'
import { withDeadline } from './operations/deadline.ts'
import { createEngine } from './operations/engine.ts'
import { redacted } from './operations/redacted.ts'
import { whenUnidentified } from './operations/refusal.ts'
import { prepare, settleRooms } from './prepare.ts'
import { createSweeper } from './privacy/retention.ts'
import { endRecovery } from './recovery/end.ts'
import { createGuard } from './recovery/guard.ts'
import type { LearningRedactor } from './redaction/redactor.ts'
import { redactedWriting } from './redaction/written.ts'
import { installSchedule } from './schedule/install.ts'
import { createSchedule } from './schedule/schedule.ts'
import { createSlackApp } from './slack/app.ts'
import { createChannels } from './slack/channels.ts'
import { createChecks } from './slack/checks.ts'
import { createClients } from './slack/clients.ts'
import { createDirectory } from './slack/directory.ts'
import { createExports } from './slack/exports.ts'
import { createHomes } from './slack/home/homes.ts'
import { createLinks } from './slack/links.ts'
import { createPace } from './slack/projection/pace.ts'
import { createProjector } from './slack/projection/projector.ts'
import { createSources } from './slack/projection/sources.ts'
import { BACKOFF } from './slack/projection/work.ts'
import { createRooms } from './slack/rooms.ts'
import { createWitness } from './slack/witness.ts'
import { createWorkspace } from './slack/workspace.ts'
import { isReachable, openDatabase, whenThere } from './storage/database.ts'
import { startEmbedded } from './storage/embedded.ts'
import { migrate } from './storage/migrate.ts'
import { openSession } from './storage/session.ts'
import { recordLoaded, recordRejected } from './timeline/configuration.ts'
import { createLedger } from './timeline/ledger.ts'
import { createSigner } from './timeline/signing.ts'
import { openSigningKey } from './timeline/signing-key.ts'
import { createFollower } from './timeline/sinks/follow.ts'
import { createSinks } from './timeline/sinks/sink.ts'

export interface Firebreak {
  /** The port of `/health`, `/metrics` and, in HTTP mode, `/slack/events`. */
  port: number
  /** Loads the configuration anew: what SIGHUP asks for. A change of the file is noticed without it. */
  reload(): Promise<void>
  /** Takes nothing new, finishes what is at work, closes everything; within 10 s. */
  stop(): Promise<void>
}

export interface Options {
  environment: Environment
  config: Config
  log: Logger
  /** What `${NAME}` in the configuration means when it is loaded anew; the process's environment by default. */
  variables?: Record<string, string | undefined>
  /** The one that `log` goes through: it learns here what the configuration says. */
  redact: LearningRedactor
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
export async function startFirebreak({
  environment,
  config,
  log,
  redact,
  signal,
  ...options
}: Options): Promise<Firebreak> {
  redact.learn(config.redaction)
  const { configPath } = environment
  const written = (content: unknown) => redactedWriting(content, redact)
  /** Before it is kept, compared and cut to short lines: half of a secret looks like none. */
  const withoutSecrets = (config: Config) => ({
    ...config,
    file: { ...config.file, written: written(config.file.written) },
  })
  const live = createLiveConfig(withoutSecrets(config), {
    load: async () => withoutSecrets(await loadConfig(configPath, options.variables ?? process.env)),
    fingerprint: () => fingerprint(configPath),
    prepare: (loaded) => prepare(loaded, configPath, { redact, log }),
    record: {
      // One that an earlier release kept may still hold a secret.
      loaded: (file, compare) => recordLoaded(ledger, file, (before, after) => compare(written(before), after)),
      rejected: (problems) => recordRejected(ledger, problems),
    },
    log,
  })
  const rules = () => ({ ...live.now(), targets: live.now().connected })
  const sinks = createSinks(config.audit.sinks)
  const signer = createSigner(environment.signingKey ?? (await openSigningKey(environment.dataDir, log)))

  const embedded = environment.database ? null : await startEmbedded({ dataDir: environment.dataDir, log })
  const url = embedded?.url ?? (environment.database as { url: string }).url
  const migrateUrl = embedded?.migrateUrl ?? environment.database?.migrateUrl ?? url
  redact.learn({ secrets: passwordsIn(url, migrateUrl) })
  const database = openDatabase(url, { log })
  const { db } = database
  const ledger = createLedger(db, { signer, redact })
  log.info({ key: signer.fingerprint }, 'the timeline is signed with this key')
  if (!embedded && !environment.signingKey)
    log.warn({}, 'FIREBREAK_SIGNING_KEY is not set: each replica signs with a key of its own data folder')

  const schedule = createSchedule(url, { log })
  const metrics = createMetrics()
  tellOfCommits(ledger, { log, metrics })
  const { botToken, apiUrl, delivery } = environment.slack
  const clients = createClients({ token: botToken, apiUrl, log, metrics })
  const { incidentsChannel, alertsChannel } = config.slack
  const rooms = createRooms(clients.interactive, { channels: [incidentsChannel, alertsChannel], db, ledger, log })
  const room = () => rooms.id(incidentsChannel)
  const workspace = createWorkspace(clients.interactive, { room, log })
  const channels = createChannels(clients.interactive, { workspace, room, log })
  const people = { roles: () => rules().roles, home: () => workspace.identity()?.team ?? null }
  const asked = createDirectory(clients.interactive, { workspace, log })
  const directory = rememberDirectory({ db, ledger, log }, { directory: asked, ...people })
  const lookAhead = createLookAhead(db, { directory, rules, home: people.home })
  const looking = keepLooking([() => channels.whyNoRoom(), lookAhead], { log })

  const { commands: names } = config.slack
  const rates = ratesOf(config)
  const limits = openLimits({ environment, config, owner: workspace.identity, log, metrics })
  const operations = declared.map((operation) => redacted(withDeadline(operation), redact))
  const identity = createIdentity(db, { directory, rules })
  const guard = createGuard({
    ...{ db, ledger, log },
    witness: createWitness(clients.background, { db, room }),
    changed: () => projector.recheck(),
  })
  const engine = createEngine({
    ...{ db, ledger, identity, operations, rules, log },
    recovering: guard.holds,
    wake: schedule.wake,
    whyUnseen: channels.whyUnseen,
    worker: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    leaseMs: LEASE_MS,
    lookEveryMs: options.lookEveryMs ?? LOOK_EVERY_MS,
  })
  const tokens = createTokens({
    ...{ db, ledger, identity },
    refuseUnlessEntitled: (asked) => engine.refuseUnlessEntitled(asked, 'token'),
    mayManage: async (person) => (await engine.whyNotEntitled(person, 'token').catch(whenUnidentified)) === null,
  })
  const { desk, look } = createDesk({
    ...{ db, ledger, identity, engine, operations, tokens, channels, limits, names, redact, room },
    now: live.now,
    wake: schedule.wake,
    endRecovery: (asked) => endRecovery({ db, ledger, identity, operations, rules }, asked),
  })

  const backups = createBackups({
    ...{ url, ledger, whyNotEntitled: engine.whyNotEntitled, log },
    migrations: Object.keys(migrations('')),
  })

  const conversation = createConversation(db, ledger)
  const checks = createChecks({ strict: options.strict ?? false, repaired: metrics.repaired })
  const pace = createPace(rates, limits)
  const homes = createHomes({ db, identity, workspace, names, web: clients.background, pace, checks, ledger, log })
  const edge = createSlackApp({
    ...{ delivery, apiUrl, clients, workspace, identity, directory, channels, checks, db, metrics, log, names, homes },
    doors: doorsOf(desk),
    conversation,
    emoji: () => live.now().reactions,
  })

  registerGauges(metrics.registry, { db, slack: edge.state })

  let stage: 'starting' | 'running' | 'stopping' = 'starting'
  const http = createHttpServer({
    port: environment.port,
    started: () => stage !== 'starting',
    slack: edge.handle,
    api: createApi({
      ...{ tokens, engine, metrics, log, limits },
      routes: createRoutes({
        ...{ desk, identity, db, ledger, backups, key: signer.fingerprint, room },
      }),
    }),
    metrics: metrics.registry,
    health: async () => {
      const [database, redis] = await Promise.all([isReachable(db), limits.state()])
      return { database, listener: stage === 'running', slack: redact.value(edge.state()), redis }
    },
  })
  let port: number
  try {
    port = await http.start()
    await whenThere(url, { log, ...(signal && { signal }) }, async () => {
      await migrate({ url, migrateUrl, migrations, log })
      await installSchedule({ url, migrateUrl })
      await schedule.open()
      await live.begin()
      await settleRooms(rooms, config, configPath, signal)
    })
  } catch (error) {
    limits.close()
    await Promise.all([http.stop(), schedule.stop(), database.close()])
    await embedded?.stop()
    throw error
  }

  const session = openSession(url, { log })
  const projector = createProjector(
    {
      ...{ db, log, metrics, fetch, pace, rooms: conversation.rooms },
      web: clients.background,
      check: checks.checkMessage,
      inFlightMs: IN_FLIGHT_MS,
      backoff: BACKOFF,
      sources: createSources({
        db,
        get severities() {
          return desk.severities
        },
        get services() {
          return desk.services
        },
        names,
        ...{ channel: room(), roomPrefix: config.slack.rooms.prefix },
        needsOf: engine.approvalFor,
        linkTo: createLinks(db, workspace),
        exportOf: createExports(db, { catalogue: desk, workspace, signer }),
      }),
    },
    { ledger, session },
  )
  const { sinkBehind: behind } = metrics
  const followers = sinks.map((sink) => createFollower(sink, { db, ledger, session, log, behind }))
  const sweeper = createSweeper(db, { ledger, session, retention: config.retention, log })
  engine.worker.start()
  await schedule.start(look)
  // What should have woken us may be lost.
  desk.incidents.lookAtAll().catch((err) => log.warn({ err }, 'could not look what is due'))
  for (const follower of [...followers, sweeper]) follower.start()
  projector.start()
  homes.start(session)
  edge.start()
  looking.start()
  const watching = watchFile(configPath, () => void live.check())
  stage = 'running'
  log.info({ port, slack: delivery.mode }, 'Firebreak is running')

  return {
    port,
    reload: live.reload,
    async stop() {
      stage = 'stopping'
      watching.close()
      guard.stop()
      // The edge drains what the HTTP server has let in.
      await Promise.all([http.stop().then(() => edge.stop()), engine.worker.stop(), looking.stop(), schedule.stop()])
      await Promise.all([projector.stop(1_500), ...[...followers, sweeper, homes].map((one) => one.stop())])
      limits.close()
      await session.close()
      await database.close()
      await embedded?.stop()
      log.info({}, 'Firebreak has stopped')
    },
  }
}
