import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const UP_WITHIN_MS = 60_000

export interface RunningDemo {
  url: string
  /** Everything it printed so far. */
  output(): string
  /** As the terminal does it: SIGINT to the whole process group. Resolves to the exit code. */
  pressCtrlC(): Promise<number | null>
  /** `kill -9` of the demo alone: what it started lives on. */
  kill(): Promise<void>
}

/** What `npm run demo` runs, as a program of its own, until it says where to look. */
export async function runDemo(dataDir: string, ...args: string[]): Promise<RunningDemo> {
  const child = spawn(process.execPath, ['src/demo/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, FIREBREAK_DATA_DIR: dataDir },
    detached: true,
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the demo is not up:\n${said}`)), UP_WITHIN_MS)
    const hear = (data: Buffer) => {
      said += data
      const found = /Open +(http\S+)/.exec(said)?.[1]
      if (!found) return
      clearTimeout(late)
      resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    exited.then(([code]) => reject(new Error(`the demo ended with exit code ${code}:\n${said}`)))
  })
  return {
    url,
    output: () => said,
    async pressCtrlC() {
      process.kill(-(child.pid as number), 'SIGINT')
      return (await exited)[0]
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The command lines of the processes that a demo with this data folder started and that are still there. */
export async function processesOf(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'demo')
  const mark = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8'))
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    pids.map(async (pid) => {
      const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
      return line.includes(folder) || Number(pid) === mark.slackPid ? line : ''
    }),
  )
  return lines.filter((line) => line !== '')
}
