import { platformError } from '../../slack/clients.ts'
import { examineChannel, explainFailure } from '../../slack/examine.ts'
import { count } from '../config.ts'
import { type Check, type Checks, type Finding, NOT_LOADED, note, right, wrong } from './check.ts'
import { NOT_ASKED, type Slack } from './slack.ts'

/** The configured channels, and the user groups that give roles. */
export const channelsAndGroups: Checks = ({ config, slack }) => {
  if (!config) return [{ about: 'channels and user groups', look: async () => [NOT_LOADED] }]
  const groups = new Map<string, string[]>()
  for (const [role, { userGroups }] of Object.entries(config.roles)) {
    for (const group of userGroups) groups.set(group, [...(groups.get(group) ?? []), role])
  }
  const checks: { about: string; look(slack: Slack): Promise<Finding[]> }[] = [
    { about: 'incidents channel', look: (slack) => lookAtChannel(slack, config.slack.incidentsChannel) },
    { about: 'alerts channel', look: (slack) => lookAtChannel(slack, config.slack.alertsChannel) },
    ...[...groups].map(([group, roles]) => ({
      about: `user group ${group}`,
      look: (slack: Slack) => lookAtGroup(slack, group, roles),
    })),
  ]
  return checks.map(
    ({ about, look }): Check => ({
      about,
      async look() {
        const app = await slack?.app().catch(() => null)
        if (!slack || !app) return [NOT_ASKED]
        return await look(slack).catch((error) => [wrong(explainFailure(error))])
      },
    }),
  )
}

async function lookAtChannel(slack: Slack, channel: string): Promise<Finding[]> {
  const meaning = channel.startsWith('#') ? (await slack.meanings()).get(channel) : { id: channel }
  if (!meaning || 'problem' in meaning) return [wrong(meaning?.problem ?? `${channel} means nothing`)]
  const { name: bot } = await slack.app()
  const { name, problems, shared } = await examineChannel(slack.client, meaning.id, bot)
  const label = name === null ? meaning.id : `#${name} is ${meaning.id}`
  if (shared) problems.push('another company reads along in it: have that disconnected, or configure another channel')
  if (problems.length === 0) return [right(`${label}, and the bot is in it`)]
  return problems.map((problem) => wrong(`${label}: ${problem}`))
}

async function lookAtGroup({ client }: Slack, usergroup: string, roles: string[]): Promise<Finding[]> {
  try {
    const { users = [] } = await client.usergroups.users.list({ usergroup })
    if (users.length === 0) return [note(`has no members, so that nobody is ${roles.join(' or ')} by it`)]
    return [right(`${count(users.length, 'member')}, ${roles.join(' and ')} by it`)]
  } catch (error) {
    if (platformError(error) !== 'no_such_subteam') throw error
    const mend = 'open the group in Slack, then More, Copy group ID'
    return [wrong(`Slack knows no such group, so that nobody is ${roles.join(' or ')} by it: ${mend}`)]
  }
}
