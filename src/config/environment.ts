import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { ConfigError, type Problem } from './problems.ts'
import { parseSigningKey } from './signing-key.ts'

/** What the environment says, checked. */
export interface Environment {
  slack: {
    botToken: string
    /** With a slash at its end; null means Slack itself. */
    apiUrl: string | null
    delivery: Delivery
  }
  /** 0 means any free port. */
  port: number
  /** Null means the embedded Postgres in `dataDir`. */
  database: {
    url: string
    /** For the role that owns the tables; null means that the bot's own role does. */
    migrateUrl: string | null
  } | null
  /** Null means that each replica counts for itself. */
  redisUrl: string | null
  /** Paths, relative to the working directory. */
  configPath: string
  dataDir: string
  logLevel: LogLevel
  /** Ed25519; null means the one in `dataDir`. */
  signingKey: KeyObject | null
  /** What must never be said: tokens, keys, the passwords in addresses. */
  secrets: string[]
}

/** How Slack's events reach the bot. With both secrets set it is Socket Mode. */
type Delivery = { mode: 'socket'; appToken: string } | { mode: 'http'; signingSecret: string }

type LogLevel = z.output<typeof logLevel>

// No message below holds what was set: most of these are secrets.

/** In Slack's app settings, at https://api.slack.com/apps. */
const where = {
  botToken: 'in Slack\'s app settings under "OAuth & Permissions": Bot User OAuth Token, xoxb-…',
  appToken: 'in Slack\'s app settings under "Basic Information", App-Level Tokens (scope connections:write): xapp-…',
  signingSecret: 'in Slack\'s app settings under "Basic Information", App Credentials: Signing Secret',
}

const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  error: 'must be one of fatal, error, warn, info, debug, trace, silent',
})

function postgresUrl() {
  return z.string().regex(/^postgres(ql)?:\/\/\S+$/, {
    error: 'must be a Postgres address: postgres://user:password@host:5432/database',
  })
}

function isRedisUrl(text: string): boolean {
  try {
    const { hostname, username, password, pathname } = new URL(text)
    decodeURIComponent(username + password)
    return /^rediss?:\/\/\S+$/.test(text) && hostname !== '' && /^(\/\d*)?$/.test(pathname)
  } catch {
    return false
  }
}

const signingKey = z.string().transform((text, context) => {
  try {
    return parseSigningKey(text)
  } catch {
    context.addIssue(
      'must be an Ed25519 private key in PEM (PKCS8), or base64 of that: openssl genpkey -algorithm ed25519 | base64 -w0',
    )
    return z.NEVER
  }
})

const variables = z.object({
  SLACK_BOT_TOKEN: z
    .string({ error: `is missing. You find it ${where.botToken}` })
    .regex(/^xoxb-\S+$/, { error: ({ input }) => `${otherToken(input)} You find the right one ${where.botToken}` }),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-\S+$/, { error: ({ input }) => `${otherToken(input)} You find the right one ${where.appToken}` })
    .optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .regex(/^(?!xox|xapp-)\S+$/, { error: `is not a signing secret. You find it ${where.signingSecret}` })
    .optional(),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address, such as https://slack.com/api/' })
    .transform((url) => (url.endsWith('/') ? url : `${url}/`))
    .optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'must be a number from 0 (any free port) to 65535' })
    .transform(Number)
    .refine((port) => port <= 65_535, { error: 'must be a number from 0 (any free port) to 65535' })
    .optional(),
  DATABASE_URL: postgresUrl().optional(),
  DATABASE_MIGRATE_URL: postgresUrl().optional(),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, {
      error:
        'must be a Redis address: redis://user:password@host:6379/0, or rediss:// for TLS; in a password write @ : / ? # % as %40 %3A %2F %3F %23 %25',
    })
    .optional(),
  FIREBREAK_CONFIG: z.string().optional(),
  FIREBREAK_DATA_DIR: z.string().optional(),
  LOG_LEVEL: logLevel.optional(),
  FIREBREAK_SIGNING_KEY: signingKey.optional(),
})

/** Their names, in no order. Those that firebreak.yml names itself come on top. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape)

/** These are secret as a whole. */
const SECRET = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'FIREBREAK_SIGNING_KEY']

