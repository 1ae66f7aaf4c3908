import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const MODULES = ['src', 'commands', 'templates', 'migrations']

/** Who may import whom: ARCHITECTURE.md has the same table, with the reasons. `types`: only `import type`. */
const ALLOWED: Record<string, { values: string[]; types?: string[] }> = {
  'src/slack': {
    values: [
      'commands',
      'templates',
      'src/identity',
      'src/incidents',
      'src/home',
      'src/operations',
      'src/recovery',
      'src/timeline',
      'src/review',
      'src/storage',
      '@slack/*',
      'kysely',
      'p-queue',
      'zod',
    ],
    types: ['src/limits'],
  },
  'src/http': {
    values: [
      ...[
        'commands',
        'templates',
        'src/backup',
        'src/identity',
        'src/incidents',
        'src/operations',
        'src/privacy',
        'src/review',
      ],
      ...['src/timeline', 'src/storage', 'kysely', 'prom-client', 'raw-body', 'zod'],
    ],
    types: ['src/limits'],
  },
  'src/cli': {
    values: [
      ...['commands', 'migrations', 'package.json', 'src/backup', 'src/config', 'src/check-policy.ts', 'src/review'],
      'src/storage/error.ts',
      ...['src/cli/doctor', 'src/slack/scopes.ts', 'src/timeline/signing.ts', 'p-retry', 'yaml'],
    ],
    types: ['src/http'],
  },
  'src/cli/doctor': {
    values: [
      ...[
        'src/cli',
        'src/config',
        'src/redaction',
        'src/slack',
        'src/storage',
        'src/limits',
        'src/timeline/signing.ts',
      ],
      ...['src/adapters', 'migrations', 'p-timeout'],
    ],
  },
  'src/limits': { values: ['ioredis', 'rate-limiter-flexible'], types: ['src/storage'] },
  'src/config': { values: ['zod', 'yaml', 'fastest-levenshtein', '@date-fns/tz', 're2js'] },
  'src/redaction': { values: ['re2js', 'ibantools'] },
  'src/schedule': { values: ['src/storage', 'kysely', 'pg-boss'] },
  'src/storage': { values: ['pg', 'kysely', 'p-queue'] },
  'src/timeline': { values: ['src/storage', 'src/redaction', 'kysely', 'canonicalize', 'p-retry'] },
  'src/privacy': { values: ['src/incidents', 'src/timeline', 'src/storage', 'src/identity', 'kysely'] },
  'src/identity': { values: ['src/storage', 'src/timeline', 'kysely', '@date-fns/tz'] },
  'src/incidents': { values: ['src/identity', 'src/timeline', 'src/storage', 'kysely'] },
  'src/home': {
    values: ['src/identity/person.ts', 'src/incidents', 'src/storage', 'kysely'],
    types: ['src/operations'],
  },
  'src/operations': {
    values: ['src/identity', 'src/incidents', 'src/timeline', 'src/storage', 'kysely', 'p-retry', 'p-timeout'],
    types: ['src/adapters', 'src/redaction', 'zod'],
  },
  'src/recovery': { values: ['src/identity', 'src/operations', 'src/timeline', 'src/storage', 'kysely'] },
  'src/backup': {
    values: [
      'src/identity',
      'src/operations',
      'src/recovery',
      'src/timeline',
      'src/storage',
      'kysely',
      'pg',
      'split2',
      'zod',
    ],
  },
  'src/review': {
    values: [
      ...['src/timeline', 'templates', 'src/incidents', 'src/operations', 'src/storage'],
      ...['date-fns', '@date-fns/tz', 'kysely', 'csv-stringify'],
    ],
  },
  'src/adapters/kubernetes': { values: ['@kubernetes/client-node', 'p-queue', 'p-limit'] },
  'src/playground': { values: ['rfc6902', 'zod'], types: ['src/adapters'] },
  commands: {
    values: [
      ...['src/identity/person.ts', 'src/incidents', 'src/operations', 'src/recovery', 'src/redaction'],
      ...['src/timeline', 'templates', 'zod', 'fastest-levenshtein', 'date-fns', '@date-fns/tz'],
    ],
    types: ['src/identity', 'src/adapters', 'src/limits'],
  },
  templates: {
    values: [
      ...['incident.ts', 'roles.ts', 'handoff.ts', 'reminder.ts'].map((file) => `src/incidents/${file}`),
      'src/timeline/describe.ts',
      'liquidjs',
      'src/operations/change.ts',
      'src/operations/states.ts',
      'src/recovery/standing.ts',
      'src/identity/person.ts',
    ],
    types: ['src/home', 'src/incidents', 'src/operations', 'src/recovery', 'src/timeline', 'src/identity'],
  },
  migrations: { values: ['kysely'] },
}

