import type { ConversationsListResponse, UsersConversationsArguments, WebClient } from '@slack/web-api'

/** What a channel's name means: a channel, or nothing to go by; the problem is for whoever wrote the name. */
export type Meaning = { id: string } | { problem: string }

type List = (
  asked: UsersConversationsArguments,
) => Promise<Pick<ConversationsListResponse, 'channels' | 'response_metadata'>>

/** Slack takes any number under 1000 (conversations.list, users.conversations). */
const LIMIT = 999

/**
 * Asks Slack which channels have these names (`#incidents`). One that the bot is in goes before any other of its name;
 * archived ones don't count. Rejects when Slack doesn't tell.
 */
export async function findChannels(client: WebClient, names: string[]): Promise<Map<string, Meaning>> {
  const { response_metadata } = await client.auth.test()
  const mayAsk = (scope: string) => response_metadata?.scopes?.includes(scope) ?? true
  const seesPrivate = mayAsk('groups:read')
  const types = [...(mayAsk('channels:read') ? ['public_channel'] : []), ...(seesPrivate ? ['private_channel'] : [])]
  if (types.length === 0) return new Map(names.map((name) => [name, { problem: MAY_NOT_ASK }]))

  // What the bot is in is one page; the other channels of a large company are dozens, and Slack allows 20 a minute.
  const lists: List[] = [(asked) => client.users.conversations(asked), (asked) => client.conversations.list(asked)]
  const found = new Map<string, Meaning>()
  for (const list of lists) {
    const missing = names.filter((name) => !found.has(name))
    if (missing.length === 0) break
    const ids = await idsIn(list, { types: types.join(), exclude_archived: true, limit: LIMIT })
    for (const name of missing) {
      const those = ids.get(name)
      if (those) found.set(name, meaningOf(name, those))
    }
  }
  return new Map(names.map((name) => [name, found.get(name) ?? { problem: notThere(name, seesPrivate) }]))
}

/** Every channel's id, by its name with a `#`; Slack Connect and an Enterprise Grid bring several of one name. */
async function idsIn(list: List, asked: UsersConversationsArguments): Promise<Map<string, string[]>> {
  const ids = new Map<string, string[]>()
  for (let cursor: string | undefined; cursor !== ''; ) {
    const page = await list({ ...asked, ...(cursor && { cursor }) })
    for (const { id = '', name } of page.channels ?? []) ids.set(`#${name}`, [...(ids.get(`#${name}`) ?? []), id])
    cursor = page.response_metadata?.next_cursor ?? ''
  }
  return ids
}

function meaningOf(name: string, ids: string[]): Meaning {
  const [id = '', ...others] = ids
  if (others.length === 0) return { id }
  return { problem: `${ids.length} channels are called ${name}: write the id of the right one (${ids.join(', ')})` }
}

const MAY_NOT_ASK = 'without the scope channels:read the bot can’t look a channel’s name up: write the channel’s id'

const notThere = (name: string, seesPrivate: boolean): string =>
  `Slack shows the bot no channel called ${name} that isn’t archived: correct the name, or, if it is private, ${
    seesPrivate ? '' : 'have the scope groups:read granted and '
  }invite the bot to it`
