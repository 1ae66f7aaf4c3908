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

/** Which one of several it is: `DB_PASSWORD_PROD`, `SECRET_KEY_BASE`, `PASSWORD2`. */
export const SUFFIX = '(?<suffix>(?:_?\\d{1,3}|_[a-z\\d]{1,16}?){0,2}?)'
/** What is told of a secret, and is none: `TOKEN_URL`, `password_file`, `token_count`. */
const ABOUT = new RegExp(
  `_(?:${[
    ...['ids?', 'names?', 'types?', 'kinds?', 'formats?', 'fields?', 'headers?', 'params?', 'labels?', 'versions?'],
    ...['files?', 'paths?', 'dirs?', 'ur[il]s?', 'endpoints?', 'hosts?', 'ports?', 'domains?', 'issuers?', 'scopes?'],
    ...[
      'counts?',
      'totals?',
      'len(?:gth)?',
      'size',
      'limits?',
      'max',
      'min',
      'rate',
      'budget',
      'buckets?',
      'requests?',
    ],
    ...['use[ds]?', 'usage', 'ttl', 'age', 'at', 'in', 'on', 'expir\\w*', 'lifetime', 'timeout', 'interval', 'period'],
    ...['days?', 'hours?', 'minutes?', 'seconds?', 'ms', 'refs?', 'arns?', 'polic\\w*', 'rules?', 'required'],
    ...['(?:en|dis)abled', 'rotat\\w*', 'reset', 'change[ds]?', 'updated?', 'created?', 'stat(?:us|e)', 'errors?'],
    ...['(?:in)?valid\\w*', 'strength', 'providers?', 'stores?', 'managers?', 'audiences?', 'alg\\w*', 'methods?'],
    ...['modes?', 'sources?', 'hints?', 'prompts?', 'auth', 'process', 'through', 'index', 'exists?', 'is', 'has'],
  ].join('|')})(?![a-z\\d])`,
  'i',
)

/** Whether what has this suffix is said about a secret. */
export const isAbout = (suffix: string): boolean => ABOUT.test(suffix)

const WHOLE_KEY = new RegExp(`(?:${KEY})s?$`, 'i')
const WITH_SUFFIX = new RegExp(`(?:${KEY})s?${SUFFIX}$`, 'i')

/** What the value under this key is, when it is secret: `dbPassword`, `x-api-key`, `SECRET_KEY_BASE`; else null. */
export function secretUnder(key: string): string | null {
  const match = WHOLE_KEY.exec(key) ?? WITH_SUFFIX.exec(key)
  return match && !isAbout(match.groups?.suffix ?? '') ? secretOf(match) : null
}

/** Which of `SECRETS` a match of a pattern is that begins with `KEY`. */
export const secretOf = (match: RegExpExecArray): string =>
  SECRETS[match.slice(1).findIndex((group) => group !== undefined)] ?? 'secret'
