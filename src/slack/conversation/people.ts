import type { WebClient } from '@slack/web-api'
import type { Identity } from '../../identity/identity.ts'
import { type Person, userOf } from '../../identity/person.ts'
import { isDatabaseAway } from '../../storage/away.ts'
import { AgingCache } from '../aging-cache.ts'
import { unknownPerson } from '../directory.ts'
import type { Workspace } from '../workspace.ts'
import type { Names } from './words.ts'

/** Who speaks in a conversation, and what ids in it mean. What Slack doesn't tell stays an id: no word is lost for it. */
export interface People {
  /** Whoever has this user id. */
  who(user: string): Promise<Person>
  /** Whoever has this person id. */
  recorded(id: string): Promise<Person>
  names: Names
}

export function createPeople(
  web: WebClient,
  { identity, workspace }: { identity: Pick<Identity, 'whose' | 'person'>; workspace: Pick<Workspace, 'identity'> },
): People {
  const home = () => workspace.identity()?.team ?? 'unknown'
  const channels = new AgingCache<string | null>({
    ask: async (channel) => (await web.conversations.info({ channel })).channel?.name ?? null,
    staysFresh: () => true,
    onStale: () => {},
  })
  const unlessUnknown = async (asked: Promise<Person>, team: string, user: string): Promise<Person> =>
    await asked.catch((error) => {
      if (isDatabaseAway(error)) throw error
      return unknownPerson(team, user)
    })
  const who = (user: string) => unlessUnknown(identity.whose(`${home()}/${user}`), home(), user)

  return {
    who,
    recorded: (id) => unlessUnknown(identity.person(id), id.split('/')[0] ?? home(), userOf(id)),
    names: {
      async person(user) {
        const { name } = await who(user)
        return name === user ? null : name
      },
      channel: async (id) =>
        await channels.get(id).then(
          ({ value }) => value,
          () => null,
        ),
    },
  }
}
