import { type Budget, createLimits } from '../../src/limits/limits.ts'
import { keptLog } from './log.ts'

/** A loaded machine answers late, and a budget that is not shared would be right then: tests of sharing wait longer. */
const PATIENT_MS = 10_000

/** The limits of one replica, and what it counted: `no_redis`, `away` and `none`, by budget. */
export function replicaLimits<Name extends string>(
  redisUrl: string | null,
  budgets: Record<Name, Budget>,
  { owner = 'T0ACME/U0BOT', timeoutMs = PATIENT_MS } = {},
) {
  const log = keptLog()
  const counted: string[] = []
  const metrics = {
    failedOpen: (budget: string, reason: string) => void counted.push(`${reason} ${budget}`),
    exhausted: (budget: string) => void counted.push(`none ${budget}`),
  }
  const limits = createLimits({ redisUrl, budgets, owner: () => owner, log, metrics, timeoutMs })
  return { ...limits, log, counted }
}

/** Waits until it is connected to its Redis. */
export async function connected<T extends { state(): Promise<{ connected: boolean }> }>(limits: T): Promise<T> {
  while (!(await limits.state()).connected) await new Promise((resolve) => setTimeout(resolve, 5))
  return limits
}
