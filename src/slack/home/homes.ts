import { setTimeout as delay } from 'node:timers/promises'
import type { WebClient } from '@slack/web-api'
import type { Log } from '../../storage/log.ts'
import type { Session } from '../../storage/session.ts'
import { canonical, sha256 } from '../../timeline/canonical.ts'
import type { Ledger } from '../../timeline/ledger.ts'
import { LEDGER_CHANNEL } from '../../timeline/store.ts'
import type { Checks } from '../checks.ts'
import { ask } from '../projection/answer.ts'
import { type Bell, createBell } from '../projection/bell.ts'
import type { Pace } from '../projection/pace.ts'
import { renderHome, type Sources } from './render.ts'

/** So long somebody who opened their Home looks at it. Slack doesn't tell when they leave. */
const LOOKS_MS = 600_000
/** What is recorded within it comes to a Home at once. */
const EVERY_MS = 3_000
/** Beyond it, whoever opened theirs longest ago isn't followed any more: they see it fresh when they open it again. */
const MOST = 200
const URGENCY = { opened: 1, refreshed: 0 } as const

export interface Homes {
  /** Somebody opened their Home: it is shown to them, and shown anew when something changed, as long as they may look. */
  opened(account: { team: string; user: string }): void
  /** From now on what other replicas record is heard, too. */
  start(session: Pick<Session, 'listen'>): void
  stop(): Promise<void>
}

interface Options extends Sources {
  web: WebClient
  pace: Pace<'homes'>
  checks: Checks
  ledger: Pick<Ledger, 'onAppend'>
  log: Log
  everyMs?: number
  looksMs?: number
}

/** Somebody who looks. What is known of them is this process's: losing it costs freshness, and nothing else. */
interface Looker {
  account: string
  user: string
  until: number
  bell: Bell
  urgency: number
  /** The hash of what was published last, and when. */
  shown: string | null
  publishedAt: number
  /** That it failed was said. */
  failed: boolean
}

/**
 * App Home, for those who look at it. Any entry may concern any of them, so each entry has them all looked after; what is
 * published is what differs. A replica that somebody opened theirs at follows for them, until ten minutes later.
 */
export function createHomes(options: Options): Homes {
  const { web, pace, checks, ledger, log, everyMs = EVERY_MS, looksMs = LOOKS_MS } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const lookers = new Map<string, Looker>()
  const following = new Set<Promise<void>>()

  async function follow(looker: Looker) {
    while (looker.until > Date.now() && !signal.aborted) {
      await show(looker).catch((error: unknown) => complain(looker, error))
      await looker.bell.wait(Math.max(0, looker.until - Date.now()))
      const opened = looker.urgency === URGENCY.opened
      const wait = opened ? looker.publishedAt + everyMs - Date.now() : everyMs
      if (wait > 0) await delay(wait, undefined, { signal }).catch(() => {})
    }
    if (lookers.get(looker.account) === looker) lookers.delete(looker.account)
  }

  async function show(looker: Looker) {
    const { account, user, bell } = looker
    if (!(await render(looker)).differs) return
    await pace.turn('homes', '', looker.urgency, signal)
    // The turn may have been long in coming: what is so now is what counts.
    bell.reset()
    const { blocks, hash } = await render(looker)
    looker.urgency = URGENCY.refreshed
    const view = { type: 'home', blocks: checks.checkView(blocks) as never } as const
    const answer = await ask(() => web.views.publish({ user_id: user, view }))
    if (answer.kind === 'rate_limited') {
      await pace.pause('homes', '', answer.ms)
      return bell.ring()
    }
    // What Slack didn't take isn't sent to it again.
    Object.assign(looker, { shown: hash, publishedAt: Date.now() })
    if (answer.kind !== 'ok') throw new Error(`Slack does not take the Home of ${account}: ${answer.error}`)
  }

  async function render({ account, shown, bell }: Looker) {
    const { blocks, whole } = await renderHome(account, options)
    // A card follows its entry, and no other entry tells of that.
    if (!whole) bell.ring()
    const hash = sha256(canonical(blocks)).toString('hex')
    return { blocks, hash, differs: hash !== shown }
  }

  /** Once: what is recorded next, or opening it again, is the next try. */
  function complain(looker: Looker, error: unknown) {
    if (signal.aborted) return
    looker.urgency = URGENCY.refreshed
    if (!looker.failed) log.warn({ err: error, user: looker.user }, 'a Home can not be shown')
    looker.failed = true
  }

  function ring() {
    for (const { bell } of lookers.values()) bell.ring()
  }

  ledger.onAppend(ring)
  return {
    opened({ team, user }) {
      if (signal.aborted) return
      const account = `${team}/${user}`
      const known = lookers.get(account)
      const again = { until: Date.now() + looksMs, urgency: URGENCY.opened, shown: null }
      const looker = Object.assign(
        known ?? { account, user, bell: createBell(signal), publishedAt: 0, failed: false },
        again,
      )
      lookers.delete(account)
      lookers.set(account, looker)
      looker.bell.ring()
      if (known) return
      const [oldest] = lookers.values()
      if (lookers.size > MOST && oldest) {
        lookers.delete(oldest.account)
        oldest.until = 0
        oldest.bell.ring()
      }
      const work = follow(looker).finally(() => following.delete(work))
      following.add(work)
    },
    start: (session) => session.listen(LEDGER_CHANNEL, ring),
    async stop() {
      stopping.abort()
      await Promise.all(following)
    },
  }
}
