import { Refusal } from '../refusal.ts'
import { BOT } from '../workspace.ts'
import { type Method, required } from './method.ts'

const addReaction: Method = (args, { workspace }) => {
  const { channel, timestamp, name } = required(args, 'channel', 'timestamp', 'name')
  workspace.joined(channel)
  const message = workspace.messages.find(channel, timestamp)
  if (!message) throw new Refusal('message_not_found')
  message.reactions ??= []
  if (message.reactions.some((reaction) => reaction.name === name)) throw new Refusal('already_reacted')
  message.reactions.push({ name, users: [BOT.user_id], count: 1 })
  return {}
}

export const reactions: Record<string, Method> = { 'reactions.add': addReaction }
