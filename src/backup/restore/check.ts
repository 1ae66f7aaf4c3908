import type { Facts } from '../../timeline/chain.ts'
import { BackupError } from '../error.ts'
import { bytes, type Cells, cellsOf } from './cells.ts'
import { type BackupFile, openBackup } from './file.ts'
import { openJudge } from './judge.ts'
import { payloadsOf } from './payloads.ts'

/** What a backup holds, once all of it was found to be right. */
export interface Contents {
  takenAt: string
  chains: number
  entries: number
  /** Of the entries, those whose words were erased. */
  erased: number
  /** By table. */
  rows: Record<string, number>
}

/**
 * Checks a backup without any database: every byte against its seal, every line, how many there are, and every chain from
 * its bytes, to the head that the header names. Throws BackupError.
 */
export async function checkBackup(path: string): Promise<Contents> {
  return await checkFile(await openBackup(path))
}

export async function checkFile(file: BackupFile): Promise<Contents> {
  const { header } = file
  const wrong = (problem: string) => new BackupError('damaged', `${file.path} is damaged: ${problem}`)
  const rows: Record<string, number> = Object.fromEntries(Object.keys(header.tables).map((table) => [table, 0]))
  const expected = new Map(header.chains.map((chain) => [chain.chain, chain]))
  const seen = new Set<string>()
  const payloads = payloadsOf(file)
  let erased = 0
  let chain: { name: string; judge: ReturnType<typeof openJudge> } | null = null

  function begin(name: string) {
    const known = expected.get(name)
    if (!known || seen.has(name)) throw wrong(`entries of ${name} are where none should be`)
    seen.add(name)
    return { name, judge: openJudge(known) }
  }

  function end() {
    const verdict = chain?.judge.verdict() ?? { erased: 0 }
    if ('problem' in verdict) throw wrong(verdict.problem)
    erased += verdict.erased
  }

  try {
    for await (const row of file.rows()) {
      rows[row.table] = (rows[row.table] ?? 0) + 1
      const cells = cellsOf(header, row)
      if (row.table === 'chains') {
        const { chain: name, seq, head } = cells
        const known = expected.get(String(name))
        if (Number(seq) !== known?.seq || bytes(head).toString('hex') !== known.head) {
          throw wrong(`${name} is not the chain that its header says`)
        }
      }
      if (row.table !== 'timeline') continue
      const differing = derivedWrong(cells)
      if (differing) throw wrong(`${cells.chain}, entry ${cells.seq}: ${differing} is not what its bytes say`)
      const name = String(cells.chain)
      if (!chain || chain.name !== name) {
        end()
        chain = begin(name)
      }
      const { salt, body } = await payloads.of(name, Number(cells.seq))
      chain.judge.add({
        ...{ seq: Number(cells.seq), bytes: bytes(cells.bytes).toString(), hash: bytes(cells.hash).toString('hex') },
        ...{ salt: salt?.toString('hex') ?? null, payload: body },
      })
    }
    end()
    const stray = await payloads.next()
    if (stray) throw wrong(`words of an entry that is not there (${stray.chain}, entry ${stray.seq})`)
  } finally {
    await payloads.close()
  }
  for (const { chain: name, seq } of header.chains)
    if (seq > 0 && !seen.has(name)) throw wrong(`the entries of ${name} are missing`)
  if (rows.chains !== header.chains.length)
    throw wrong(`${rows.chains} chains are there, and ${header.chains.length} were`)
  return { takenAt: header.takenAt, chains: header.chains.length, entries: rows.timeline ?? 0, erased, rows }
}

/** The column that says something else than what was hashed; null when none does: queries go by the columns. */
function derivedWrong(cells: Cells): string | null {
  const facts = parsed(bytes(cells.bytes))
  if (!facts) return 'a column'
  const time = (text: string | null | undefined) => new Date(text ?? '').getTime()
  const same = {
    type: facts.type === cells.type,
    subject: facts.subject === cells.subject,
    actor: facts.actor === cells.actor,
    cause: facts.cause === cells.cause,
    occurred_at: time(facts.occurred_at) === time(cells.occurred_at),
    recorded_at: time(facts.recorded_at) === time(cells.recorded_at),
  }
  return Object.entries(same).find(([, holds]) => !holds)?.[0] ?? null
}

function parsed(text: Buffer): Facts | null {
  try {
    return JSON.parse(text.toString())
  } catch {
    return null
  }
}
