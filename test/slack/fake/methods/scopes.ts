import { Misuse } from '../refusal.ts'
import type { Json } from '../types.ts'
import type { Workspace } from '../workspace.ts'

const SCOPES: Record<string, string> = {
  'chat.postMessage': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'conversations.history': 'history',
  'conversations.replies': 'history',
  'conversations.info': 'read',
  'conversations.members': 'read',
  'conversations.open': 'im:write',
  'conversations.create': 'write',
  'conversations.invite': 'write',
  'users.info': 'users:read',
  'usergroups.users.list': 'usergroups:read',
  'bots.info': 'users:read',
  'team.info': 'team:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'files.delete': 'files:write',
  'files.info': 'files:read',
  'reactions.add': 'reactions:write',
}

/** What a list of channels needs, for each kind that is asked for. */
const SCOPES_OF_TYPES: Record<string, string> = { public_channel: 'channels:read', private_channel: 'groups:read' }
const LISTS = ['conversations.list', 'users.conversations']

/** Throws `missing_scope` when the app was not granted what the method needs; reading depends on the channel's kind. */
export function checkScope(granted: readonly string[], method: string, args: Json, workspace: Workspace) {
  if (LISTS.includes(method)) {
    const needed = String(args.types ?? 'public_channel').split(',')
    const missing = needed.map((type) => SCOPES_OF_TYPES[type] ?? type).filter((scope) => !granted.includes(scope))
    if (missing.length > 0) throw new Misuse('missing_scope', [`${method} needs ${missing}`])
  }
  const scope = SCOPES[method]
  if (scope === undefined) return
  const channel = workspace.channels.get(String(args.channel))
  const kind = channel?.is_im ? 'im' : (channel?.is_private ?? args.is_private === true) ? 'groups' : 'channels'
  const own = kind === 'channels' && scope === 'write' ? 'manage' : scope
  const needed = scope.includes(':') ? scope : `${kind}:${own}`
  if (!granted.includes(needed)) throw new Misuse('missing_scope', [`${method} needs ${needed}`])
}
