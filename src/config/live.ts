import type { Config } from './config.ts'
import { differences } from './differences.ts'
import { ConfigError } from './problems.ts'

interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Puts on record which configuration holds. Both reject while the database is away. */
export interface ConfigRecord {
  /** Nothing, when the last one that any replica recorded has this hash. Otherwise `compare` tells it from that one. */
  loaded(file: Config['file'], compare: (before: unknown, after: unknown) => string[]): Promise<void>
  /** Once for the same problems. */
  rejected(problems: string[]): Promise<void>
}

/** The configuration that holds now, with what was made of it. */
export interface LiveConfig<T> {
  now(): Config & T
  /** Puts on record what was loaded at the start. */
  begin(): Promise<void>
  /** Reads the file again, and what it names. Never rejects: what can't be used is told, and the last good one holds. */
  reload(): Promise<void>
  /** The same, if the file isn't as it was when it was read last. */
  check(): Promise<void>
}

/**
 * A configuration that can change under a running bot: whoever asks `now()` for each decision follows it. It changes as a
 * whole, after it was put on record, or not at all; what only a start reads waits for the next one (`differences.ts`).
 *
 * @param prepare makes what only comes of a whole configuration; throws a `ConfigError` when it can't
 */
export function createLiveConfig<T>(
  first: Config,
  tools: {
    load(): Promise<Config>
    fingerprint(): Promise<string>
    prepare(config: Config): T
    record: ConfigRecord
    log: Log
  },
): LiveConfig<T> {
  const { load, fingerprint, prepare, record, log } = tools
  let current = { ...first, ...prepare(first) }
  /** What the file held when it was dealt with last. */
  let dealtWith = first.file.hash
  let turn: Promise<void> = Promise.resolve()

  /** One after the other. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work).catch((error) => {
      log.warn({ err: error }, 'the configuration could not be loaded anew; trying again')
    })
    return turn
  }

  async function reload() {
    const found = await fingerprint()
    try {
      const next = await load()
      const made = prepare(next)
      await record.loaded(next.file, differences)
      const changes = differences(current.file.written, next.file.written)
      current = { ...next, slack: current.slack, ...made }
      dealtWith = next.file.hash
      log.info({ hash: next.file.hash, changes }, 'the configuration was loaded anew')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const problems = error.message.split('\n')
      log.error({ problems }, `the changed configuration can’t be used; the last good one holds:\n${error.message}`)
      await record.rejected(problems)
      dealtWith = found
    }
  }

  return {
    now: () => current,
    begin: () => record.loaded(first.file, differences),
    reload: () => inTurn(reload),
    check: () =>
      inTurn(async () => {
        if ((await fingerprint()) !== dealtWith) await reload()
      }),
  }
}
