import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './port.ts'

/** A Slack in the browser, by parvalabs: one program with a Web API, Socket Mode and a page. */
export interface LocalSlack {
  pid: number
  port: number
  stop(): Promise<void>
}

/** As workspace.yml has them. */
export const TOKENS = { bot: 'xoxb-demo', app: 'xapp-demo' }

const WORKSPACE = fileURLToPath(new URL('workspace.yml', import.meta.url))
const UP_WITHIN_MS = 15_000
const GONE_WITHIN_MS = 3_000

/** The program of the optional package, or null where there is none for this platform. */
export function findLocalSlack(): string | null {
  try {
    const name = `local-slack-${process.platform}-${process.arch}`
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'local-slack')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/** Starts it on a free port and waits until it answers. It keeps everything in memory. */
export async function startLocalSlack(program: string): Promise<LocalSlack> {
  const port = await freePort()
  const child = spawn(program, ['--config', WORKSPACE, '--port', String(port), '--base-host', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own: a Ctrl-C in the terminal is for the demo, which stops the bot before its Slack.
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (said = `${said}${data}`.slice(-2_000)))
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code) => resolve(`it ended with exit code ${code}:\n${said}`))
  })
  const slack = { pid: child.pid ?? 0, port, stop: () => stop(child, ended) }
  const trouble = await Promise.race([ended, answers(port)])
  if (trouble === null) return slack
  await slack.stop()
  throw new Error(`The Slack in the browser (${program}) did not start: ${trouble}`)
}

/** null when it answers. */
async function answers(port: number): Promise<string | null> {
  for (const deadline = Date.now() + UP_WITHIN_MS; Date.now() < deadline; await delay(50)) {
    const response = await fetch(`http://127.0.0.1:${port}/api/auth.test`, { method: 'POST' }).catch(() => null)
    if (response?.ok) return null
  }
  return `it does not answer on port ${port}`
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill()
  const late = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN_MS)
  await ended
  clearTimeout(late)
}
