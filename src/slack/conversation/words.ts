import { strip } from '../../../templates/text.ts'
import { ENTITIES } from '../text.ts'

/** A message that mentions more than so many has the rest as ids: each name may be a question to Slack. */
const MOST_NAMES = 20

/** Names for Slack's ids; null where nobody can tell. */
export interface Names {
  person(user: string): Promise<string | null>
  channel(id: string): Promise<string | null>
}

/** A reference, `<@U1>`, `<#C1|general>`, `<!here>`, `<https://…|label>`, or an entity. */
const MARKUP = /<([^<>]+)>|&(?:lt|gt|amp);/g
const BROADCASTS = ['here', 'channel', 'everyone']
const MENTION = /<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g

/** The user ids that a text mentions, in order, each once. */
export const mentioned = (text: string): string[] => [
  ...new Set([...text.matchAll(MENTION)].map(([, user = '']) => user)),
]

/**
 * What a person wrote, in plain words: Slack's references are the names of what they mean, its entities characters; what
 * hides or reorders text is gone. Stars and underscores stay as they were typed.
 */
export async function toWords(text: string, names: Names): Promise<string> {
  const ids = [
    ...new Set([...text.matchAll(/<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>/g)].map(([, kind, id]) => `${kind}${id}`)),
  ]
  const told = await Promise.all(
    ids.slice(0, MOST_NAMES).map(async (id): Promise<[string, string | null]> => {
      const name = id.startsWith('@') ? names.person(id.slice(1)) : names.channel(id.slice(1))
      return [id, await name]
    }),
  )
  const known = new Map(told)
  return strip(text.replace(MARKUP, (markup, reference) => (reference ? said(reference, known) : decoded(markup))))
}

function said(reference: string, names: Map<string, string | null>): string {
  const [target = '', label = ''] = decoded(reference).split(/\|(.*)/s)
  switch (target.charAt(0)) {
    case '@':
    case '#':
      return `${target.charAt(0)}${names.get(target) ?? (label || target.slice(1))}`
    case '!': {
      const [what = '', id = ''] = target.slice(1).split('^')
      return BROADCASTS.includes(what) ? `@${what}` : label || `@${id || what}`
    }
    default: {
      const address = target.replace(/^(mailto|tel):/, '')
      return label === '' || label === address || label === target ? address : `${label} (${address})`
    }
  }
}

const decoded = (text: string): string => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity)
