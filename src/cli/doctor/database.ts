import { migrations } from '../../../migrations/index.ts'
import { isDatabaseAway } from '../../storage/away.ts'
import { displayUrl } from '../../storage/connection.ts'
import { StorageError } from '../../storage/error.ts'
import { type Examined, examineDatabase } from '../../storage/examine.ts'
import { type Checks, type Finding, note, right, wrong } from './check.ts'

/** Where the ledger is kept: reachable, of this release, and safe from the bot itself. */
export const database: Checks = ({ environment, problems, config }) => [
  {
    about: 'database',
    async look() {
      if (problems.some(({ key }) => /^DATABASE_/.test(key))) return [note('not looked at: its address can’t be used')]
      const given = environment.database
      if (!given) {
        return [note(`the embedded Postgres in ${environment.dataDir}, which only a bot starts: for trying things`)]
      }
      const [bot, owner] = await Promise.all([
        examined(given.url, 'DATABASE_URL'),
        given.migrateUrl ? examined(given.migrateUrl, 'DATABASE_MIGRATE_URL') : null,
      ])
      const place = judgePlace(given.url, Object.values(config?.targets ?? {}))
      if (typeof bot === 'string' || typeof owner === 'string') {
        return [...[bot, owner].filter((one) => typeof one === 'string').map(wrong), ...place]
      }
      return [
        right(`PostgreSQL ${bot.version}, ${displayUrl(given.url)}`),
        judgeMigrations((owner ?? bot).migrations),
        judgeRoles(bot, owner),
        ...place,
      ]
    },
  },
]

/** What is there, or why nothing can be said of it. */
async function examined(url: string, variable: 'DATABASE_URL' | 'DATABASE_MIGRATE_URL'): Promise<Examined | string> {
  try {
    return await examineDatabase(url, variable)
  } catch (error) {
    if (error instanceof StorageError) return error.message
    const { message } = error as Error
    if (!isDatabaseAway(error)) return `${variable} (${displayUrl(url)}): ${message}`
    return `${variable} (${displayUrl(url)}): no Postgres answers there (${message}). Is the address right, and may this machine reach it?`
  }
}

function judgeMigrations(ran: string[] | null): Finding {
  const known = Object.keys(migrations('')).sort()
  if (ran === null) return note('it has no tables yet: the bot makes them at its start')
  const missing = known.filter((name) => !ran.includes(name))
  const newer = ran.filter((name) => !known.includes(name))
  if (newer.length === 0 && missing.length === 0) return right(`all ${known.length} migrations have run`)
  if (newer.length === 0) return note(`not run yet: ${missing.join(', ')}. The bot does that at its start`)
  const last = known.at(-1) ?? ''
  if (missing.length === 0 && newer.every((name) => name > last)) {
    return note(`it is ahead of this release, which goes on with it: ${newer.join(', ')}`)
  }
  return wrong(
    `it has run migrations that this release does not know: ${newer.join(', ')}. Start the release that made it, or use another database`,
  )
}

function judgeRoles(bot: Examined, owner: Examined | null): Finding {
  if (owner?.identity && bot.identity && bot.identity !== owner.identity) {
    return wrong('DATABASE_URL and DATABASE_MIGRATE_URL lead to two databases: they must name the same one')
  }
  if (owner?.role === bot.role) {
    return wrong(
      `DATABASE_URL and DATABASE_MIGRATE_URL have one role, ${bot.role}, which could rewrite the timeline: give the bot a role of its own`,
    )
  }
  if (bot.mayRewrite === null) return note('whether the bot could rewrite the timeline shows once there are tables')
  const whose = owner ? `, whose tables belong to ${owner.role}` : ''
  if (!bot.mayRewrite) return right(`the bot, as ${bot.role}${whose}, adds to the timeline and can’t change it`)
  if (!owner) {
    return note(
      `the bot, as ${bot.role}, could rewrite the timeline: with DATABASE_MIGRATE_URL, of another role that owns the tables, it could not`,
    )
  }
  return wrong(
    `the bot’s role ${bot.role} could rewrite the timeline: it must neither own the tables, nor be a superuser or a member of ${owner.role}, nor have more rights than the migrations give it`,
  )
}

/** In a cluster the name of a service tells its namespace: `ledger.shop.svc.cluster.local`. */
function judgePlace(url: string, targets: { name: string; namespace: string }[]): Finding[] {
  const namespace = /\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(URL.parse(url)?.hostname ?? '')?.[1]
  return targets
    .filter((target) => target.namespace === namespace)
    .map(({ name }) =>
      note(`it is in the namespace that target ${name} names: keep it elsewhere than what the bot repairs`),
    )
}