interface Import {
  file: string
  to: string
  typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const { module } = parseSync(file, source)
  const statics = module.staticImports.map((i) => ({
    to: i.moduleRequest.value,
    typeOnly: i.entries.length > 0 && i.entries.every((entry) => entry.isType),
  }))
  const reexports = module.staticExports.flatMap((e) =>
    e.entries.flatMap((entry) =>
      entry.moduleRequest ? [{ to: entry.moduleRequest.value, typeOnly: entry.isType }] : [],
    ),
  )
  const dynamics = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    to: source.slice(start + 1, end - 1),
    typeOnly: false,
  }))
  return [...statics, ...reexports, ...dynamics].map(({ to, typeOnly }) => ({
    file,
    to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to,
    typeOnly,
  }))
}

/** The row of the table that a file belongs to; main.ts and its like belong to none and may import everything. */
const moduleOf = (file: string): string | undefined =>
  Object.keys(ALLOWED)
    .filter((name) => file.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0]

const covers = (patterns: string[], target: string): boolean =>
  patterns.some(
    (pattern) =>
      pattern === target ||
      target.startsWith(`${pattern}/`) ||
      (pattern.endsWith('/*') && target.startsWith(pattern.slice(0, -1))),
  )

const files = MODULES.flatMap((name) => globSync(`${name}/**/*.ts`, { cwd: ROOT })).map((file) => relative('.', file))
const imports = files.flatMap(importsOf)

describe('who may import whom', () => {
  it('sees the whole project, not a handful of files', () => {
    expect(files.length).toBeGreaterThan(80)
    expect(imports.length).toBeGreaterThan(300)
  })

  for (const [name, { values, types = [] }] of Object.entries(ALLOWED)) {
    it(`${name} imports ${[...values, ...types.map((t) => `${t} (types)`)].join(', ')} and nothing else`, () => {
      const wrong = imports
        .filter(({ file }) => moduleOf(file) === name)
        .filter(({ to }) => !to.startsWith('node:') && moduleOf(to) !== name)
        .filter(({ to, typeOnly }) => !covers(values, to) && !(typeOnly && covers(types, to)))
      expect(wrong).toEqual([])
    })
  }

  it('keeps Slack, Kubernetes, Redis and SQL where they belong', () => {
    const outside = (target: RegExp, home: RegExp) =>
      imports.filter(({ file, to }) => target.test(to) && !home.test(file)).map(({ file }) => file)
    expect(outside(/^@slack\//, /^src\/slack\//)).toEqual([])
    expect(outside(/^@kubernetes\//, /^src\/adapters\/kubernetes\//)).toEqual([])
    expect(outside(/^(ioredis|rate-limiter-flexible)$/, /^src\/limits\//)).toEqual([])
    const queries = files.filter((file) =>
      /\.(selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql`/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(queries.filter((file) => !/(^migrations\/|^src\/storage\/|\/store\.ts$)/.test(file))).toEqual([])
  })

  it('keeps every file under 300 lines', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 300)
    expect(long).toEqual([])
  })
})
