import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { bareEnv } from '../support/bare-env.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** `firebreak …` as a shell runs it, with nothing in its environment but `env` and the PATH; `input` is typed into it. */
export function firebreak(args: string[], env: Record<string, string>, input = '', cwd = '.'): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...bareEnv(), ...env },
    stdio: 'pipe',
  })
  child.stdin.on('error', () => {}).end(input) // it may not read any
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}