/** The environment as far as it can be used, for whoever looks at it: what is null may be wrong instead of unset. */
export type Usable = Omit<Environment, 'slack'> & {
  slack: { botToken: string | null; apiUrl: string | null; delivery: Delivery | null }
}

/** Checks the environment. An empty variable counts as unset. Throws a `ConfigError` with everything that is wrong. */
export function loadEnvironment(processEnv: Record<string, string | undefined>): Environment {
  const { usable, problems } = readEnvironment(processEnv)
  const { botToken, delivery } = usable.slack
  if (problems.length > 0 || botToken === null || delivery === null) throw new ConfigError(problems)
  return { ...usable, slack: { ...usable.slack, botToken, delivery } }
}

/** The same, with what is left when the variables that are wrong count as unset; each problem's key is its variable. */
export function readEnvironment(processEnv: Record<string, string | undefined>): {
  usable: Usable
  problems: Problem[]
} {
  const set = Object.fromEntries(Object.entries(processEnv).filter(([, value]) => value !== ''))
  const issues = variables.safeParse(set).error?.issues ?? []
  const problems = issues.map(({ path, message }) => problem(path.join('.'), message))
  if (deliveryOf(set.SLACK_APP_TOKEN, set.SLACK_SIGNING_SECRET) === null) {
    problems.push(
      problem(
        'SLACK_APP_TOKEN',
        `is missing, and so is SLACK_SIGNING_SECRET; one of them is needed. For Socket Mode set SLACK_APP_TOKEN: it is ${where.appToken}. For HTTP set SLACK_SIGNING_SECRET: it is ${where.signingSecret}`,
      ),
    )
  }
  if (set.DATABASE_MIGRATE_URL !== undefined && set.DATABASE_URL === undefined) {
    problems.push(problem('DATABASE_URL', 'is missing, but DATABASE_MIGRATE_URL is set; set both, or neither'))
  }
  const wrong = problems.map(({ key }) => key)
  const right = Object.fromEntries(Object.entries(set).filter(([name]) => !wrong.includes(name)))
  const env = variables.partial().parse(right)
  const usable: Usable = {
    slack: {
      botToken: env.SLACK_BOT_TOKEN ?? null,
      apiUrl: env.SLACK_API_URL ?? null,
      delivery: deliveryOf(env.SLACK_APP_TOKEN, env.SLACK_SIGNING_SECRET),
    },
    port: env.PORT ?? 3000,
    database:
      env.DATABASE_URL === undefined ? null : { url: env.DATABASE_URL, migrateUrl: env.DATABASE_MIGRATE_URL ?? null },
    redisUrl: env.REDIS_URL ?? null,
    configPath: env.FIREBREAK_CONFIG ?? 'firebreak.yml',
    dataDir: env.FIREBREAK_DATA_DIR ?? '.firebreak',
    logLevel: env.LOG_LEVEL ?? 'info',
    signingKey: env.FIREBREAK_SIGNING_KEY ?? null,
    secrets: [
      ...SECRET.map((name) => set[name] ?? ''),
      ...passwordsIn(set.DATABASE_URL, set.DATABASE_MIGRATE_URL, set.REDIS_URL),
    ].filter((secret) => secret !== ''),
  }
  return { usable, problems }
}

/** The passwords in addresses, as they are written there and decoded. */
export function passwordsIn(...urls: (string | undefined)[]): string[] {
  const written = urls.flatMap((url) => /^\w+:\/\/[^:/?#]*:(.+)@/.exec(url ?? '')?.[1] ?? [])
  return [...new Set(written.flatMap((password) => [password, decoded(password)]))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function deliveryOf(appToken?: string, signingSecret?: string): Delivery | null {
  if (appToken !== undefined) return { mode: 'socket', appToken }
  return signingSecret === undefined ? null : { mode: 'http', signingSecret }
}

/** The usual slip is a token in another's place; its prefix is no secret. */
function otherToken(input: unknown): string {
  const kinds: Record<string, string> = {
    'xoxb-': 'holds a bot token, which belongs in SLACK_BOT_TOKEN.',
    'xapp-': 'holds an app-level token, which belongs in SLACK_APP_TOKEN.',
    'xoxp-': "holds a user token, which the bot can't use.",
  }
  return kinds[String(input).slice(0, 5)] ?? 'is not a token of the right kind.'
}

function problem(variable: string, message: string) {
  return { file: null, line: null, column: null, key: variable, message }
}
