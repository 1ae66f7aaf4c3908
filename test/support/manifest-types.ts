import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AppsManifestValidateArguments } from '@slack/web-api'

const ROOT = join(import.meta.dirname, '../..')

export type Manifest = Exclude<AppsManifestValidateArguments['manifest'], string>

/** tsc's complaints about a manifest, written down as a literal: there is no other offline validator. */
export async function typeErrors(value: object): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-manifest-'))
  const file = join(folder, 'manifest.ts')
  const slack = fileURLToPath(import.meta.resolve('@slack/web-api'))
  await writeFile(
    file,
    `import type { AppsManifestValidateArguments } from ${JSON.stringify(slack)}
type Manifest = Exclude<AppsManifestValidateArguments['manifest'], string>
export const manifest = ${JSON.stringify(value)} satisfies Manifest
`,
  )
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig']
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node']
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [tsc, ...flags, ...types, file], (_, stdout, stderr) => resolve(stdout + stderr))
  })
  await rm(folder, { recursive: true })
  return output.split('\n').filter((line) => line !== '')
}
