import { connectKubernetes } from './adapters/kubernetes/adapter.ts'
import { KubernetesError } from './adapters/kubernetes/port.ts'
import { checkPolicy } from './check-policy.ts'
import type { Config } from './config/config.ts'
import { ConfigError, type Problem } from './config/problems.ts'
import type { Target } from './operations/catalogue.ts'
import type { Redactor } from './redaction/redactor.ts'
import type { Rooms } from './slack/rooms.ts'
import type { Log } from './storage/log.ts'

/** What the file alone can't tell: whether its policy speaks of operations that exist, and its targets can be connected. */
export function prepare(config: Config, file: string, tools: { redact: Redactor; log: Log }): { connected: Target[] } {
  checkPolicy(config, file)
  return { connected: connectTargets(config, file, tools) }
}

/** Waits until it is known which channels the file's names mean; throws a `ConfigError` for those that mean nothing. */
export async function settleRooms(rooms: Rooms, { slack }: Config, file: string, signal?: AbortSignal): Promise<void> {
  const keys = { incidents_channel: slack.incidentsChannel, alerts_channel: slack.alertsChannel }
  const problems = (await rooms.settle(signal)).flatMap(({ name, problem: message }) =>
    Object.entries(keys)
      .filter(([, channel]) => channel === name)
      .map(([key]) => ({ file, line: null, column: null, key: `slack.${key}`, message })),
  )
  if (problems.length > 0) throw new ConfigError(problems)
}

function connectTargets(config: Config, file: string, { redact, log }: { redact: Redactor; log: Log }): Target[] {
  const problems: Problem[] = []
  const targets = Object.values(config.targets).flatMap(({ kind, name, environment, ...place }) => {
    try {
      const port = connectKubernetes({
        ...{ ...place, redactLines: redact.lines },
        // What changes production is in every log.
        told: (call) => log[call.changes ? 'info' : 'debug']({ target: name, ...call }, 'a cluster was asked'),
      })
      return [{ kind, name, environment, port }]
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error
      problems.push({ file, line: null, column: null, key: `targets.${name}`, message: error.message })
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return targets
}
