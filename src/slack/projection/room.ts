import { type Answer, ask, isUnreachable } from './answer.ts'
import { nothing, type Outcome } from './outcome.ts'
import type { OneOffTouch } from './subjects.ts'
import type { Desk, OwnRoom } from './tools.ts'

/** Names of one beginning that are somebody else's, before it is given up. */
const MOST_TAKEN = 20
/** Slack's clock and the database's differ by less. */
const CLOCKS_MS = 60_000

/**
 * Makes an incident's own channel, and puts on record which it is. A channel of that name which the bot made itself for it
 * is the one whose answer was lost, so it isn't made twice; any other has the next number after it.
 */
export async function makeRoom(room: OwnRoom, desk: Desk): Promise<Answer<string>> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? room.name : `${room.name}-${n}`
    desk.assertMine()
    const made = await ask(() => desk.web.conversations.create({ name, is_private: room.isPrivate }))
    if (made.kind === 'refused' && made.error === 'name_taken') {
      const own = await findOwn(name, room, desk)
      if (own.kind !== 'ok') return own
      if (own.value !== null) return await keep(own.value, name)
      if (n < MOST_TAKEN) continue
    }
    if (made.kind === 'refused') await desk.rooms.refused(room.incident, made.error)
    if (made.kind !== 'ok') return made
    return await keep(String(made.value.channel?.id), name)
  }

  async function keep(id: string, name: string): Promise<Answer<string>> {
    await desk.rooms.made(room.incident, { id, name })
    return { kind: 'ok', value: id }
  }
}

/**
 * Among what the bot is in: of a channel that it made it is a member. Not every channel of its own making will do: people
 * rename channels, and a number may be given twice, by a ledger that went back or was begun anew. Whoever is in such a
 * channel would come to know of a private incident by it.
 */
async function findOwn(name: string, room: OwnRoom, { web, rooms }: Desk): Promise<Answer<string | null>> {
  const who = await ask(() => web.auth.test())
  if (who.kind !== 'ok') return who
  const me = String(who.value.user_id)
  const asked = { types: room.isPrivate ? 'private_channel' : 'public_channel', exclude_archived: true, limit: 999 }
  for (let cursor: string | undefined; ; ) {
    const page = await ask(() => web.users.conversations({ ...asked, ...(cursor && { cursor }) }))
    if (page.kind !== 'ok') return page
    const own = page.value.channels?.find((one) => one.name === name && one.creator === me)
    if (own) return await unlessOthers(own)
    cursor = page.value.response_metadata?.next_cursor
    if (!cursor) return { kind: 'ok', value: null }
  }

  async function unlessOthers({ id, created = 0 }: { id?: string; created?: number }): Promise<Answer<string | null>> {
    const channel = String(id)
    const after = created * 1000 - room.since.getTime()
    if (after < -CLOCKS_MS || (await rooms.ownerOf(channel)) !== null) return { kind: 'ok', value: null }
    // Made after the incident was declared it is its own, with its people, even if the ledger has lost that.
    if (!room.isPrivate || after >= 0) return { kind: 'ok', value: channel }
    const inside = await ask(() => web.conversations.members({ channel, limit: 2 }))
    if (inside.kind !== 'ok') return inside
    return { kind: 'ok', value: inside.value.members?.every((user) => user === me) ? channel : null }
  }
}

/** Nobody more is to be invited, or never can be. */
const SETTLED = ['already_in_channel', 'cant_invite_self', 'is_archived']
const IMPOSSIBLE = [
  'cant_invite',
  'user_is_restricted',
  'user_is_ultra_restricted',
  'ura_max_channels',
  'org_user_not_in_team',
  // The demo's Slack has no invitations: everybody sees every channel there.
  'unknown_method',
]

/** Brings those into an incident's own channel whom the entry asks in. Asked twice, Slack says that they are there. */
export async function bringIn({ entry }: OneOffTouch, desk: Desk): Promise<Outcome> {
  const channel = await desk.sources.roomOf(entry)
  if (channel === null) return { did: 'rootless' }
  for (const user of await desk.sources.invited(entry)) {
    desk.assertMine()
    const answer = await ask(() => desk.web.conversations.invite({ channel, users: user }))
    if (answer.kind === 'ok' || (answer.kind === 'refused' && SETTLED.includes(answer.error))) continue
    if (answer.kind === 'refused' && (isUnreachable(answer.error) || IMPOSSIBLE.includes(answer.error))) {
      desk.log.warn({ user, channel, error: answer.error }, 'somebody can’t be invited into an incident’s channel')
      continue
    }
    return answer.kind === 'rate_limited'
      ? { did: 'wait', ms: answer.ms }
      : { did: 'failed', channel, error: answer.error }
  }
  return nothing
}
