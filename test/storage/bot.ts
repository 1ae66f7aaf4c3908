/**
 * The part of the bot that the tests of the embedded Postgres start and kill: `node bot.ts DATA_DIR` says where its
 * database is, as one line of JSON, and stops on SIGTERM or when the tests are gone. Ctrl-C (SIGINT) is not for it.
 */
import { startEmbedded } from '../../src/storage/embedded.ts'
import { quiet } from '../support/log.ts'

process.on('SIGINT', () => {})
try {
  const embedded = await startEmbedded({ dataDir: process.argv[2] ?? '', log: quiet })
  const stop = async () => {
    await embedded.stop()
    process.exit()
  }
  process.once('SIGTERM', stop)
  process.stdin.resume().once('end', stop)
  console.log(JSON.stringify(embedded))
} catch (error) {
  const { code, message } = error as Error & { code: string }
  console.log(JSON.stringify({ code, message }))
}
