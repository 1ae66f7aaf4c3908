import type { File } from './schema.ts'

/** What firebreak.yml says, as the program uses it. Durations are in milliseconds. */
export interface Config {
  slack: {
    /** Channels, by id or by name: `C0123`, `#incidents`. */
    incidentsChannel: string
    alertsChannel: string
    /** The slash commands, with their slash. */
    commands: { incident: string; ops: string }
    /** Messages into one channel, and edits in the workspace: what Slack allows, unless yours allows more. */
    pacing: { postsPerSecond: number; burst: number; editsPerMinute: number }
    /** What one person may send; decisions about changes are counted apart, up to the same number. */
    limits: { gesturesPerMinute: number }
    /** Whether each incident has a channel of its own, as private ones always do; what the names of those begin with. */
    rooms: { own: boolean; prefix: string }
  }
  /** The most severe first, as the file lists them. */
  severities: Severity[]
  /** By name; holds `everyone` always. The records here have no prototype: `roles['constructor']` is undefined. */
  roles: Record<string, Role>
  /** Rotas by name. */
  schedules: Record<string, Schedule>
  /** People with several accounts: the user ids of each, the one that stands for the person first. */
  people: string[][]
  targets: Record<string, Target>
  services: Record<string, Service>
  policy: Rule[]
  approvals: Record<'guarded' | 'critical', ApprovalRule>
  askNext: AskNext
  /** Where this comes from: nothing here holds the value of an environment variable. */
  file: {
    /** SHA-256 of its text, hex. */
    hash: string
    /** Its data, with `${NAME}` as it stands there. */
    written: unknown
  }
  /** By which emoji, named as Slack does, people put a message into the timeline. */
  reactions: Record<'event' | 'task' | 'follow-up', string[]>
  audit: { sinks: Sink[] }
  /** How long content is kept; null is for ever. */
  retention: { conversation: number | null; output: number | null }
  redaction: { emails: boolean; patterns: { name: string; pattern: string }[] }
}

/** `ca`: a file with the certificates to trust instead of the well-known ones. */
type Sink =
  | { kind: 'file'; path: string }
  | { kind: 'syslog'; host: string; port: number; protocol: 'tls' | 'tcp' | 'udp'; ca: string | null }
  | { kind: 'https'; url: string; token: string | null; ca: string | null }

interface Severity {
  name: string
  aliases: string[]
  description: string
  acknowledgeWithinMs: number | null
  updateEveryMs: number | null
}

interface Role {
  /** Slack user ids; `*` is every full member of the workspace. */
  users: string[]
  /** Ids of Slack user groups. */
  userGroups: string[]
  /** Schedules: whoever is on call holds the role. */
  onCall: string[]
}

interface Schedule {
  /** IANA; `starts` and the overrides are local times in it: `2026-11-02 09:00`. */
  zone: string
  /** User ids, in the order of their turns. */
  people: string[]
  starts: string
  everyMs: number
  overrides: { person: string; from: string; until: string }[]
}

/** When the next approver is asked, while nobody looks. */
interface AskNext {
  severities: string[]
  /** After the first ask, then after each further one; the last goes on. */
  afterMs: number[]
}

type Target = KubernetesTarget

interface KubernetesTarget {
  kind: 'kubernetes'
  name: string
  environment: string
  namespace: string
  /** A path; empty means the cluster that the bot runs in. */
  kubeconfig: string
}

interface Service {
  name: string
  /** Roles. Without one, nothing critical can be approved for this service. */
  owners: string[]
  /** The schedule of who looks after it; null when there is none, and nothing is approved in advance. */
  onCall: string | null
  /** By operation and argument: inside of them, who is on call needs nobody else. */
  bounds: Record<string, Record<string, Bound>>
  /** What "healthy" means, where it isn't that all replicas are ready. */
  healthy: { readyPercent: number | null; noRestartForMs: number | null } | null
  /** Where it runs; at least one. */
  on: Array<{ target: string; deployment: string }>
}

type Bound = { min: number; max: number } | { oneOf: string[] }

interface Rule {
  effect: 'allow' | 'deny'
  roles: string[]
  /** `*` in any of these lists means all. Operations are not checked against those that exist: that is main's to do. */
  operations: string[]
  services: string[]
  environments: string[]
  severities: string[]
  tiers: Array<Tier | '*'>
  /** Its line in the file; 0 for the rule that holds when the file has no policy. */
  line: number
  /** As the file would write it, in one line and without what is `*` by default: `allow: [operator], operations: [scale]`. */
  text: string
}

type Tier = 'read' | 'low' | 'guarded' | 'critical'

