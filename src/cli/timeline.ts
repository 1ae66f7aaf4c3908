import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { exportSchema } from '../review/schema/document.ts'
import { verifyFile } from '../review/verify-file.ts'
import { readFingerprint, readHead } from '../timeline/signing.ts'
import { EXIT, type Exit, wrongUsage } from './error.ts'
import { show } from './speak.ts'
import type { SubCommand, Terminal } from './sub-command.ts'

const USAGE =
  'timeline verify FILE|INC-n [--key FINGERPRINT|FILE …] [--head ENTRY:HASH …] | erase INC-n ENTRY… --reason "…" | schema'

/** Whether a timeline is what was recorded: an exported file here and now, a chain in the database by asking the bot. */
export const timeline: SubCommand = {
  name: 'timeline',
  usage: USAGE,
  summary:
    'verify an exported timeline offline, or one in the database; erase what entries say; the JSON schema of exports',
  async run([verb, ...args], terminal) {
    if (verb === 'verify') return await verify(args, terminal)
    if (verb === 'erase') return await erase(args, terminal)
    if (verb === 'schema' && args.length === 0) {
      terminal.out(JSON.stringify(exportSchema(), null, 2))
      return EXIT.done
    }
    throw wrongUsage(`Usage: firebreak ${USAGE}`)
  },
}

async function verify(args: string[], terminal: Terminal): Promise<Exit> {
  const many = { type: 'string', multiple: true } as const
  const { values, positionals } = parsed(args, { key: many, head: many })
  const [what, ...more] = positionals
  if (what === undefined || more.length > 0) throw wrongUsage(`Usage: firebreak ${USAGE}`)
  const keys = values.key ? [values.key].flat().map(String).map(fingerprintOf) : null
  const heads = [values.head ?? []].flat().map(String).map(headOf)
  if (/^(INC-\d+|general)$/i.test(what) && !isFile(what)) {
    const query = { ...(keys && { keys: keys.join() }), ...(heads.length > 0 && { heads: heads.map(written).join() }) }
    const said = await terminal.client().get('/api/timeline', { chain: what, ...query })
    show(said, terminal)
    return said.kind === 'text' ? EXIT.done : EXIT.failed
  }
  const verdict = await verifyFile(what, { keys, heads })
  if (verdict.kind === 'refused') throw wrongUsage(verdict.reason)
  if (terminal.options.json) terminal.out(JSON.stringify({ ok: verdict.ok, verdicts: verdict.verdicts }))
  else (verdict.ok ? terminal.out : terminal.err)(verdict.sentences.join('\n'))
  return verdict.ok ? EXIT.done : EXIT.failed
}

async function erase(args: string[], terminal: Terminal): Promise<Exit> {
  const { values, positionals } = parsed(args, { reason: { type: 'string' } })
  const [chain, ...entries] = positionals
  const numbers = entries.map(Number)
  if (!chain || entries.length === 0 || !numbers.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw wrongUsage(`Usage: firebreak ${USAGE}`)
  }
  if (!values.reason) throw wrongUsage('--reason is missing: an erasure needs one, which stays on record')
  const body = { chain, entries: numbers, reason: String(values.reason), key: randomUUID() }
  const said = await terminal.client().post('/api/erase', body)
  show(said, terminal)
  return said.kind === 'text' ? EXIT.done : EXIT.failed
}

function fingerprintOf(key: string): string {
  const fingerprint = readFingerprint(isFile(key) ? readFileSync(key, 'utf8') : key)
  if (fingerprint) return fingerprint
  throw wrongUsage('--key must be a key’s fingerprint (32 hex digits), or a file with the public key in PEM')
}

type Head = NonNullable<ReturnType<typeof readHead>>

function headOf(text: string): Head {
  const head = readHead(text)
  if (head) return head
  throw wrongUsage('--head must be an entry’s number and hash, as the thread shows them: 12:ab12cd34ef567890')
}

const written = ({ seq, hash }: Head): string => `${seq}:${hash}`

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

function parsed(args: string[], options: Record<string, { type: 'string'; multiple?: true }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (cause) {
    throw wrongUsage(`${(cause as Error).message}. Usage: firebreak ${USAGE}`, { cause })
  }
}
