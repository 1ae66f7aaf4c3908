export const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' }

/**
 * What a person typed, out of what Slack made of it: links that Slack found (`<https://…|…>`, `<mailto:…|…>`) are their
 * text again, entities their characters. References (`<@U1|name>`, `<#C1|name>`, `<!subteam^S1>`) stay for the grammar.
 */
export const typed = (text: string): string =>
  text
    .replace(/<([a-z][a-z0-9+.-]*:[^|>]*)(?:\|([^>]*))?>/gi, (_, target, label) => label || target)
    .replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity)

/** What follows the bot's mention at the start of a message; null when the message only speaks of the bot. */
export function addressed(text: string, bot: string): string | null {
  const match = /^\s*<@([UW][A-Z0-9]+)(?:\|[^>]*)?>[\s:,]*/.exec(text)
  return match?.[1] === bot ? typed(text.slice(match[0].length)) : null
}
