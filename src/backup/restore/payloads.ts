import { bytes, cellsOf } from './cells.ts'
import type { BackupFile } from './file.ts'

interface Payload {
  chain: string
  seq: number
  salt: Buffer
  body: string
}

/** What entries say comes later in the file, in the entries' order: read side by side, it needn't be kept. */
export function payloadsOf(file: BackupFile) {
  const rows = file.rows()
  /** undefined: not read yet; null: there are no more. */
  let ahead: Payload | null | undefined

  async function next(): Promise<Payload | null> {
    if (ahead !== undefined) return ahead
    for (;;) {
      const { value, done } = await rows.next()
      if (done) break
      if (value.table !== 'payloads') continue
      const { chain, seq, salt, body } = cellsOf(file.header, value)
      ahead = { chain: String(chain), seq: Number(seq), salt: bytes(salt), body: String(body) }
      return ahead
    }
    ahead = null
    return ahead
  }
  return {
    next,
    /** Nothing when it was erased. */
    async of(chain: string, seq: number): Promise<{ salt: Buffer | null; body: string | null }> {
      const payload = await next()
      if (payload?.chain !== chain || payload.seq !== seq) return { salt: null, body: null }
      ahead = undefined
      return { salt: payload.salt, body: payload.body }
    },
    close: () => rows.return(undefined),
  }
}
