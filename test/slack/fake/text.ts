import type { Workspace } from './workspace.ts'

/** The mentions in these words that would ring everybody's phone. */
export function broadcastsIn(value: unknown, inPlainText = false): string[] {
  if (typeof value === 'string') return inPlainText ? [] : (value.match(/<!(channel|here|everyone)(\|[^>]*)?>/g) ?? [])
  if (Array.isArray(value)) return value.flatMap((item) => broadcastsIn(item))
  if (typeof value !== 'object' || value === null) return []
  if ('type' in value && value.type === 'broadcast') return [JSON.stringify(value)]
  const inert = 'type' in value && (value.type === 'plain_text' || value.type === 'text')
  return Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' && !['text', 'pretext'].includes(key) ? [] : broadcastsIn(item, inert),
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * What a person typed, as Slack hands it over: escaped, with the names it knows turned into references.
 * A command's references carry the name as well (`should_escape: true`), a message's do not.
 */
export function asSent(typed: string, workspace: Workspace, kind: 'command' | 'message'): string {
  const named = (reference: string, name: string) => `<${reference}${kind === 'command' ? `|${name}` : ''}>`
  const users = [...workspace.users.values()]
  const channels = [...workspace.channels.values()]
  const groups = [...workspace.userGroups.values()]
  return escaped(typed)
    .replace(/https?:\/\/[^\s|]+/g, (url) => `<${url}>`)
    .replace(/(?<=^|\s)@([\w.-]+)/g, (whole, name) => {
      if (['channel', 'here', 'everyone'].includes(name)) return `<!${name}>`
      const user = users.find((user) => user.name === name)
      const group = groups.find((group) => group.handle === name)
      return user ? named(`@${user.id}`, user.name) : group ? `<!subteam^${group.id}|@${group.handle}>` : whole
    })
    .replace(/(?<=^|\s)#([\w.-]+)/g, (whole, name) => {
      const channel = channels.find((channel) => channel.name === name)
      return channel ? `<#${channel.id}|${kind === 'command' ? channel.name : ''}>` : whole
    })
}
