import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from './client.ts'
import { CliError, EXIT } from './error.ts'
import { show } from './speak.ts'
import type { Terminal } from './sub-command.ts'

/** Saves a download whole, or not at all. True when the bot refused it; what it said is shown then. */
export async function save(
  client: Client,
  path: string,
  query: Record<string, string>,
  file: string,
  terminal: Terminal,
): Promise<boolean> {
  const answer = await client.download(path, query)
  if ('said' in answer) {
    show(answer.said, terminal)
    return true
  }
  const part = `${file}.part`
  try {
    // One that is there already may be readable to others, or a link to somewhere else.
    await rm(part, { force: true })
    await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(part, { flags: 'wx', mode: 0o600 }))
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true })
    throw new CliError(EXIT.failed, `${file} could not be saved whole: ${(cause as Error).message}`, { cause })
  }
  return false
}
