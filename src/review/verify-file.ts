import { createHash } from 'node:crypto'
import { type ExportStatement, isSigned, type Signature } from '../timeline/signing.ts'
import { sentencesOf, type Verdict } from '../timeline/verdict.ts'
import { createVerifier, type Expected, type StoredEntry, type Verifier } from '../timeline/verify.ts'
import { readable } from './json.ts'
import { linesOf } from './lines.ts'

/** How a file fared: an export has one chain, an audit sink's file as many as it has seen. */
export type FileVerdict =
  | { kind: 'verified'; ok: boolean; verdicts: Verdict[]; sentences: string[] }
  | { kind: 'refused'; reason: string }

type Line = Record<string, unknown>
type Seal = ExportStatement & { key: string; public_key: string; signature: string }

const ENTRIES = '  "entries": ['
const SEAL = '  "seal": '
const KEEP = 'Keep the file as it came: one that was formatted anew, or saved by an editor, can’t be verified'

/**
 * Verifies a JSON export or the file of an audit sink, a line at a time, without a database: what it takes is in the
 * file. What it can't know is whose the key is that signed: name the right ones in `expected.keys`.
 */
export async function verifyFile(path: string, expected: Expected = {}): Promise<FileVerdict> {
  try {
    const lines = linesOf(path)
    const first = (await lines.next()).value
    if (first === undefined) return refused(`${path} is empty`)
    if (first === '{') return await verifyExport(path, lines, expected)
    return await verifyStream(path, first, lines, expected)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'not_ours') return refused(notOurs(path))
    if (code === 'ENOENT') return refused(`${path} does not exist`)
    if (code === 'EISDIR' || code === 'EACCES') return refused(`${path} can’t be read (${code})`)
    throw error
  }
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const

/** Names are said before anything is verified: they may be nothing but names. */
const isChain = (name: unknown): name is string => typeof name === 'string' && /^(INC-\d{1,9}|general)$/.test(name)

const notOurs = (path: string) =>
  `${path} is no timeline of Firebreak: neither a JSON export (of \`export INC-7 json\`; Markdown can’t be verified) nor the file of an audit sink. ${KEEP}`

async function verifyExport(path: string, lines: AsyncGenerator<string>, expected: Expected): Promise<FileVerdict> {
  const header = ['{']
  const digest = createHash('sha256').update('{\n')
  for await (const line of until(lines, ENTRIES)) {
    header.push(line)
    digest.update(line).update('\n')
  }
  const { format, version, chain } = (parse(`${header.join('')}"entries": []}`) ?? {}) as {
    [key: string]: unknown
    chain?: { name: string; entries: number }
  }
  const isOurs = format === 'firebreak.export' && Number.isSafeInteger(version) && isChain(chain?.name)
  if (!isOurs || !chain || !Number.isSafeInteger(chain.entries)) return refused(notOurs(path))
  if (version !== 1) return refused(`${path} is an export of version ${version}, which this release can’t read`)
  digest.update(ENTRIES).update('\n')

  const verifier = createVerifier(chain.name, expected, chain.entries)
  let place = 0
  let inEntries = true
  let seal: Seal | null = null
  let sealLine = ''
  let after = ''
  for await (const line of lines) {
    if (seal !== null) after += line
    else if (!inEntries && line.startsWith(SEAL)) {
      sealLine = line
      seal = parse(line.slice(SEAL.length)) as Seal | null
    } else {
      digest.update(line).update('\n')
      if (line.startsWith('  ]')) inEntries = false
      if (inEntries) addExported(verifier, parse(line.endsWith(',') ? line.slice(0, -1) : line), ++place)
    }
  }
  const verdict = seal
    ? sealed(verifier, seal, sealLine + after === sealText(seal) && digest.digest('hex') === seal.file)
    : cutOff(verifier, chain.entries, inEntries)
  return verified([verdict])
}

/** The end of a file, as it is written. */
const sealText = ({ chain, seq, hash, file, key, public_key, signature }: Seal): string =>
  `${SEAL}${JSON.stringify({ chain, seq, hash, file, key, public_key, signature })}}`

