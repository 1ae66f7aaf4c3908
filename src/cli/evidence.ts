import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EVIDENCE_TABLES } from '../review/evidence.ts'
import { save } from './download.ts'
import { EXIT, wrongUsage } from './error.ts'
import type { SubCommand } from './sub-command.ts'

const USAGE = 'evidence --from 2026-10-01 --to 2026-11-01 [--out FOLDER]'

/** The auditors' tables as CSV files: changes, broken glasses, memberships, configurations. */
export const evidence: SubCommand = {
  name: 'evidence',
  usage: USAGE,
  summary: 'what auditors ask for, as CSV: changes with their approvers, broken glasses, memberships, configurations',
  async run(args, terminal) {
    const { from, to, out = '.' } = optionsOf(args)
    const span = { from: moment('--from', from), to: moment('--to', to) }
    const client = terminal.client()
    const key = randomUUID()
    await mkdir(out, { recursive: true })
    for (const table of EVIDENCE_TABLES) {
      const path = join(out, `${table}.csv`)
      const failed = await save(client, '/api/evidence', { table, ...span, key }, path, terminal)
      if (failed) return EXIT.failed
      terminal.out(path)
    }
    return EXIT.done
  },
}

/** A day is its beginning, in UTC. */
function moment(option: string, text: string | undefined): string {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? `${text}T00:00:00Z` : (text ?? ''))
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  throw wrongUsage(
    `${option} must be a day such as 2026-10-01, or a time such as 2026-10-01T08:00:00Z. Usage: firebreak ${USAGE}`,
  )
}

function optionsOf(args: string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({ args, options: { from: text, to: text, out: text } }).values
  } catch (cause) {
    throw wrongUsage(`${(cause as Error).message}. Usage: firebreak ${USAGE}`, { cause })
  }
}