interface ApprovalRule {
  /** Roles; empty when the file names none and has no role `approver`: then nobody can approve. */
  approvers: string[]
  /** How many people, the requester not among them. */
  needed: number
  approveWithinMs: number
  /** Counted from the end of the time to approve. */
  executeWithinMs: number
}

/** The checked file in the program's words. `lineOf` tells the line of a rule. */
export function toConfig(file: File, lineOf: (rule: number) => number): Omit<Config, 'file'> {
  const { slack } = file
  const roles = { everyone: { users: ['*'], user_groups: [], on_call: [] }, ...file.roles }
  return {
    slack: {
      incidentsChannel: slack.incidents_channel,
      alertsChannel: slack.alerts_channel,
      commands: slack.commands,
      pacing: {
        postsPerSecond: slack.pacing.posts_per_second,
        burst: slack.pacing.burst,
        editsPerMinute: slack.pacing.edits_per_minute,
      },
      limits: { gesturesPerMinute: slack.limits.gestures_per_minute },
      rooms: slack.rooms,
    },
    severities: file.severities.map(({ acknowledge_within, update_every, ...severity }) => ({
      ...severity,
      acknowledgeWithinMs: acknowledge_within ?? null,
      updateEveryMs: update_every ?? null,
    })),
    roles: mapRecord(roles, ({ users, user_groups, on_call }) => ({
      users,
      userGroups: user_groups,
      onCall: on_call,
    })),
    schedules: mapRecord(file.schedules, ({ every, ...schedule }) => ({ ...schedule, everyMs: every })),
    people: Object.values(file.people).map(({ accounts }) => accounts),
    targets: mapRecord(file.targets, (target, name) => ({ ...target, name })),
    services: mapRecord(file.services, toService),
    policy: file.policy.map((rule, index) => toRule(rule, lineOf(index))),
    approvals: {
      guarded: toApproval(file.approvals.guarded, roles),
      critical: toApproval(file.approvals.critical, roles),
    },
    askNext: {
      severities: file.approvals.ask_next.severities ?? file.severities.slice(0, 2).map(({ name }) => name),
      afterMs: file.approvals.ask_next.after,
    },
    reactions: {
      event: file.reactions.event,
      task: file.reactions.task,
      'follow-up': file.reactions.follow_up,
    },
    audit: { sinks: file.audit.sinks.flatMap(toSink) },
    retention: { conversation: file.retention.conversation ?? null, output: file.retention.output ?? null },
    redaction: file.redaction,
  }
}

/** A list, because the schema holds that there is one of the three, and the compiler can't. */
function toSink({ file, syslog, https }: File['audit']['sinks'][number]): Sink[] {
  if (file !== undefined) return [{ kind: 'file', path: file }]
  if (syslog) return [{ kind: 'syslog', ...syslog, ca: syslog.ca ?? null }]
  return https ? [{ kind: 'https', url: https.url, token: https.token || null, ca: https.ca ?? null }] : []
}

function toService(service: File['services'][string], name: string): Service {
  const { owners, on, target, deployment, healthy } = service
  const places = on ?? (target === undefined ? [] : [{ target, deployment }])
  return {
    name,
    owners,
    onCall: service.on_call ?? null,
    bounds: mapRecord(service.bounds, (args) =>
      mapRecord(args, (bound) => ('one_of' in bound ? { oneOf: bound.one_of } : bound)),
    ),
    healthy: healthy ? { readyPercent: healthy.ready ?? null, noRestartForMs: healthy.no_restart_for ?? null } : null,
    on: places.map((place) => ({ target: place.target, deployment: place.deployment ?? name })),
  }
}

function toRule(rule: File['policy'][number], line: number): Rule {
  const { allow, deny, ...matches } = rule
  const effect = deny === undefined ? 'allow' : 'deny'
  const roles = deny ?? allow ?? []
  const written = Object.entries({ [effect]: roles, ...matches })
    .filter(([key, list]) => key === 'operations' || list.join() !== '*')
    .map(([key, list]) => `${key}: [${list.map((word) => (word === '*' ? '"*"' : word)).join(', ')}]`)
  return { effect, roles, ...matches, line, text: written.join(', ') }
}

function toApproval(rule: File['approvals']['guarded'], roles: object): ApprovalRule {
  return {
    approvers: rule.approvers ?? (Object.hasOwn(roles, 'approver') ? ['approver'] : []),
    needed: rule.needed,
    approveWithinMs: rule.approve_within,
    executeWithinMs: rule.execute_within,
  }
}

/** Without a prototype: people type these names, and `constructor` must not be found. */
function mapRecord<T, U>(record: Record<string, T>, change: (value: T, name: string) => U): Record<string, U> {
  const changed = Object.entries(record).map(([name, value]) => [name, change(value, name)])
  return Object.assign(Object.create(null), Object.fromEntries(changed))
}
