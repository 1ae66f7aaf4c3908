import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problems.ts'

/** The least that a configuration must say. */
export const minimal = `
slack: { incidents_channel: C0INCIDENTS, alerts_channel: C0ALERTS }
targets:
  prod: { kind: kubernetes, environment: production, namespace: microservices }
services:
  checkout: { target: prod }
`

/** Loads this text as firebreak.yml. */
export async function load(text: string, env: Record<string, string> = {}): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-config-'))
  try {
    const path = join(folder, 'firebreak.yml')
    await writeFile(path, text)
    return await loadConfig(path, env)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What is wrong with this text, as `line:column key: message`. */
export async function mistakes(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const error = await failure(load(text, env))
  return error.problems.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`)
}

/** The `ConfigError` that this ends with. */
export async function failure(promise: Promise<unknown>): Promise<ConfigError> {
  const outcome = await promise.then(
    () => new Error('the configuration was accepted'),
    (error: unknown) => error,
  )
  if (outcome instanceof ConfigError) return outcome
  throw outcome
}
