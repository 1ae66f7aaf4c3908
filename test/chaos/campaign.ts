import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDatabase } from '../../src/storage/database.ts'
import { FakeSlack } from '../slack/fake/fake-slack.ts'
import { quiet } from '../support/log.ts'
import { startRedis } from '../support/redis.ts'
import { audit, type Executed, executedSteps, type Findings, wordsLost } from './audit.ts'
import { drained } from './drained.ts'
import { backUp, endRecovery, restoreInto } from './go-back.ts'
import { startMonkeys } from './monkeys.ts'
import { ROOM, startPeople } from './people.ts'
import { SERVICES, startProduction } from './production.ts'
import { createRandom } from './random.ts'
import { type Replicas, startReplicas } from './replicas.ts'
import { startPostgres } from './servers.ts'

export interface Report extends Findings {
  seed: number
  /** From the last thing that went wrong until nothing was left to do, in milliseconds. */
  drainedMs: number
  /** What people did, what went wrong, what came of it. */
  gestures: Record<string, number>
  faults: Record<string, number>
  states: Record<string, number>
  effects: number
  entries: number
  errors: Record<string, number>
}

const CONFIG = (kubeconfig: string) => `
slack: { incidents_channel: ${ROOM}, alerts_channel: C0ALERTS, pacing: { posts_per_second: 50, burst: 50, edits_per_minute: 3000 }, limits: { gestures_per_minute: 100000 } }
roles:
  operator: { users: [U0ALICE] }
  approver: { users: [U0BOB, U0CAROL] }
targets:
  prod: { kind: kubernetes, environment: production, namespace: microservices, kubeconfig: "${kubeconfig}" }
services:
${SERVICES.map((name) => `  ${name}: { owners: [approver], target: prod }`).join('\n')}
policy:
  - { allow: [everyone], operations: ["*"], tiers: [read] }
  - { allow: [operator], operations: [scale, undo], tiers: [low, guarded] }
  - { allow: [approver], operations: [recover, backup] }
approvals: { guarded: { approve_within: 20s, execute_within: 40s } }
`

async function keepLogs(folder: string, replicas: Replicas) {
  await mkdir(folder, { recursive: true })
  const files = replicas.outputs().map(({ stdout, stderr }, i) => [`replica-${i + 1}.log`, stdout + stderr] as const)
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
}

/** A lease, and a post in flight: what a killed process held is taken over by then. */
const DRAIN_MS = 150_000

/** Three replicas on one Postgres and one Redis, people, and everything that can go wrong; then the reckoning. */
export async function campaign({
  minutes,
  seed,
  logs = null,
  say = () => {},
}: {
  minutes: number
  seed: number
  /** A folder that keeps what every process has said. */
  logs?: string | null
  say?: (line: string) => void
}): Promise<Report> {
  const random = createRandom(seed)
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-chaos-'))
  await chmod(folder, 0o755) // as root, the embedded Postgres runs as somebody else
  const [postgres, redis, production] = await Promise.all([
    startPostgres(join(folder, 'data')),
    startRedis(),
    startProduction(folder),
  ])
  const slack = await FakeSlack.start({ mode: 'socket', postRate: { perSecond: 200, burst: 200 } })
  await writeFile(join(folder, 'firebreak.yml'), CONFIG(production.kubeconfig))
  const replicas = startReplicas(
    {
      ...{ SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl },
      ...{ PORT: '0', LOG_LEVEL: 'info', REDIS_URL: redis.url },
      ...{ DATABASE_URL: postgres.url, DATABASE_MIGRATE_URL: postgres.migrateUrl },
      FIREBREAK_SIGNING_KEY: String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    },
    folder,
  )
  const world = { slack, replicas, postgres, redis }
  let ledger = openDatabase(postgres.url, { log: quiet, max: 2 })
  let people: ReturnType<typeof startPeople> | null = null
  try {
    await replicas.ready()
    await slack.until(() => slack.connections === replicas.size, 30_000)
    say(`three replicas run; ${minutes} min of it, seed ${seed}`)
    people = startPeople(slack, random)
    const monkeys = startMonkeys(world, random)

    // Two fifths in, a backup; another fifth later the machine that the ledger was on is gone.
    await sleep(minutes * 24_000)
    const takenAt = Date.now()
    const file = await backUp(ledger.db, postgres.url, folder)
    await sleep(minutes * 12_000)
    let before: Executed[] = []
    await monkeys.pause(async () => {
      await replicas.killAll(async () => {
        before = await executedSteps(ledger.db)
        await ledger.close()
        await postgres.stop()
        world.postgres = await restoreInto(file, folder)
        ledger = openDatabase(world.postgres.url, { log: quiet, max: 2 })
        const { url, migrateUrl } = world.postgres
        return { DATABASE_URL: url, DATABASE_MIGRATE_URL: migrateUrl }
      })
      await replicas.ready()
    })
    const gone: [number, number] = [takenAt, Date.now()]
    say(`the ledger went back by ${((gone[1] - gone[0]) / 1000).toFixed(0)} s`)
    await endRecovery(slack)
    say('and its recovery is over')

    await sleep(minutes * 24_000)
    await people.stop()
    await monkeys.stop()
    say('everything is whole again; draining')
    const since = performance.now()
    await replicas.ready()
    const { told } = people
    const left = await drained(ledger.db, DRAIN_MS, () =>
      wordsLost(ledger.db, told, gone).then((lost) => lost.length === 0),
    )
    const drainedMs = performance.now() - since
    const { lost, ...findings } = await audit(ledger.db, { slack, production, told, before, gone })
    const states = await ledger.db
      .selectFrom('changes')
      .select(['state', sql<number>`count(*)`.as('n')])
      .groupBy('state')
      .execute()
    const { n } = await ledger.db.selectFrom('timeline').select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
    await replicas.stop()
    return {
      ...findings,
      lost: [...left, ...lost],
      ...{
        seed,
        drainedMs,
        gestures: people.counts,
        faults: monkeys.done,
        effects: production.effects.length,
        entries: n,
      },
      states: Object.fromEntries(states.map(({ state, n }) => [state, Number(n)])),
      errors: replicas.errors(),
    }
  } finally {
    await people?.stop().catch(() => {})
    await replicas.stop()
    if (logs) await keepLogs(logs, replicas)
    await ledger.close()
    await Promise.all([world.postgres.stop(), production.close(), slack.stop(), redis.close()])
    await rm(folder, { recursive: true, force: true })
  }
}
