import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { SCOPES } from '../slack/scopes.ts'

/** In what an app differs from the one that manifest.yml is for. */
export interface App {
  /** `https://firebreak.example.com/slack/events`; null in Socket Mode. */
  eventsUrl: string | null
  /** Scopes that it does without. */
  without: string[]
  /** Its slash commands, by what they are called in manifest.yml: `{ ops: '/prod' }`. */
  names: Partial<Record<string, string>>
}

/** The manifest of this app: the text of manifest.yml, comments and all, but for what has to be different. */
export function manifestOf(text: string, { eventsUrl, without, names }: App): string {
  const document = parseDocument(text)
  const commands = at(document, 'features.slash_commands', isSeq) as YAMLSeq<YAMLMap>
  for (const command of commands.items) {
    const name = String(command.get('command'))
    command.set('command', names[name.slice(1)] ?? name)
    if (eventsUrl) command.items.splice(1, 0, document.createPair('url', eventsUrl))
  }
  if (eventsUrl) {
    at(document, 'settings', isMap).set('socket_mode_enabled', false)
    for (const key of ['settings.event_subscriptions', 'settings.interactivity']) {
      at(document, key, isMap).items.unshift(document.createPair('request_url', eventsUrl))
    }
  }
  const unheard = SCOPES.flatMap(({ name, events = [] }) => (without.includes(name) ? events : []))
  leaveOut(document, 'oauth_config.scopes.bot', without)
  leaveOut(document, 'oauth_config.scopes.bot_optional', without)
  leaveOut(document, 'settings.event_subscriptions.bot_events', unheard)
  return document.toString({ lineWidth: 0 })
}

/** Takes these out of a list, and with its last one the list. */
function leaveOut(document: Document, key: string, values: string[]) {
  const list = at(document, key, isSeq)
  list.items = list.items.filter((item) => !(isScalar(item) && values.includes(String(item.value))))
  if (list.items.length === 0) document.deleteIn(key.split('.'))
}

function at<T>(document: Document, key: string, is: (node: unknown) => node is T): T {
  const node = document.getIn(key.split('.'), true)
  if (!is(node)) throw new Error(`manifest.yml has no ${key}`)
  return node
}
