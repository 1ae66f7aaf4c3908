import { setTimeout as sleep } from 'node:timers/promises'
import { type BotProcess, startProcess } from '../process/bot-process.ts'

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
      for (const bot of started)
        for (const { level, msg } of bot.log()) if (level >= 50) found[msg] = (found[msg] ?? 0) + 1
      return found
    },
  }
}

export type Replicas = ReturnType<typeof startReplicas>
