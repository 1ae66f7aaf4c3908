import { tzOffset } from '@date-fns/tz'
import { RE2JS } from 're2js'
import { z } from 'zod'
import { reactions } from './reactions.ts'
import { shaped } from './shaped.ts'

// The file as it is written: snake_case, defaults filled in, durations in milliseconds. `config.ts` turns it into what
// the program uses; `references.ts` checks what one part of the file says about another.

const milliseconds = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const duration = shaped(
  /^[1-9]\d{0,5}[smhd]$/,
  'must be a duration: a whole number and s, m, h or d, such as 15m',
).transform((text) => Number(text.slice(0, -1)) * milliseconds[text.slice(-1) as keyof typeof milliseconds])

const channel = shaped(
  /^([CG][A-Z0-9]{2,}|#[^\s#A-Z]{1,80})$/,
  'must be a channel\'s name in lower case and in quotes, such as "#incidents", or its id, such as C0123ABCDEF: in Slack, click the channel\'s name; the id is at the end of About',
)
const user = shaped(
  /^(\*|[UW][A-Z0-9]{2,})$/,
  'must be a member id such as U0123ABCDEF, not a name, or "*" for every full member; in Slack, open the profile, then More, Copy member ID',
)
const userGroup = shaped(
  /^S[A-Z0-9]{2,}$/,
  'must be the id of a user group such as S0123ABCDEF, not its @handle; in Slack, open the group, then More, Copy group ID',
)
const command = shaped(
  /^\/[a-z0-9_-]{1,31}$/,
  'must be a slash command: "/" and at most 31 lowercase letters, digits, hyphens and underscores',
)

// RFC 1123, because these names reach Kubernetes.
const label = shaped(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'must be a name of at most 63 lowercase letters, digits and hyphens, which starts and ends with a letter or digit',
)
const deployment = shaped(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  "must be a deployment's name: lowercase letters, digits, hyphens and single dots, such as checkout",
)
const text = z.string().min(1)
const names = z.array(text).min(1)
// What people read in refusals and in policy: a letter that only looks like another one must not make a second name.
const word = shaped(
  /^[A-Za-z0-9][\w.-]{0,62}$/,
  'must be a name of at most 63 letters from a to z, digits, dots, hyphens and underscores',
)
const any = ['*']

/** "Exactly one of these two keys"; silent when a key is mistyped, since that may be the one. */
function oneOf<T extends z.ZodObject>(schema: T, a: keyof z.output<T>, b: keyof z.output<T>, error: string) {
  return schema.refine((value) => (value[a] === undefined) !== (value[b] === undefined), {
    error,
    when: ({ value, issues }) =>
      typeof value === 'object' &&
      value !== null &&
      !issues.some((issue) => issue.code === 'unrecognized_keys' && !issue.path?.length),
  })
}

const severityName = shaped(
  /^[A-Za-z0-9][\w.-]{0,19}$/,
  'must be one word of at most 20 letters, digits, dots and hyphens, such as P0',
)

const severity = z.strictObject({
  name: severityName,
  aliases: z.array(severityName).default([]),
  description: z.string().default(''),
  acknowledge_within: duration.optional(),
  update_every: duration.optional(),
})

/** The response times are those of a widespread four-level scheme. */
const defaultSeverities: Array<z.input<typeof severity>> = [
  { name: 'P0', aliases: ['SEV-1'], description: 'System down', acknowledge_within: '15m', update_every: '30m' },
  {
    name: 'P1',
    aliases: ['SEV-2'],
    description: 'Major feature broken',
    acknowledge_within: '30m',
    update_every: '60m',
  },
  { name: 'P2', aliases: ['SEV-3'], description: 'Minor feature broken', acknowledge_within: '2h', update_every: '4h' },
  { name: 'P3', aliases: ['SEV-4'], description: 'Not urgent', acknowledge_within: '24h' },
]

const role = z.strictObject({
  users: z.array(user).default([]),
  user_groups: z.array(userGroup).default([]),
  on_call: z.array(text).default([]),
})

const account = shaped(
  /^[UW][A-Z0-9]{2,}$/,
  'must be a member id such as U0123ABCDEF, not a name; in Slack, open the profile, then More, Copy member ID',
)
const zone = text.refine((name) => !Number.isNaN(tzOffset(name, new Date(0))), {
  error: 'must be a time zone such as Europe/Lisbon or UTC',
})
const moment = shaped(
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[ T]([01]\d|2[0-3]):[0-5]\d$/,
  'must be a date and a time such as 2026-11-02 09:00, in the zone of its schedule',
).refine((local) => isDay(local.slice(0, 10)), { error: 'must be a day that there is: that month has fewer' })

/** `2026-02-30` is none. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
}

const override = z
  .strictObject({ person: account, from: moment, until: moment })
  .refine(({ from, until }) => from.replace('T', ' ') < until.replace('T', ' '), {
    error: 'must be later than "from"',
    path: ['until'],
  })

/** A rota without a service of its own: whose turn it is follows from the calendar. */
const schedule = z.strictObject({
  zone: zone.default('UTC'),
  people: z.array(account).min(1),
  starts: moment.default('2026-01-05 09:00'),
  every: duration.prefault('7d'),
  overrides: z.array(override).default([]),
})

const target = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('kubernetes'),
    environment: word,
    namespace: label,
    kubeconfig: z.string().default(''),
  }),
])

