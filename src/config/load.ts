import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Config, toConfig } from './config.ts'
import { explain, problemsOf } from './messages.ts'
import { ConfigError, type Problem } from './problems.ts'
import { checkReferences } from './references.ts'
import { fileSchema } from './schema.ts'
import { readSource } from './source.ts'

/**
 * Reads firebreak.yml, filling in `${NAME}` from `env`. Throws a `ConfigError` with everything that is wrong with it.
 * @param path relative to the working directory; it is how the file is named in errors.
 */
export async function loadConfig(path: string, env: Record<string, string | undefined>): Promise<Config> {
  return parseConfig(path, await readText(path), env)
}

/** The same of a text that is, or will be, at this path. */
export function parseConfig(path: string, text: string, env: Record<string, string | undefined>): Config {
  const source = readSource(path, text, env)
  if (source.broken) throw new ConfigError(source.problems)
  if (source.value === null) throw unreadable(path, 'is empty. Copy firebreak.example.yml over it and edit the copy.')

  const parsed = fileSchema.safeParse(source.value, { error: explain })
  const problems = [
    ...source.problems,
    ...(parsed.success ? [] : problemsOf(parsed.error.issues, source)),
    ...checkReferences(source),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(inFileOrder(problems))
  const config = toConfig(parsed.data, (rule) => source.line(['policy', rule]))
  return { ...config, file: { hash: sha256(text), written: asWritten(path, text) } }
}

/** Tells one content of the file from another, without judging it; `missing` when it can't be read. */
export async function fingerprint(path: string): Promise<string> {
  return await readFile(path, 'utf8').then(sha256, () => 'missing')
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What the file says, with `${NAME}` as it stands there: what a variable holds may be a secret. */
function asWritten(path: string, text: string): unknown {
  const names = [...text.matchAll(/\$\{([A-Za-z_]\w*)\}/g)].map(([written, name]) => [name, written])
  return readSource(path, text, Object.fromEntries(names)).value
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const remedy =
      code === 'ENOENT'
        ? `does not exist (${resolve(path)}). Copy firebreak.example.yml there and edit the copy, or set FIREBREAK_CONFIG to the path of your file.`
        : `can't be read (${code}). FIREBREAK_CONFIG must name a file that the bot may read.`
    throw unreadable(path, remedy, cause)
  }
}

function unreadable(path: string, message: string, cause?: unknown): ConfigError {
  const problem = { file: path, line: null, column: null, key: '', message }
  return new ConfigError([problem], { cause })
}

function inFileOrder(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}
