import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fileSchema } from '../src/config/schema.ts'
import { listen } from '../src/slack/listeners.ts'
import { SCOPES } from '../src/slack/scopes.ts'
import { type Manifest, typeErrors } from './support/manifest-types.ts'

const ROOT = join(import.meta.dirname, '..')
const text = readFileSync(join(ROOT, 'manifest.yml'), 'utf8')
const manifest = parse(text) as Manifest

/** What each method needs, from its page at docs.slack.dev/reference/methods; `[]`: any token will do. */
const SCOPES_OF_METHODS: Record<string, string[]> = {
  'apps.connections.open': [], // the app-level token’s own: connections:write
  'auth.test': [],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.create': ['channels:manage', 'groups:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.invite': ['channels:manage', 'groups:write'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.conversations': ['channels:read', 'groups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
}

/** The same for what Slack sends, from docs.slack.dev/reference/events. */
const SCOPES_OF_EVENTS: Record<string, string[]> = {
  app_mention: ['app_mentions:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  app_home_opened: [],
  user_change: ['users:read'],
  subteam_members_changed: ['usergroups:read'],
  subteam_updated: ['usergroups:read'],
  channel_shared: ['channels:read', 'groups:read'],
  channel_unshared: ['channels:read', 'groups:read'],
}

describe('manifest.yml', () => {
  it('is what the Web API’s own types say a manifest is', async () => {
    expect(await typeErrors(manifest)).toEqual([])
  })

  it('would not be, with a key that Slack does not know', async () => {
    const misspelt = { ...manifest, features: { ...manifest.features, slash_comands: [] } }
    expect(await typeErrors(misspelt)).toEqual([expect.stringMatching(/slash_comands.*does not exist in type/)])
  })

  it('has the slash commands of the default configuration, with mentions and channels escaped', () => {
    const slack = { incidents_channel: 'C0INCIDENTS', alerts_channel: 'C0ALERTS' }
    const { commands } = fileSchema.parse({ slack, targets: {}, services: {} }).slack
    const declared = manifest.features?.slash_commands ?? []
    expect(declared.map(({ command }) => command).sort()).toEqual(Object.values(commands).sort())
    for (const { should_escape } of declared) expect(should_escape).toBe(true)
  })

  it('subscribes to the events, shortcuts and interactions that somebody listens to, and to no others', () => {
    const heard = listeners()
    expect(manifest.settings?.event_subscriptions?.bot_events).toEqual(heard.event)
    expect(manifest.settings?.event_subscriptions?.user_events ?? []).toEqual([])
    expect((manifest.features?.shortcuts ?? []).map(({ callback_id }) => callback_id)).toEqual(heard.shortcut)
    expect(manifest.settings?.interactivity?.is_enabled).toBe([...heard.action, ...heard.view].length > 0)
    expect(heard.command).toHaveLength(1)
  })

  it('asks for the scopes that the code needs, and for no others', () => {
    const methods = methodsCalled()
    expect(methods).toEqual(Object.keys(SCOPES_OF_METHODS))
    const needed = [
      'commands',
      ...methods.flatMap((method) => SCOPES_OF_METHODS[method] ?? []),
      ...listeners().event.flatMap((event) => SCOPES_OF_EVENTS[event] ?? [`the scope of ${event}`]),
    ]
    expect(manifest.oauth_config?.scopes?.bot).toEqual([...new Set(needed)].sort())
    expect(manifest.oauth_config?.scopes?.user ?? []).toEqual([])
  })

  // “Optional scopes must also be listed in the corresponding bot or user fields”: Slack, Installing with OAuth.
  it('has the scopes of the one list, and those that may be refused once more', () => {
    const { bot, bot_optional } = manifest.oauth_config?.scopes ?? {}
    expect(bot).toEqual(SCOPES.map(({ name }) => name).sort())
    expect(bot_optional).toEqual(SCOPES.flatMap(({ name, optional }) => (optional ? [name] : [])).sort())
  })

  it('is explained in docs/slack-admin.md: each scope, what it serves and what there is not without it', () => {
    const page = readFileSync(join(ROOT, 'docs/slack-admin.md'), 'utf8')
    const [required = '', optional = ''] = page.split('\nOptional: ')
    const rowsIn = (text: string) => text.split('\n').filter((line) => /^\| `[a-z_]+(:[a-z]+)?` \|/.test(line))
    const rowsOf = (wanted: boolean) =>
      SCOPES.filter((scope) => scope.optional === wanted).map(
        ({ name, feature, loss }) => `| \`${name}\` | ${feature} | ${loss} |`,
      )
    expect(rowsIn(required)).toEqual(rowsOf(false))
    expect(rowsIn(optional)).toEqual(rowsOf(true))
    const request = page.slice(page.indexOf('## A text for your approval request')).replaceAll(/\s*\n>\s*/g, ' ')
    const names = (wanted: boolean) => SCOPES.filter(({ optional }) => optional === wanted).map(({ name }) => name)
    expect(request).toContain(`Needed: ${names(false).join(', ')}. Optional: ${names(true).join(', ')}.`)
  })

  it('is for Socket Mode, which needs no address', () => {
    expect(manifest.settings?.socket_mode_enabled).toBe(true)
    expect(text.replaceAll(/^ *#.*$/gm, '')).not.toMatch(/https?:/)
  })
})

/** What src/slack registers with Bolt, by kind. */
function listeners() {
  const heard = { command: [], event: [], action: [], view: [], shortcut: [] } as Record<Kind, unknown[]>
  const hear = (kind: string) => (what: unknown) => heard[kind as Kind].push(what)
  const app = Object.fromEntries(Object.keys(heard).map((kind) => [kind, hear(kind)]))
  listen(app as unknown as App, { names: { incident: '/incident', ops: '/ops' } } as Parameters<typeof listen>[1])
  // Bolt knows one event for the messages of every kind of channel; Slack subscribes to each kind.
  const event = heard.event.map(String).flatMap((name) => (name === 'message' ? MESSAGES : [name]))
  return { ...heard, event, shortcut: heard.shortcut.map(String) }
}

const MESSAGES = ['message.channels', 'message.groups']

type Kind = 'command' | 'event' | 'action' | 'view' | 'shortcut'

/** Every method of the Web API that the source calls by name: `….chat.postMessage(`. */
function methodsCalled(): string[] {
  const web = new WebClient() as unknown as Record<string, unknown>
  const isMethod = (path: string) => {
    const found = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], web)
    return typeof found === 'function'
  }
  const source = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'))
  const calls = source.join('\n').matchAll(/(\w+(?:\??\s*\.\w+)+)\(/g)
  const paths = [...calls].map(([, chain = '']) => chain.replaceAll(/[\s?]/g, '').split('.'))
  const methods = paths.map((path) => path.map((_, i) => path.slice(i).join('.')).find(isMethod))
  return [...new Set(methods)].filter((method) => method?.includes('.')).sort() as string[]
}
