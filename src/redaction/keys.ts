/** What the keys are called whose values are secret, by what they hold. The first that matches counts. */
const KEYS: [what: string, pattern: string][] = [
  ['password', 'pass(?:word|wd|phrase)|pwd|(?<![a-z])pass'],
  ['Azure key', 'account[-_ ]?key|shared[-_ ]?access[-_ ]?(?:key|signature)|(?<=[?&;])sig'],
  ['AWS secret key', 'aws[-_ ]?secret[-_ ]?(?:access[-_ ]?)?key|secret[-_ ]?access[-_ ]?key'],
  ['private key', '(?:private|signing|encryption|ssh)[-_ ]?key'],
  ['API key', '(?:api|access|auth|app)[-_ ]?key'],
  ['secret', 'secret(?:[-_ ]?key)?'],
  ['token', '(?<!unexpected )token|(?<=[?&;])ticket'],
  ['authorization', 'authorization'],
  ['cookie', 'cookie'],
  ['connection string', 'connection[-_ ]?string'],
  ['credentials', 'credentials?'],
  ['signature', 'x-(?:amz|goog)-signature'],
]

export const SECRETS = KEYS.map(([what]) => what)

/** The source of a pattern, ignoring case, with a group for each of `SECRETS`. */
export const KEY = KEYS.map(([, pattern]) => `(${pattern})`).join('|')

const WHOLE_KEY = new RegExp(`(?:${KEY})s?$`, 'i')

/** What the value under this key is, when it is secret: `dbPassword`, `x-api-key`, `refresh_tokens`; else null. */
export function secretUnder(key: string): string | null {
  const match = WHOLE_KEY.exec(key)
  return match ? secretOf(match) : null
}

/** Which of `SECRETS` a match of a pattern is that begins with `KEY`. */
export const secretOf = (match: RegExpExecArray): string =>
  SECRETS[match.slice(1).findIndex((group) => group !== undefined)] ?? 'secret'
