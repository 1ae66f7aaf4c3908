import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../../src/storage/embedded/account.ts'
import { bareEnv } from '../support/bare-env.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A line of the log. */
interface Line {
  level: number
  msg: string
  [key: string]: unknown
}

/** `node src/main.ts` as a child. */
export interface BotProcess {
  exit: Promise<Exit>
  /** Everything that it has said so far, on both of its outputs. */
  output(): { stdout: string; stderr: string }
  /** The log so far; throws on a line that isn't JSON. */
  log(): Line[]
  /** Waits until the log has such a message. Fails with the whole output, when the process ends first too. */
  said(message: RegExp): Promise<Line>
  /** SIGSTOP: it does nothing any more, and is still there; and SIGCONT. */
  freeze(): void
  thaw(): void
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Exit & { ms: number }>
}

/** With nothing in its environment but `env` and the PATH. `command` is another way to start it, `account` somebody else. */
export function startProcess(
  env: Record<string, string>,
  cwd: string,
  { command = [process.execPath, MAIN], account = null }: { command?: string[]; account?: Account | null } = {},
): BotProcess {
  const [program, ...args] = command as [string, ...string[]]
  const child = spawn(program, args, {
    ...account,
    cwd,
    env: { ...bareEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const exit = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  let ended = false
  exit.then(() => (ended = true))
  const log = () =>
    stdout
      .slice(0, stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)

  return {
    exit,
    log,
    output: () => ({ stdout, stderr }),
    async said(message) {
      for (const until = Date.now() + 30_000; ; await sleep(10)) {
        const over = ended
        const line = log().find(({ msg }) => message.test(msg))
        if (line) return line
        if (over || Date.now() > until) {
          throw new Error(`it ${over ? 'ended without having' : 'has not'} said ${message}:\n${stdout}\n${stderr}`)
        }
      }
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async end(signal) {
      const since = performance.now()
      child.kill(signal)
      return { ...(await exit), ms: performance.now() - since }
    },
  }
}
