import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { type Directory, type Person, userOf } from '../identity/person.ts'
import type { Log } from '../storage/log.ts'
import { AgingCache } from './aging-cache.ts'
import { platformError } from './clients.ts'
import type { Workspace } from './workspace.ts'

type User = NonNullable<UsersInfoResponse['user']>

/** Slack's words for "there is no such user, or not for you". */
const NOBODY = new Set(['user_not_found', 'user_not_visible'])

/**
 * Who people are, from users.info and usergroups.users.list: fresh for 15 minutes, up to 12 hours old (and logged) while
 * Slack can't be asked. Somebody whom Slack doesn't know has standing `unknown`.
 */
export function createDirectory(
  client: WebClient,
  { workspace, log, now = Date.now }: { workspace: Pick<Workspace, 'identity'>; log: Log; now?: () => number },
): Directory {
  const onStale = (key: string, ageMs: number, err: unknown) =>
    log.warn({ key, ageMs, err }, 'Slack could not be asked; going by what it said before')

  const people = new AgingCache<Person>({
    now,
    onStale,
    async ask(user) {
      const home = workspace.identity()?.team
      if (!home) throw new Error('Slack has not told yet which workspace is home')
      try {
        const response = await client.users.info({ user })
        return toPerson(response.user ?? {}, user, home)
      } catch (error) {
        if (NOBODY.has(platformError(error) ?? '')) return unknownPerson(home, user)
        throw error
      }
    },
  })

  const groups = new AgingCache<string[]>({
    now,
    onStale,
    async ask(usergroup) {
      try {
        const response = await client.usergroups.users.list({ usergroup })
        return response.users ?? []
      } catch (error) {
        // For good, unlike every other refusal: a group that is no more has no members, and must not lock everyone out.
        if (platformError(error) !== 'no_such_subteam') throw error
        log.error({ usergroup }, 'a role names a user group that Slack does not know: nobody holds the role through it')
        return []
      }
    },
  })

  return { person: (id) => people.get(userOf(id)), group: (id) => groups.get(id) }
}

/** Somebody of whom nothing is known but their ids; has no rights. */
export const unknownPerson = (team: string, user: string, name = user): Person => ({
  id: `${team}/${user}`,
  user,
  name,
  zone: 'UTC',
  standing: 'unknown',
})

function toPerson(found: User, user: string, home: string): Person {
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

function standingOf(found: User & { is_stranger?: boolean }, ours: boolean): Person['standing'] {
  if (found.deleted) return 'deactivated'
  if (found.is_bot || found.id === 'USLACKBOT') return 'bot'
  if (found.is_stranger || !ours) return 'stranger'
  if (found.is_restricted || found.is_ultra_restricted) return 'guest'
  return 'member'
}
