import pRetry, { AbortError } from 'p-retry'
import type { Said } from '../http/routes/said.ts'
import { CliError, EXIT } from './error.ts'
import type { Settings } from './settings.ts'

export interface Client {
  get(path: string, query: Record<string, string>): Promise<Said>
  /** Sent again while no answer comes: the body carries a key by which it acts once all the same. */
  post(path: string, body: object): Promise<Said>
  /** A file as it comes, or what the bot said instead. Not sent again: what was asked for may be on its way. */
  download(path: string, query: Record<string, string>): Promise<{ body: ReadableStream } | { said: Said }>
}

/** Longer than the slowest plan: the bot waits for a cluster, and for Slack if that hangs. */
const TIMEOUT_MS = 60_000
/** Over some seconds in all: a bot that restarts, a database that fails over. */
const RETRIES = { retries: 3, minTimeout: 500, randomize: true }

/** The bot is there, and can't serve yet. */
const NOT_NOW = ['database_away', 'starting']

/** The bot's API. Rejects with exit code 3 when no answer of the bot's comes. */
export function createClient({ url, token }: Settings): Client {
  async function askOnce(address: URL, init: RequestInit): Promise<Said> {
    const response = await fetch(address, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      redirect: 'manual', // the token goes to the bot and nowhere else
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const said = parseSaid(await response.text())
    if (!said) throw new AbortError(notOurs(response))
    if (NOT_NOW.includes(said.code ?? '')) throw new NotNow(said)
    return said
  }

  async function ask(path: string, init: RequestInit = {}): Promise<Said> {
    const address = new URL(path.slice(1), url)
    const shouldRetry = ({ error }: { error: Error }) => error.name !== 'TimeoutError'
    try {
      return await pRetry(() => askOnce(address, init), { ...RETRIES, shouldRetry })
    } catch (error) {
      if (error instanceof NotNow) return error.said
      throw error instanceof CliError ? error : unreachable(url, error as Error)
    }
  }

  return {
    get: (path, query) => ask(`${path}?${new URLSearchParams(query)}`),
    async download(path, query) {
      const address = new URL(`${path.slice(1)}?${new URLSearchParams(query)}`, url)
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(address, { headers, redirect: 'manual' }).catch((error) => {
        throw unreachable(url, error)
      })
      const isFile = response.ok && response.headers.get('content-disposition')?.startsWith('attachment')
      if (isFile && response.body) return { body: response.body }
      const said = parseSaid(await response.text())
      if (!said) throw notOurs(response)
      return { said }
    },
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  }
}

class NotNow extends Error {
  readonly said: Said
  constructor(said: Said) {
    super(said.text)
    this.said = said
  }
}

/** Null for anything but our JSON: that comes of another program, a proxy or a wrong address. */
function parseSaid(text: string): Said | null {
  try {
    const said = JSON.parse(text) as Partial<Said>
    return typeof said.kind === 'string' && typeof said.text === 'string' ? (said as Said) : null
  } catch {
    return null
  }
}

const notOurs = ({ url, status, statusText }: Response) =>
  new CliError(EXIT.unreachable, `What answers at ${url} is not Firebreak: ${`${status} ${statusText}`.trim()}`)

function unreachable(url: string, error: Error): CliError {
  const cause = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message
  const message =
    error.name === 'TimeoutError'
      ? `Firebreak at ${url} did not answer within ${TIMEOUT_MS / 1000} s. What you asked for may have been done: look before you try again.`
      : `Firebreak can't be reached at ${url} (${cause}). FIREBREAK_URL says where it listens.`
  return new CliError(EXIT.unreachable, message, { cause: error })
}