function sealed(verifier: Verifier, seal: Seal, unchanged: boolean): Verdict {
  const { chain, seq, hash, file, key, public_key, signature } = seal
  const signed: Signature = { key, publicKey: public_key, signature }
  const isGood = isSigned({ kind: 'export', of: { chain, seq, hash, file } }, signed)
  const verdict = verifier.end({ length: seq, head: hash }, { signature: signed, isGood })
  if (!verdict.ok || unchanged) return verdict
  const text =
    'the file was changed after it was made, but none of its entries: the summary, a name, a sentence or a link'
  return { ...verdict, ok: false, problems: [{ kind: 'file', entries: [], text }] }
}

/** The file ends before its signature does. */
function cutOff(verifier: Verifier, length: number, inEntries: boolean): Verdict {
  const what = inEntries ? 'the file ends among its entries' : 'the file ends after its entries'
  verifier.blame('truncated', [], `${what}, and the signature at its end is missing`)
  return verifier.end({ length, head: null })
}

function addExported(verifier: Verifier, line: Line | null, place: number) {
  const stored = line && asStored(line)
  if (!line || !stored) return verifier.blame('edited', [place], `entry ${place} can’t be read: its line was changed`)
  verifier.add(stored)
  if (verifier.facts() && !readsAsRecorded(line, stored)) {
    verifier.blame('edited', [stored.seq], `entry ${stored.seq} was edited: it doesn’t read as what was recorded`)
  }
}

/** What people and programs read beside the hashed bytes says the same. */
function readsAsRecorded(line: Line, stored: StoredEntry): boolean {
  try {
    const recorded = readable(stored)
    const shown = Object.keys(recorded).map((key) => line[key])
    return JSON.stringify(Object.values(recorded)) === JSON.stringify(shown)
  } catch {
    return false // its payload is no JSON
  }
}

/** Lines of many chains, each with its own. */
async function verifyStream(
  path: string,
  first: string,
  lines: AsyncGenerator<string>,
  expected: Expected,
): Promise<FileVerdict> {
  const chains = new Map<string, Verifier>()
  let unreadable = 0
  const add = (text: string) => {
    const line = parse(text)
    const stored = line && asStored(line)
    if (!stored || typeof line.chain !== 'string') {
      unreadable += 1
      return
    }
    if (!isChain(line.chain)) throw Object.assign(new Error('There is no such chain'), { code: 'not_ours' })
    const verifier = chains.get(line.chain) ?? createVerifier(line.chain, { ...expected, excerpt: true })
    chains.set(line.chain, verifier)
    verifier.add(stored)
  }
  add(first)
  for await (const line of lines) add(line)
  if (chains.size === 0) return refused(notOurs(path))
  if (chains.size > 1 && expected.heads?.length) {
    return refused(`${path} holds several timelines, and a head is of one of them: verify it without`)
  }
  const cut = `${unreadable === 1 ? 'One line' : `${unreadable} lines`} can’t be read. A crash cuts a line short; what it held comes again after it.`
  return verified(
    [...chains.values()].map((verifier) => verifier.end(null)),
    unreadable > 0 ? [cut] : [],
  )
}

const verified = (verdicts: Verdict[], notes: string[] = []): FileVerdict => ({
  ...{ kind: 'verified', ok: verdicts.every(({ ok }) => ok), verdicts },
  sentences: [...verdicts.flatMap((verdict) => sentencesOf(verdict)), ...notes],
})

/** Yields lines up to one that reads so, which is left out; the rest can be read on. */
async function* until(lines: AsyncGenerator<string>, stop: string): AsyncGenerator<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done || value === stop) return
    yield value
  }
}

function parse(text: string): Line | null {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function asStored({ seq, bytes, hash, salt, payload }: Line): StoredEntry | null {
  const isText = (value: unknown) => typeof value === 'string'
  if (!Number.isSafeInteger(seq) || !isText(bytes) || !isText(hash)) return null
  if ((salt !== null && !isText(salt)) || (payload !== null && !isText(payload))) return null
  return { seq, bytes, hash, salt, payload } as StoredEntry
}
