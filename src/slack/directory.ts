import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { type Directory, type Person, userOf } from '../identity/person.ts'
import type { Log } from '../storage/log.ts'
import { platformError } from './clients.ts'
import type { Workspace } from './workspace.ts'

/** A user as users.info gives it, and the event user_change. */
export type User = Pick<
  NonNullable<UsersInfoResponse['user']>,
  | ('id' | 'team_id' | 'name' | 'real_name' | 'tz' | 'deleted' | 'is_bot' | 'is_workflow_bot' | 'is_connector_bot')
  | ('is_stranger' | 'is_restricted' | 'is_ultra_restricted')
> & { profile?: { display_name?: string; real_name?: string }; enterprise_user?: { teams?: string[] } }

/** Slack's words for "there is no such user, or not for you". */
const NOBODY = new Set(['user_not_found', 'user_not_visible'])

/** Who people are, from users.info and usergroups.users.list. Somebody whom Slack doesn't know has standing `unknown`. */
export function createDirectory(
  client: WebClient,
  { workspace, log }: { workspace: Pick<Workspace, 'identity'>; log: Log },
): Directory {
  return {
    async person(id) {
      const user = userOf(id)
      const home = workspace.identity()?.team
      if (!home) throw new Error('Slack has not told yet which workspace is home')
      const value = await client.users.info({ user }).then(
        (response) => toPerson(response.user ?? {}, user, home),
        (error) => {
          if (NOBODY.has(platformError(error) ?? '')) return unknownPerson(home, user)
          throw error
        },
      )
      return { value, at: new Date() }
    },

    async group(usergroup) {
      try {
        const { users = [] } = await client.usergroups.users.list({ usergroup })
        return { value: users, at: new Date() }
      } catch (error) {
        // For good, unlike every other refusal: a group that is no more has no members, and must not lock everyone out.
        if (platformError(error) !== 'no_such_subteam') throw error
        log.error({ usergroup }, 'a role names a user group that Slack does not know: nobody holds the role through it')
        return { value: [], at: new Date() }
      }
    },
  }
}

/** Somebody of whom nothing is known but their ids; has no rights. */
export const unknownPerson = (team: string, user: string, name = user): Person => ({
  id: `${team}/${user}`,
  user,
  name,
  zone: 'UTC',
  standing: 'unknown',
})

/** @param home the workspace that the bot is in */
export function toPerson(found: User, user: string, home: string): Person {
  // On an Enterprise Grid a user of several workspaces has one team_id and lists the others here.
  const ours = found.team_id === home || found.enterprise_user?.teams?.includes(home) === true
  return {
    id: `${ours ? home : (found.team_id ?? 'unknown')}/${user}`,
    user,
    name: found.profile?.display_name || found.profile?.real_name || found.real_name || found.name || user,
    zone: found.tz ?? 'UTC',
    standing: standingOf(found, ours),
  }
}

function standingOf(found: User, ours: boolean): Person['standing'] {
  if (found.deleted) return 'deactivated'
  // A workflow acts for whoever wrote it or filled its form in, which it doesn't tell; Slackbot says that it is no bot.
  if (found.is_bot || found.is_workflow_bot || found.is_connector_bot || found.id === 'USLACKBOT') return 'bot'
  if (found.is_stranger || !ours) return 'stranger'
  if (found.is_restricted || found.is_ultra_restricted) return 'guest'
  return 'member'
}
