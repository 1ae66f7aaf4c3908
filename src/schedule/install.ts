import { PgBoss } from 'pg-boss'
import { withClient } from '../storage/connection.ts'

export const SCHEMA = 'schedule'
export const QUEUE = 'wake'

/** What isn't done after so many tries is left to the next start, which looks at everything. */
const TRIES = { retryLimit: 20, retryDelay: 1, retryBackoff: true, retryDelayMax: 300 }

/**
 * Brings pg-boss's tables to what this release needs, as the role that owns them, and lets the bot's role use them.
 * Several replicas may do it at once.
 *
 * @param urls the bot's own address, and that of the owner of the tables
 */
export async function installSchedule({ url, migrateUrl }: { url: string; migrateUrl: string }): Promise<void> {
  const [bot] = await withClient(
    url,
    async (client) => (await client.query('select quote_ident(current_user) as role')).rows,
  )
  await withClient(migrateUrl, async (client) => {
    // Rights that two grant at once are refused (“tuple concurrently updated”): one after the other, until this client ends.
    await client.query(`select pg_advisory_lock(hashtext('firebreak schedule'))`)
    await install(migrateUrl)
    await client.query(`grant usage on schema ${SCHEMA} to ${bot.role}`)
    await client.query(`grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${bot.role}`)
    await client.query(`grant execute on all functions in schema ${SCHEMA} to ${bot.role}`)
  })
}

async function install(migrateUrl: string): Promise<void> {
  const owner = new PgBoss({ connectionString: migrateUrl, schema: SCHEMA, supervise: false, schedule: false, max: 1 })
  owner.on('error', () => {}) // what `start` throws says it
  await owner.start()
  try {
    await owner.createQueue(QUEUE, TRIES)
  } finally {
    await owner.stop({ graceful: false })
  }
}
