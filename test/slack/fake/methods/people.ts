import { Refusal } from '../refusal.ts'
import { BOT, TEAM } from '../workspace.ts'
import { type Method, required } from './method.ts'

const authTest: Method = () => ({
  url: `https://${TEAM.domain}.slack.com/`,
  team: TEAM.name,
  team_id: TEAM.id,
  user: BOT.name,
  user_id: BOT.user_id,
  bot_id: BOT.id,
  is_enterprise_install: false,
})

const usersInfo: Method = (args, { workspace }) => ({ user: { ...workspace.user(required(args, 'user').user) } })

const groupUsers: Method = (args, { workspace }) => {
  const group = workspace.userGroups.get(required(args, 'usergroup').usergroup)
  if (!group) throw new Refusal('no_such_subteam')
  return { users: [...group.users] }
}

const botsInfo: Method = (args) => {
  if (args.bot !== undefined && args.bot !== BOT.id) throw new Refusal('bot_not_found')
  return { bot: { ...BOT, deleted: false } }
}

const connectionsOpen: Method = (_args, { socketUrl }) => ({ url: socketUrl() })

export const people: Record<string, Method> = {
  'auth.test': authTest,
  'apps.connections.open': connectionsOpen,
  'users.info': usersInfo,
  'usergroups.users.list': groupUsers,
  'bots.info': botsInfo,
  'team.info': () => ({ team: { ...TEAM } }),
}
