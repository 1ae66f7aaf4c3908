/** What steers a terminal: every control character but a line break and a tab. */
const STEERING = /(?![\n\t])\p{Cc}/gu

/**
 * What a server or a file says is shown and never obeyed. It is written as JSON writes it, so that JSON still says the
 * same.
 */
export const visible = (text: string): string =>
  text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
