import { setTimeout as sleep } from 'node:timers/promises'
import { type BotProcess, startProcess } from '../process/bot-process.ts'

/** Pino's level. Where such an error came from has to be known. */
const FATAL = 60

/** Three processes of the real program, which die and come back. */
export function startReplicas(env: Record<string, string>, folder: string, size = 3) {
  const replicas: BotProcess[] = []
  const started: BotProcess[] = []
  const start = () => {
    const bot = startProcess(env, folder)
    started.push(bot)
    return bot
  }
  for (let i = 0; i < size; i++) replicas.push(start())
  let kills = 0

  return {
    size,
    kills: () => kills,
    /** As `kill -9` does it, and comes back after so long. */
    async kill(which: number, awayMs: number) {
      kills += 1
      await replicas[which]?.end('SIGKILL')
      await sleep(awayMs)
      replicas[which] = start()
    },
    /** All of them, at once; what `meanwhile` says goes into the environment of the next ones. */
    async killAll(meanwhile: () => Promise<Record<string, string>>) {
      kills += size
      await Promise.all(replicas.map((bot) => bot.end('SIGKILL')))
      Object.assign(env, await meanwhile())
      for (let i = 0; i < size; i++) replicas[i] = start()
    },
    /** Waits until every one that lives says that it works. */
    ready: () => Promise.all(replicas.map((bot) => bot.said(/^Firebreak is running$/))),
    async stop() {
      const ends = await Promise.all(replicas.map((bot) => bot.end('SIGTERM')))
      return ends.map(({ code }) => code)
    },
    /** What was logged as an error, by its words. */
    errors(): Record<string, number> {
      const found: Record<string, number> = {}
      for (const { level, msg, err } of started.flatMap((bot) => bot.log())) {
        if (level < 50) continue
        const { message, stack } = (err ?? {}) as Partial<Error>
        const said = [msg, level >= FATAL ? (stack ?? message) : message].filter(Boolean).join(': ')
        found[said] = (found[said] ?? 0) + 1
      }
      return found
    },
    /** What each of them has said, those too that were killed. */
    outputs: () => started.map((bot) => bot.output()),
  }
}

export type Replicas = ReturnType<typeof startReplicas>
