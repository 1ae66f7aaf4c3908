import { readFileSync } from 'node:fs'
import { wrongUsage } from './error.ts'

export interface Settings {
  /** With a slash at its end. */
  url: string
  token: string
}

const DEFAULT_URL = 'http://127.0.0.1:3000'

/** Where the bot is and who asks. Throws with exit code 2; no message holds the token. An empty variable counts as unset. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  return { url: botUrl(env.FIREBREAK_URL || DEFAULT_URL), token: readToken(env) }
}

/** FIREBREAK_URL with a slash at its end. Throws with exit code 2. */
export function botUrl(address: string): string {
  const url = URL.parse(address.endsWith('/') ? address : `${address}/`)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href
  throw wrongUsage('FIREBREAK_URL must be an http or https address, such as https://firebreak.example.com')
}

function readToken({ FIREBREAK_TOKEN, FIREBREAK_TOKEN_FILE }: Record<string, string | undefined>): string {
  const [from, token] = FIREBREAK_TOKEN
    ? ['FIREBREAK_TOKEN', FIREBREAK_TOKEN.trim()]
    : ['the file of FIREBREAK_TOKEN_FILE', FIREBREAK_TOKEN_FILE ? readFile(FIREBREAK_TOKEN_FILE) : null]
  if (token === null) {
    throw wrongUsage(
      'FIREBREAK_TOKEN is missing, and so is FIREBREAK_TOKEN_FILE: one of them says who you are. An administrator issues a token with `/ops token @you` in Slack.',
    )
  }
  if (!/^firebreak_[\w-]{43}$/.test(token)) {
    throw wrongUsage(`${from} holds no token: it is firebreak_ and 43 characters, and nothing else`)
  }
  return token
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw wrongUsage(`FIREBREAK_TOKEN_FILE (${path}) can't be read: ${code}`, { cause })
  }
}
