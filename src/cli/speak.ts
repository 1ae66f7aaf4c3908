import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Said, SaidChange } from '../http/routes/said.ts'
import type { Client } from './client.ts'
import { CliError, EXIT, type Exit } from './error.ts'
import type { Terminal } from './sub-command.ts'

/** Has the bot run a line, shows what it answers and, with `--wait`, what becomes of it. */
export async function runLine(line: string, terminal: Terminal): Promise<Exit> {
  const client = terminal.client()
  const said = await client.post('/api/run', { line, key: randomUUID() })
  show(said, terminal)
  if (said.kind !== 'text') return EXIT.failed
  if (!terminal.options.wait || !said.change) return EXIT.done
  return await waitForEnd(said.change, client, terminal)
}

/** What was not done goes to standard error, and so does what is only on the way. */
export function show(said: Said, { options, out, err }: Terminal) {
  if (options.json) return out(JSON.stringify(said))
  const choices = (said.choices ?? []).map(({ label, line }) =>
    label === `firebreak ${line}` ? `  firebreak ${line}` : `  firebreak ${line}   (${label})`,
  )
  const print = said.kind === 'text' ? out : err
  print([said.text, ...choices].join('\n'))
}

const LOOK_EVERY_MS = 2_000
/** A bot that restarts is away for less. */
const GONE_MS = 60_000

/** Looks until nothing more happens to the change by itself. */
async function waitForEnd(change: SaidChange, client: Client, terminal: Terminal): Promise<Exit> {
  let { state } = change
  let heardAt = Date.now()
  for (let now = change; !now.ended; ) {
    await delay(LOOK_EVERY_MS)
    const said = await client.get('/api/change', { name: change.name }).catch((error) => {
      if (error instanceof CliError && Date.now() - heardAt < GONE_MS) return null
      throw error
    })
    // Away, or asked too often: the change goes on meanwhile.
    if (!said?.change) {
      if (said && Date.now() - heardAt >= GONE_MS) throw new CliError(EXIT.failed, said.text)
      continue
    }
    heardAt = Date.now()
    now = said.change
    if (now.state === state) continue
    state = now.state
    if (now.ended) show(said, terminal)
    else terminal.err(`${now.name} is ${state}`)
  }
  return state === 'succeeded' ? EXIT.done : EXIT.failed
}