/** What an argument may be for the person on call to need nobody else. */
const bound = z.union(
  [z.strictObject({ min: z.number(), max: z.number() }), z.strictObject({ one_of: z.array(text).min(1) })],
  { error: 'must be { min: 2, max: 12 } for a number, or { one_of: [a, b] }' },
)
const percent = shaped(/^(100|[1-9]?\d)%$/, 'must be a share such as 80%').transform((share) =>
  Number(share.slice(0, -1)),
)

const service = oneOf(
  z.strictObject({
    owners: z.array(text).default([]),
    on_call: text.optional(),
    bounds: z.record(text, z.record(text, bound)).default({}),
    healthy: z.strictObject({ ready: percent.optional(), no_restart_for: duration.optional() }).optional(),
    on: z
      .array(z.strictObject({ target: text, deployment: deployment.optional() }))
      .min(1)
      .optional(),
    target: text.optional(),
    deployment: deployment.optional(),
  }),
  'on',
  'target',
  'must say where it runs: either "target" (and "deployment"), or a list "on"',
).refine((value) => value.on === undefined || value.deployment === undefined, {
  error: 'belongs inside "on", beside its target',
  path: ['deployment'],
})

const tier = z.enum(['read', 'low', 'guarded', 'critical', '*'])

const rule = oneOf(
  z.strictObject({
    allow: names.optional(),
    deny: names.optional(),
    operations: names,
    services: names.default(any),
    environments: names.default(any),
    severities: names.default(any),
    tiers: z.array(tier).min(1).default(['*']),
  }),
  'allow',
  'deny',
  'must have either "allow" or "deny", each a list of roles',
)

function approval(needed: number) {
  return z.strictObject({
    approvers: names.optional(),
    needed: z.int().min(1).default(needed),
    approve_within: duration.prefault('15m'),
    execute_within: duration.prefault('5m'),
  })
}

const certificates = text.optional()
/** Where every entry of the ledger is streamed to. */
const sink = z
  .strictObject({
    file: text.optional(),
    syslog: z
      .strictObject({
        host: text,
        port: z.int().min(1).max(65_535).default(6514),
        protocol: z.enum(['tls', 'tcp', 'udp']).default('tls'),
        ca: certificates,
      })
      .optional(),
    https: z
      .strictObject({
        url: shaped(/^https:\/\/[^\s/]+/, 'must be an https address, such as https://siem.example.com/firebreak'),
        token: z.string().optional(),
        ca: certificates,
      })
      .optional(),
  })
  .refine((value) => [value.file, value.syslog, value.https].filter((kind) => kind !== undefined).length === 1, {
    error: 'must be one of file, syslog and https',
    when: ({ value, issues }) => typeof value === 'object' && value !== null && issues.length === 0,
  })

/** RE2's syntax: no look-around, no back-references, and so no pattern that takes for ever. */
const pattern = text.superRefine((source, issue) => {
  try {
    const compiled = RE2JS.compile(source)
    const findsNothing = ['', 'a 1'].some((sample) => {
      const matcher = compiled.matcher(sample)
      return matcher.find() && matcher.start() === matcher.end()
    })
    if (!findsNothing) return
    issue.addIssue({ code: 'custom', message: 'matches where nothing is; it must match one character at least' })
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing regexp: /, '')
    issue.addIssue({ code: 'custom', message: `is no pattern in RE2's syntax: ${why}` })
  }
})
const whatIsRedacted = shaped(
  /^[A-Za-z][\w -]{0,39}$/,
  'must be a name of at most 40 letters, digits, blanks and hyphens, such as customer id',
)

export const fileSchema = z.strictObject({
  slack: z.strictObject({
    incidents_channel: channel,
    alerts_channel: channel,
    commands: z
      .strictObject({ incident: command.default('/incident'), ops: command.default('/ops') })
      .refine((commands) => commands.incident !== commands.ops, { error: 'the two commands must differ' })
      .prefault({}),
    pacing: z
      .strictObject({
        posts_per_second: z.number().positive().default(1),
        burst: z.int().min(1).default(5),
        edits_per_minute: z.int().min(1).default(50),
      })
      .prefault({}),
    limits: z.strictObject({ gestures_per_minute: z.int().min(1).default(60) }).prefault({}),
    rooms: z.strictObject({ own: z.boolean().default(false), prefix: label.default('inc') }).prefault({}),
  }),
  severities: z.array(severity).min(1).prefault(defaultSeverities),
  people: z.record(text, z.strictObject({ accounts: z.array(account).min(2) })).default({}),
  schedules: z.record(word, schedule).default({}),
  roles: z.record(word, role).default({}),
  targets: z.record(label, target),
  services: z.record(label, service),
  policy: z
    .array(rule)
    .default([
      { allow: ['everyone'], operations: any, services: any, environments: any, severities: any, tiers: ['read'] },
    ]),
  approvals: z
    .strictObject({
      guarded: approval(1).prefault({}),
      critical: approval(2).prefault({}),
      ask_next: z
        .strictObject({
          severities: names.optional(),
          after: z.array(duration).min(1).prefault(['60s', '3m']),
        })
        .prefault({}),
    })
    .prefault({}),
  reactions,
  audit: z.strictObject({ sinks: z.array(sink).default([]) }).prefault({}),
  retention: z.strictObject({ conversation: duration.optional(), output: duration.optional() }).prefault({}),
  redaction: z
    .strictObject({
      emails: z.boolean().default(false),
      patterns: z.array(z.strictObject({ name: whatIsRedacted, pattern })).default([]),
    })
    .prefault({}),
})

/** What stands in the file when it says nothing of its own. */
export const severityNamesByDefault = defaultSeverities.map(({ name }) => name)

export type File = z.output<typeof fileSchema>
