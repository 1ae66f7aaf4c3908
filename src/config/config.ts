import type { File } from './schema.ts'

/** What firebreak.yml says, as the program uses it. Durations are in milliseconds. */
export interface Config {
  slack: {
    /** Channel ids. */
    incidentsChannel: string
    alertsChannel: string
    /** The slash commands, with their slash. */
    commands: { incident: string; ops: string }
    /** Messages into one channel, and edits in the workspace: what Slack allows, unless yours allows more. */
    pacing: { postsPerSecond: number; burst: number; editsPerMinute: number }
  }
  /** The most severe first, as the file lists them. */
  severities: Severity[]
  /** By name; holds `everyone` always. The records here have no prototype: `roles['constructor']` is undefined. */
  roles: Record<string, Role>
  targets: Record<string, Target>
  services: Record<string, Service>
  policy: Rule[]
  approvals: Record<'guarded' | 'critical', ApprovalRule>
}

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
  /** Where it runs; at least one. */
  on: Array<{ target: string; deployment: string }>
}

interface Rule {
  effect: 'allow' | 'deny'
  roles: string[]
  /** `*` in any of these lists means all. Operations are not checked against those that exist: that is main's to do. */
  operations: string[]
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
export function toConfig(file: File, lineOf: (rule: number) => number): Config {
  const { slack } = file
  const roles = { everyone: { users: ['*'], user_groups: [] }, ...file.roles }
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
    },
    severities: file.severities.map(({ acknowledge_within, update_every, ...severity }) => ({
      ...severity,
      acknowledgeWithinMs: acknowledge_within ?? null,
      updateEveryMs: update_every ?? null,
    })),
    roles: mapRecord(roles, ({ users, user_groups }) => ({ users, userGroups: user_groups })),
    targets: mapRecord(file.targets, (target, name) => ({ ...target, name })),
    services: mapRecord(file.services, toService),
    policy: file.policy.map((rule, index) => toRule(rule, lineOf(index))),
    approvals: {
      guarded: toApproval(file.approvals.guarded, roles),
      critical: toApproval(file.approvals.critical, roles),
    },
  }
}

function toService({ owners, on, target, deployment }: File['services'][string], name: string): Service {
  const places = on ?? (target === undefined ? [] : [{ target, deployment }])
  return { name, owners, on: places.map((place) => ({ target: place.target, deployment: place.deployment ?? name })) }
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
