import { parseArgs } from 'node:util'
import { endWith } from '../end.ts'
import { demoFolder } from './folder.ts'
import { findLocalSlack } from './local-slack.ts'
import { noLocalSlack, runs } from './words.ts'

/** Whatever hangs, Ctrl-C ends the demo. */
const STOP_WITHIN_MS = 20_000

let halfALine = false

/** `  Postgres … 2.1 s` */
function progress(part: string): () => void {
  const since = Date.now()
  process.stdout.write(`  ${part} … `)
  halfALine = true
  return () => {
    process.stdout.write(`${((Date.now() - since) / 1000).toFixed(1)} s\n`)
    halfALine = false
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } })
  const localSlack = findLocalSlack()
  if (!localSlack) {
    console.error(noLocalSlack(`${process.platform}-${process.arch}`))
    return endWith(1)
  }

  const asked = Promise.withResolvers<void>()
  // npm passes a Ctrl-C on that the terminal has delivered already: only the first one counts.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked.resolve)

  console.log('Starting the demo.')
  const loaded = progress('Program')
  const { startDemo } = await import('./start.ts') // a second or two, and nobody should look at nothing meanwhile
  loaded()
  const folder = await demoFolder(process.env.FIREBREAK_DATA_DIR, process.cwd())
  const demo = await startDemo({ folder, fresh: values.fresh, localSlack, progress })
  console.log(runs(demo.url, folder))
  await asked.promise
  process.stdout.write('Stopping … ')
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
  await demo.stop()
  console.log('stopped.')
  endWith(0)
}

main().catch((error: Error & { code?: string }) => {
  if (halfALine) console.log('failed.')
  console.error(error.code ? error.message : error)
  endWith(1)
})
