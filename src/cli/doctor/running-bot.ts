import { botUrl } from '../settings.ts'
import { type Checks, note, right, wrong } from './check.ts'

const TIMEOUT_MS = 5_000

/** Whether the bot that this machine's command line speaks to is ready. */
export const runningBot: Checks = ({ bot }) => [
  {
    about: 'running bot',
    async look() {
      if (bot === null) return [note('not asked: FIREBREAK_URL is not set')]
      const url = new URL('health/ready', botUrl(bot))
      try {
        const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
        const health = (await response.json().catch(() => null)) as Health | null
        if (typeof health?.ready !== 'boolean') return [wrong(`what answers at ${url} is not Firebreak`)]
        const why = health.database === false ? 'it has no database' : 'it starts or stops'
        if (!health.ready) return [wrong(`${bot} is not ready: ${why}. Its log says more`)]
        if (health.slack?.connected) return [right(`${bot} is ready, and connected to Slack`)]
        return [wrong(`${bot} is ready, but not connected to Slack: ${health.slack?.error ?? 'its log says why'}`)]
      } catch (error) {
        const { cause, message } = error as Error & { cause?: { code?: string } }
        return [wrong(`no answer from ${url} (${cause?.code ?? message}). FIREBREAK_URL says where the bot listens`)]
      }
    },
  },
]

/** What is of interest here of what src/http answers. */
interface Health {
  ready: boolean
  database?: boolean
  slack?: { connected?: boolean; error?: string | null }
}
