import { holdsMark } from '../src/redaction/mark.ts'
import { badArguments, commandHelp } from '../templates/help.ts'
import { inline, line } from '../templates/text.ts'
import { buttons, incidentOf } from './buttons.ts'
import { type Answer, type Command, choose, type Gesture, refuse, say } from './command.ts'
import type { Desk } from './desk.ts'
import { budgetOfButton, budgetOfForm, budgetOfLine, type PersonalBudget, whyTooMany } from './flood.ts'
import { forms } from './forms.ts'
import { nearestOf, parse } from './grammar.ts'
import { verbs as incidentVerbs } from './incident/index.ts'
import { menu, menuOf } from './incident/menu.ts'
import { refuseUnlessMember } from './members.ts'
import { verbs as opsVerbs } from './ops/index.ts'
import { runOperation } from './ops/run.ts'
import { spoilt } from './seen.ts'
import { runShortcut, type ShortcutId, type ShortcutMessage } from './shortcuts.ts'

export type Root = 'incident' | 'ops'

// What is exported here are the doors: each asks where the gesture was made and counts it, once, before it looks at it.

/** Runs what was typed after `/incident` or `/ops`. Bad input is an answer, not an error. */
export async function runLine(root: Root, text: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  return (await turnedAway(budgetOfLine(text), gesture, desk)) ?? (await obey(root, text, gesture, desk))
}

async function turnedAway(budget: PersonalBudget, gesture: Gesture, desk: Desk): Promise<Answer | null> {
  const unfit = await whyNotHere(gesture, desk)
  if (unfit) return unfit
  const tooMany = await whyTooMany(budget, gesture, desk)
  return tooMany === null ? null : refuse(tooMany)
}

/** Nothing is said or done where another company reads along, whoever asks. */
async function whyNotHere({ channel }: Gesture, { channels }: Desk): Promise<Answer | null> {
  const reason = await channels.whyUnfit(channel)
  return reason === null ? null : refuse(`Nothing was done: ${reason}.`)
}

