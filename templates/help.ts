import { inline, line, prose, within } from './text.ts'

/** A verb as help shows it; commands and operations are ones. */
export interface Verb {
  name: string
  /** What follows the name: `<service> <replicas>`. */
  usage: string
  summary: string
  /** Whole lines: `scale checkout 5`. */
  examples: readonly string[]
  positionals?: readonly string[]
}

/** Slack recommends no longer text. */
const TEXT = 4_000

/** `command` as it is called in this workspace: `/ops`. `more`: what all of them have in common, and where to go on. */
export function commandHelp(command: string, verbs: readonly Verb[], more: string): string {
  const one = verbs.length === 1 ? verbs[0] : undefined
  const lines = verbs.map((verb) => `• ${usageOf(command, verb)} ${line(verb.summary)}`)
  const examples = one ? one.examples : verbs.flatMap(({ examples }) => examples.slice(-1))
  const hint = one
    ? `${inline(`${command} help`)} lists the others.`
    : `${inline(`${command} help ${verbs[0]?.name}`)} tells more about one.`
  return within(
    [
      `*${line(command)}*`,
      ...lines,
      '*For example*',
      ...examples.map((example) => inline(`${command} ${example}`)),
      ...(command.startsWith('/')
        ? [`In a thread, where Slack refuses slash commands: ${inline(`@firebreak ${examples[0] ?? 'help'}`)}.`]
        : []),
      `${hint} ${more}`,
    ],
    TEXT,
  )
}

/** `/ops scale <service> <replicas>`, as code. */
const usageOf = (command: string, { name, usage }: Verb): string =>
  inline([command, name, usage].filter(Boolean).join(' '))

/** What to tell somebody whose arguments can't be used. `service`: one of theirs, for the example. */
export function badArguments({
  command,
  verb,
  problem,
  service,
}: {
  command: string
  verb: Verb
  /** What was wrong, and the nearest right word if there is one; what was typed in it is escaped here. */
  problem: string
  service: string | null
}): string {
  const example = exampleOf(verb, service)
  return [
    `Nothing was done: ${prose(problem, 800).replace(/[.\s]+$/, '')}.`,
    `Usage: ${usageOf(command, verb)}`,
    ...(example ? [`For example: ${inline(`${command} ${example}`)}`] : []),
  ].join('\n')
}

/** The first example, about a service that they have. */
function exampleOf({ examples, positionals }: Verb, service: string | null): string | null {
  const [example] = examples
  if (example === undefined) return null
  if (service === null || positionals?.[0] !== 'service') return example
  return example.replace(/^(\S+) \S+/, (_, name) => `${name} ${service}`)
}
