import { isMap, isNode, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml'

/** What a first firebreak.yml has to be told. */
export interface Question {
  /** Where the answer goes, and where mistakes in it are found: `roles.operator.users`. */
  key: string
  ask: string
  /** What an empty answer means, after these answers by their keys; null: there has to be one. */
  otherwise: ((answers: Map<string, string>) => string) | null
  /** The answer as YAML. */
  write(answer: string): string
}

/** Quoted where YAML would take it for something else than text. */
const scalar = (text: string): string =>
  /^[\w./-]+$/.test(text) && stringify(text).trimEnd() === text ? text : JSON.stringify(text)
const words = (answer: string): string[] => answer.split(/[\s,]+/).filter(Boolean)
const list = (answer: string): string => `[${words(answer).map(scalar).join(', ')}]`

const SERVICES = 'services'
const ROOM = 'slack.incidents_channel'

export const questions: Question[] = [
  {
    key: ROOM,
    ask: 'Channel in which incidents are opened: its name with a #, or its id (click the name in Slack, then About)',
    otherwise: null,
    write: scalar,
  },
  {
    key: 'slack.alerts_channel',
    ask: 'Channel for alerts: its name with a #, or its id',
    otherwise: (answers) => answers.get(ROOM) ?? '',
    write: scalar,
  },
  {
    key: 'roles.operator.users',
    ask: 'Who may ask for changes: member ids, separated by blanks (open a profile, More, Copy member ID)',
    otherwise: null,
    write: list,
  },
  {
    key: 'roles.approver',
    ask: 'Who may approve them: member ids; nobody approves their own',
    otherwise: null,
    write: (answer) => `users: ${list(answer)}\n`,
  },
  { key: 'targets.prod.namespace', ask: 'Kubernetes namespace of your services', otherwise: null, write: scalar },
  {
    key: 'targets.prod.kubeconfig',
    ask: 'Path of a kubeconfig; empty for the cluster that the bot itself runs in',
    otherwise: () => '',
    write: scalar,
  },
  {
    key: SERVICES,
    ask: 'Your services: names of deployments, separated by blanks',
    otherwise: null,
    write: (answer) =>
      `${[
        ...words(answer).map((name) => `${scalar(name)}: { owners: [approver], target: prod }`),
        '# firebreak.example.yml shows what else can be said of one: on_call, bounds, healthy.',
      ].join('\n  ')}\n`,
  },
]

/**
 * The example with these answers, by the keys of their questions: every explanation stays as it is, and the people and
 * schedules that are only examples go.
 */
export function draftOf(example: string, answers: Map<string, string>): string {
  const document = parseDocument(example).contents as YAMLMap
  const given = questions.flatMap(({ key, write }) => {
    const answer = answers.get(key)
    return answer === undefined ? [] : [{ ...placeOf(document, key), text: write(answer) }]
  })
  const none = ['people', 'schedules'].map((key) => {
    const { after, end } = placeOf(document, key)
    return { start: after, end, text: ' {}\n' }
  })
  return [...given, ...none]
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), example)
}

/** Where a value begins and ends in the text, and where the colon before it ends. */
function placeOf(document: YAMLMap, key: string): { start: number; end: number; after: number } {
  const path = key.split('.')
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : null
  if (!pair || !isNode(pair.value) || !pair.value.range || !isScalar(pair.key) || !pair.key.range)
    throw new Error(`the example has no ${key}`)
  return { start: pair.value.range[0], end: pair.value.range[1], after: pair.key.range[1] + 1 }
}