async function obey(root: Root, text: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  // Postgres has no text with a NUL in it.
  const redacted = desk.redact.text(text.replaceAll('\0', ''))
  const [, typed = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(redacted) ?? []
  const verb = typed.toLowerCase()
  if (root === 'incident' && (verb === '' || verb === 'menu')) return await showMenu(rest, gesture, desk)
  if (verb === '' || verb === 'help') return await help(root, rest, gesture, desk)
  // “cancel OP-12” is about a change, whatever else “cancel” means here.
  if (root === 'incident' && /^OP-\d+\b/i.test(rest) && find('ops', verb)) return asOps(verb, rest, desk)
  const operation = root === 'ops' ? desk.operations.find((o) => o.name === verb) : undefined
  if (operation && holdsMark(rest)) return refuse(secretInLine(`${verb} ${rest}`))
  if (operation) return await runOperation(operation, rest, gesture, desk)
  const command = find(root, verb)
  if (command) return await runCommand(root, command, rest, gesture, desk)
  const slash = desk.names[root]
  const other = root === 'ops' ? 'incident' : 'ops'
  if (names(other, desk).includes(verb)) {
    const meant = `${verb} ${rest}`.trim()
    const question = `${slash} has no “${verb}”, but ${desk.names[other]} does. Did you mean that?`
    return choose(question, [{ label: `${desk.names[other]} ${meant}`, line: `${other} ${meant}` }])
  }
  const nearest = nearestOf(verb, names(root, desk))
  if (!nearest) return refuse(`There is no ${inline(`${slash} ${typed}`, 80)}. \`${slash} help\` shows what there is.`)
  const meant = `${nearest} ${rest}`.trim()
  const question = `There is no “${line(typed, 80)}” in ${slash}. Did you mean ${nearest}?`
  return choose(question, [{ label: `${slash} ${meant}`, line: `${root} ${meant}` }])
}

function asOps(verb: string, rest: string, { names }: Desk): Answer {
  const line = `${verb} ${rest}`
  return choose(`That is about a change. Did you mean ${names.ops}?`, [
    { label: `${names.ops} ${line}`, line: `ops ${line}` },
  ])
}

async function showMenu(about: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const denial = refuseUnlessMember(gesture)
  if (denial) return denial
  const name = incidentOf(about.trim())
  const incident = name ? await desk.incidents.find(gesture, Number(name.slice(4))) : null
  return incident ? menuOf(incident) : await menu(gesture, desk)
}

/** It would act on the mark, and not on what was typed. */
const secretInLine = (redacted: string): string =>
  `Nothing was done: the line holds what I must neither keep nor pass on. This is what I may know of it: ${inline(redacted)}`

const MENTIONED = { incident: '@firebreak', ops: '@firebreak ops' }

/** Runs `@firebreak …`: `ops scale checkout 5`, `incident resolve`, or just `resolve`. */
export async function runMention(text: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const away = await turnedAway(budgetOfLine(text), gesture, desk)
  if (away) return away
  const [, first = '', rest = ''] = /^\s*\/?(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const word = first.toLowerCase()
  // What is answered here must work here: Slack refuses slash commands in threads.
  const here = { ...desk, names: MENTIONED }
  if (word === 'incident' || word === 'ops') return await obey(word, rest, gesture, here)
  const aboutChange = /^OP-\d+\b/i.test(rest) || !find('incident', word)
  const isOps = desk.operations.some(({ name }) => name === word) || (find('ops', word) && aboutChange)
  return await obey(isOps ? 'ops' : 'incident', text, gesture, here)
}

const TYPED = { incident: 'firebreak incident', ops: 'firebreak ops' }

/**
 * Runs what was typed at a terminal: `ops scale checkout 5`. What is answered there must work there. Nobody reads along
 * at a terminal; whatever shows something in a channel asks about that one.
 */
export async function runTyped(text: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const [, root = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const here = { ...desk, names: TYPED }
  if (root !== 'incident' && root !== 'ops') return refuse('A line begins with `incident` or with `ops`: `ops help`.')
  const tooMany = await whyTooMany(budgetOfLine(rest), gesture, here)
  if (tooMany) return refuse(tooMany)
  const answer = await obey(root, rest, gesture, here)
  if (answer.kind !== 'modal') return answer
  const [verb = ''] = rest.trim().toLowerCase().split(/\s/, 1)
  const example = `${TYPED[root]} ${find(root, verb)?.examples.at(-1) ?? 'help'}`
  return refuse(`A terminal shows no form. Say it in one line: ${inline(example)}`)
}

/** The buttons of an incident's card and what they mean, typed: the incident stands for `$`. */
const INCIDENT_BUTTONS = {
  'incident.ack': 'ack $',
  'incident.update': 'update $',
  'incident.assign': 'assign $',
  'incident.resolve': 'resolve $ --form',
  'incident.status': 'status $',
  'incident.close': 'close $',
  'incident.reopen': 'reopen $',
  'incident.export': 'export $',
  'incident.menu': 'menu $',
}

/** A button: its action_id and value. Anything unknown is answered. */
export async function press(action: { id: string; value: string }, gesture: Gesture, desk: Desk): Promise<Answer> {
  const away = await turnedAway(budgetOfButton(action), gesture, desk)
  if (away) return away
  const { id, value } = action
  const line = Object.hasOwn(INCIDENT_BUTTONS, id) ? INCIDENT_BUTTONS[id as keyof typeof INCIDENT_BUTTONS] : undefined
  if (line) {
    const name = incidentOf(value)
    return name ? await obey('incident', line.replace('$', name), gesture, desk) : spoilt
  }
  const choice = /^choose(?::\d+)?$/.test(id) ? /^(incident|ops) ([\s\S]+)$/.exec(value) : null
  if (choice) return await obey(choice[1] as Root, choice[2] as string, gesture, desk)
  const button = Object.hasOwn(buttons, id) ? buttons[id] : undefined
  return button ? await button(value, gesture, desk) : spoilt
}

/** A shortcut of Slack's menus, on a message or on none. */
export async function shortcut(
  id: ShortcutId,
  message: ShortcutMessage | null,
  gesture: Gesture,
  desk: Desk,
): Promise<Answer> {
  return (await turnedAway('gestures', gesture, desk)) ?? (await runShortcut(id, message, gesture, desk))
}

/** A modal that came back: values by block_id. Errors by block_id keep it open. */
export async function submit(
  modal: { callbackId: string; values: Record<string, string | null>; metadata: string },
  gesture: Gesture,
  desk: Desk,
): Promise<{ errors: Record<string, string> } | Answer> {
  const unfit = await whyNotHere(gesture, desk)
  if (unfit) return unfit
  const tooMany = await whyTooMany(budgetOfForm(modal.callbackId), gesture, desk)
  // At an input, so that the form stays open with what was typed.
  if (tooMany) return { errors: { [Object.keys(modal.values)[0] ?? 'title']: tooMany } }
  const redacted = ([id, value]: [string, string | null]) => [id, value && desk.redact.text(value)]
  const values: typeof modal.values = Object.fromEntries(Object.entries(modal.values).map(redacted))
  const decided = Object.hasOwn(forms, modal.callbackId) ? forms[modal.callbackId] : undefined
  if (decided) return await decided({ ...modal, values }, gesture, desk)
  return spoilt
}

/** The action_ids and callback_ids that `press` and `submit` know. `choose` comes as `choose:0`, `choose:1`, … too. */
export const ACTION_IDS = [...Object.keys(INCIDENT_BUTTONS), 'choose', ...Object.keys(buttons)] as const
export const CALLBACK_IDS = Object.keys(forms)

const commandsOf = (root: Root): readonly Command[] => (root === 'incident' ? incidentVerbs : opsVerbs)

const find = (root: Root, verb: string): Command | undefined =>
  commandsOf(root).find(({ name, aliases }) => name === verb || aliases.includes(verb))

const names = (root: Root, { operations }: Desk): string[] => [
  ...commandsOf(root).flatMap(({ name, aliases }) => [name, ...aliases]),
  ...(root === 'ops' ? operations.map(({ name }) => name) : []),
  'help',
]

async function runCommand(root: Root, command: Command, rest: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  // Whoever may not decide is refused by the engine, which puts that on record.
  const denial = command.decides ? null : refuseUnlessMember(gesture)
  if (denial) return denial
  const parsed = command.raw ? { args: { line: rest } } : parse(command, rest)
  if ('args' in parsed) return await command.run(parsed.args as Record<string, unknown>, gesture, desk, rest)
  const { problem } = parsed
  const service = await desk.serviceOf(gesture.person).catch(() => null)
  return refuse(badArguments({ command: desk.names[root], verb: command, problem, service }))
}

async function help(root: Root, about: string, gesture: Gesture, desk: Desk): Promise<Answer> {
  const asked = about.trim().toLowerCase()
  const all = [...(root === 'ops' ? desk.operations : []), ...commandsOf(root)]
  const only = all.find((verb) => verb.name === asked || ('aliases' in verb && verb.aliases.includes(asked)))
  // Whoever can't be looked up is shown all: help is no right.
  const may = root === 'ops' && !only ? await desk.engine.abilitiesOf(gesture.person).catch(() => null) : null
  const operations = desk.operations.filter(({ name }) => may?.has(name) ?? true)
  const verbs = [
    ...(root === 'ops' ? operations : []),
    ...commandsOf(root).filter(({ right }) => !right || (may?.has(right) ?? true)),
  ]
  const also =
    operations.length === 0
      ? ''
      : `${operations.map(({ name }) => name).join(', ')} also take \`--incident INC-7\` (or \`none\`) and \`--env NAME\`. `
  const others = {
    ops: `${also}Incidents: \`${desk.names.incident} help\`.`,
    incident: `To look at a service and to change it: \`${desk.names.ops} help\`.`,
  }
  const unshown = may === null || verbs.length === all.length ? '' : ' What you have no right to is left out.'
  return say(commandHelp(desk.names[root], only ? [only] : verbs, `${others[root]}${unshown}`))
}
