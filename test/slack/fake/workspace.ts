import { randomUUID } from 'node:crypto'
import { Messages } from './messages.ts'
import { Refusal } from './refusal.ts'
import type { Channel, User, UserGroup, Violation } from './types.ts'
import { Views } from './views.ts'

export interface Seed {
  users?: (Partial<User> & { id: string })[]
  /** Every seeded user is a member, and the bot, unless `members` says otherwise. */
  channels?: (Partial<Channel> & { id: string })[]
  userGroups?: { id: string; handle?: string; users: string[] }[]
}

export const TEAM = { id: 'T0FAKE', name: 'Fake', domain: 'fake' }
export const BOT = { id: 'B0FIREBREAK', app_id: 'A0FIREBREAK', user_id: 'U0BOT', name: 'firebreak' }

const SEED: Required<Seed> = {
  users: [{ id: 'U0ALICE' }, { id: 'U0BOB' }, { id: 'U0CAROL' }, { id: 'U0DAVE' }],
  channels: [
    { id: 'C0INCIDENTS', name: 'incidents-critical' },
    { id: 'C0ALERTS', name: 'alerts' },
  ],
  userGroups: [{ id: 'S0SRE', handle: 'sre', users: ['U0CAROL'] }],
}

/** What Slack knows: people, channels, messages, views; and what the bot did wrong. */
export class Workspace {
  readonly users = new Map<string, User>()
  readonly channels = new Map<string, Channel>()
  readonly userGroups = new Map<string, UserGroup>()
  readonly violations: Violation[] = []
  /** Every `<!channel>`, `<!here>` or `<!everyone>` that the bot's words would have sent, with where it stood. */
  readonly broadcasts: { where: string; text: string }[] = []
  readonly messages: Messages
  readonly views: Views
  readonly now: () => number
  /** Hears who comes into a channel, and who leaves. */
  onMoved: (type: 'member_joined_channel' | 'member_left_channel', channel: Channel, user: string) => void = () => {}
  #lastMicros = 0

  constructor(seed: Seed, now: () => number) {
    this.now = now
    this.messages = new Messages(this)
    this.views = new Views(this)
    for (const one of seed.users ?? SEED.users) this.users.set(one.id, user(one))
    this.users.set(BOT.user_id, user({ id: BOT.user_id, name: BOT.name, is_bot: true }))
    for (const one of seed.channels ?? SEED.channels) this.channels.set(one.id, channel(one, [...this.users.keys()]))
    for (const { id, handle = id, users } of seed.userGroups ?? SEED.userGroups)
      this.userGroups.set(id, { id, handle, users: [...users] })
  }

  violate(rule: string, detail: string) {
    this.violations.push({ rule, detail })
  }

  /** A message timestamp: unique and increasing, such as `1763712000.000100`. */
  newTs(): string {
    this.#lastMicros = Math.max(this.now() * 1000, this.#lastMicros + 100)
    return `${Math.floor(this.#lastMicros / 1e6)}.${String(this.#lastMicros % 1e6).padStart(6, '0')}`
  }

  newId(prefix: string): string {
    return prefix + randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()
  }

  user(id: string): User {
    const user = this.users.get(id)
    if (!user) throw new Refusal('user_not_found')
    return user
  }

  /** The channel, if the bot may know of it: a private one that it is not in does not exist for it. */
  channel(id: string): Channel {
    const channel = this.channels.get(id)
    if (!channel || (channel.is_private && !channel.members.includes(BOT.user_id)))
      throw new Refusal('channel_not_found')
    return channel
  }

  /** A channel that the bot is a member of. */
  joined(id: string): Channel {
    const channel = this.channel(id)
    if (!channel.members.includes(BOT.user_id)) throw new Refusal('not_in_channel')
    return channel
  }

  /** Made by the bot, which is its only member. */
  createChannel(name: string, is_private: boolean): Channel {
    if ([...this.channels.values()].some((one) => one.name === name)) throw new Refusal('name_taken')
    const whose = { creator: BOT.user_id, created: Math.floor(this.now() / 1000), members: [BOT.user_id] }
    const made = channel({ id: this.newId('C'), name, is_private, ...whose }, [])
    this.channels.set(made.id, made)
    return made
  }

  enter(channel: Channel, user: string) {
    if (channel.members.includes(user)) throw new Refusal('already_in_channel')
    channel.members.push(this.user(user).id)
    this.onMoved('member_joined_channel', channel, user)
  }

  leave(channel: Channel, user: string) {
    channel.members = channel.members.filter((member) => member !== user)
    this.onMoved('member_left_channel', channel, user)
  }

  directMessage(userId: string): Channel {
    this.user(userId)
    const id = `D${userId.slice(1)}`
    const open = this.channels.get(id) ?? channel({ id, is_im: true, members: [userId, BOT.user_id] }, [])
    this.channels.set(id, open)
    return open
  }
}

function user(seed: Partial<User> & { id: string }): User {
  const name = seed.name ?? seed.id.replace(/^[UW]0?/, '').toLowerCase()
  const real_name = seed.real_name ?? name.charAt(0).toUpperCase() + name.slice(1)
  return {
    team_id: TEAM.id,
    tz: 'Europe/Berlin',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    deleted: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    profile: { display_name: name, real_name, email: `${name}@example.com` },
    ...seed,
    name,
    real_name,
  }
}

function channel(seed: Partial<Channel> & { id: string }, everyone: string[]): Channel {
  return {
    name: seed.id.toLowerCase(),
    members: [...everyone],
    creator: 'U0ALICE',
    created: 1_700_000_000,
    is_private: false,
    is_im: false,
    is_archived: false,
    ...seed,
  }
}
