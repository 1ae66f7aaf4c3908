import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { Gauge, type Registry } from 'prom-client'
import { isFinal, STATES } from '../operations/states.ts'
import type { Schema } from '../storage/schema.ts'
import { readStanding, type Standing } from './store.ts'

/** A scrape waits for the database no longer than this: it has to come while the database is away, above all. */
const ANSWER_WITHIN_MS = 1_000
const SHARED = 'of the database that all replicas share: each tells the same, so take max, not sum'

/**
 * What is read at a scrape: Slack's state of this replica, and how things stand in the database. What the database does
 * not tell in time is left out rather than told as it was.
 */
export function registerGauges(
  registry: Registry,
  { db, slack }: { db: Kysely<Schema>; slack: () => { connected: boolean } },
): void {
  const registers = [registry]
  let asked: Promise<Standing | null> | null = null
  /** One question at a time, for all gauges and, while the database hangs, for all scrapes. */
  function standing(): Promise<Standing | null> {
    asked ??= readStanding(db)
      .catch(() => null)
      .finally(() => {
        asked = null
      })
    return Promise.race([asked, delay(ANSWER_WITHIN_MS, null, { ref: false })])
  }
  function gauge(name: string, help: string, labelNames: string[], set: (gauge: Gauge, now: Standing) => void) {
    new Gauge({
      ...{ name, help: `${help}; ${SHARED}`, labelNames, registers },
      async collect() {
        const now = await standing()
        this.reset()
        if (now) set(this, now)
        // Without labels a reset leaves a zero.
        else if (labelNames.length === 0) this.remove()
      },
    })
  }

  new Gauge({
    name: 'firebreak_slack_connected',
    help: 'Whether Slack knows this replica’s token and, in Socket Mode, its connection is up: 1 or 0',
    registers,
    collect() {
      this.set(slack().connected ? 1 : 0)
    },
  })
  new Gauge({
    name: 'firebreak_database_answers',
    help: 'Whether the database answered this replica within a second of this scrape: 1 or 0',
    registers,
    async collect() {
      this.set((await standing()) ? 1 : 0)
    },
  })
  gauge('firebreak_changes', 'Changes that have not ended, by state', ['state'], (gauge, { changes }) => {
    for (const state of STATES) if (!isFinal(state)) gauge.set({ state }, changes[state] ?? 0)
  })
  gauge('firebreak_approvals_waiting', 'Plans that wait for another person’s approval', [], (gauge, { approvals }) =>
    gauge.set(approvals.waiting),
  )
  gauge(
    'firebreak_approvals_waiting_oldest_seconds',
    'For how long the oldest of them has waited; 0 when none does',
    [],
    (gauge, { approvals }) => gauge.set(approvals.oldest),
  )
  gauge(
    'firebreak_slack_projection_behind_seconds',
    'For how long the oldest entry has waited that Slack does not show yet; 0 when it shows all',
    [],
    (gauge, { behind }) => gauge.set(behind),
  )
  gauge('firebreak_incidents_open', 'Open incidents', ['severity', 'status'], (gauge, { incidents }) => {
    for (const { severity, status, n } of incidents) gauge.set({ severity, status }, n)
  })
}
