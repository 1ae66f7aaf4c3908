import { setTimeout as delay } from 'node:timers/promises'
import { openFiles } from './embedded/files.ts'
import { closeDoor, joinServer, type Membership, urls } from './embedded/membership.ts'
import { stopServer } from './embedded/postmaster.ts'
import type { Log } from './log.ts'

export interface Embedded {
  /** The bot's role; it owns nothing. */
  url: string
  /** The role that owns the database and its tables. */
  migrateUrl: string
  /** Stops Postgres, unless another bot uses it too: then the last one does. To be called when nobody needs it any more. */
  stop(): Promise<void>
}

/**
 * Starts Postgres on the files in `dataDir`, made if there are none, or joins the server that runs there already:
 * another bot's, or one that a killed bot left behind. If it dies it is started again, on the same port.
 *
 * It listens on 127.0.0.1 alone, on a free port at each start. Throws StorageError `unsupported` or `unusable`.
 */
export async function startEmbedded({ dataDir, log }: { dataDir: string; log: Log }): Promise<Embedded> {
  const { cluster, run } = await openFiles(dataDir)
  const stopping = new AbortController()
  const { signal } = stopping
  const first = await joinServer(cluster, run, { port: null, signal })
  const { port } = first
  log.info({ port, data: cluster.data }, 'the embedded Postgres is running')

  let joined: Promise<Membership | null> = Promise.resolve(first)
  stay(first)

  function stay(membership: Membership) {
    membership.ended.then(() => {
      if (!signal.aborted) joined = rejoin()
    })
  }

  async function rejoin(): Promise<Membership | null> {
    log.warn({ log: cluster.log }, 'the embedded Postgres is gone; starting it again')
    while (!signal.aborted) {
      try {
        const again = await joinServer(cluster, run, { port, signal })
        if (again.port !== port) log.error({ port: again.port }, 'it has another port now: restart the bot')
        stay(again)
        return again
      } catch (error) {
        if (signal.aborted) break
        log.error({ err: error }, 'the embedded Postgres could not be started; trying again')
        await delay(2_000, undefined, { signal }).catch(() => {})
      }
    }
    return null
  }

  return {
    ...urls(cluster, port),
    async stop() {
      stopping.abort()
      const membership = await joined
      const last = membership && (await closeDoor(membership).catch(() => false))
      if (last) await stopServer(cluster, run)
      else log.info({}, 'the embedded Postgres is left to the others that use it')
      await membership?.client.end()
    },
  }
}
