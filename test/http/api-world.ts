import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Said } from '../../src/http/routes/said.ts'
import { type Bot, startBot } from '../support/firebreak.ts'

/** For a test file: the API as a program sees it, over HTTP, with tokens that Carol issues in Slack. */
export function apiWorld() {
  let bot: Bot
  let alices: string
  let keys = 0
  const key = () => `test-key-${++keys}`
  const signed = (token: string | null) => (token ? { authorization: `Bearer ${token}` } : {})

  async function issue(user: string, days = 30): Promise<string> {
    const text = await bot.ask('U0CAROL', `token ${user} --days ${days}`, '/ops')
    const secret = /firebreak_[\w-]{43}/.exec(text)?.[0]
    if (!secret) throw new Error(text)
    return secret
  }

  async function post(body: unknown, token: string | null = alices, headers: Record<string, string> = {}) {
    const response = await fetch(`${bot.url()}/api/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed(token), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Said }
  }

  beforeAll(async () => {
    bot = await startBot()
    alices = await issue('U0ALICE')
  })
  afterEach(() => bot.slack.assertClean())
  afterAll(() => bot.stop())

  return {
    bot: () => bot,
    /** Alice's token: what is sent without naming one is hers. */
    alices: () => alices,
    issue,
    key,
    post,
    run: async (line: string, token = alices) => (await post({ line, key: key() }, token)).body,
    async get(path: string, token = alices) {
      const response = await fetch(`${bot.url()}${path}`, { headers: signed(token) })
      return { status: response.status, body: (await response.json()) as Said }
    },
  }
}
