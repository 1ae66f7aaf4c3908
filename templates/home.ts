import type { Home } from '../src/home/home.ts'
import type { OwnTask, Requested, WaitingChange } from '../src/home/store.ts'
import { handoffName } from '../src/incidents/handoff.ts'
import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { changeName } from '../src/operations/change.ts'
import { actions, button, context, header, link, section } from './blocks.ts'
import { clocks } from './incident-card.ts'
import { leads, titleOf } from './incident-list.ts'
import type { Block } from './message.ts'
import { inline, line, person, when, within } from './text.ts'

/** So many of each are shown: together they stay below the 100 blocks that Slack takes. */
const MOST = { incidents: 20, waiting: 10, handoffs: 5, tasks: 10 }
const SECTION = 2_900

export interface HomeContext {
  /** The address of a message of ours: of `INC-7`, `OP-12`; null while there is none. */
  addressOf(subject: string): string | null
  /** The same of the message that a task was made of. */
  messageOf(task: OwnTask): string | null
  names: { incident: string; ops: string }
}

/** App Home: what is open, what waits for whoever looks, and what they asked for last. */
export function homeBlocks(home: Home, around: HomeContext): Block[] {
  return [
    actions('home.open', [
      button({ label: 'Open an incident…', action: 'choose:0', value: 'incident open', style: 'primary' }),
    ]),
    header('What waits for you'),
    ...waits(home, around),
    header(`Open incidents (${home.open.length})`),
    ...incidents(home, around),
    header('What you asked for last'),
    section(asked(home.requested, around)),
  ]
}

/** What somebody sees who has no part in anything here. `denial`: without a full stop at its end. */
export const closedHome = (denial: string): Block[] => [section(`Nothing is shown here: ${line(denial)}.`)]

function waits(home: Home, around: HomeContext): Block[] {
  const { waiting, handoffs, tasks, roles } = home
  if (waiting.length + handoffs.length + tasks.length + roles.length === 0)
    return [
      section('Nothing. Plans to approve, roles that you are asked to take or hold, and tasks of yours come here.'),
    ]
  return [
    ...some(waiting, MOST.waiting, (change) => [waitingChange(change, around)], 'plans wait for you'),
    ...some(handoffs, MOST.handoffs, offered, 'roles are offered to you'),
    ...some(tasks, MOST.tasks, (task) => todo(task, around), 'tasks are yours'),
    ...(roles.length === 0 ? [] : [section(held(home, around))]),
  ]
}

/** The plan is decided about where it is shown whole, and nowhere else. */
function waitingChange({ id, line: typed, incident, requester, tier, approveBy }: WaitingChange, around: HomeContext) {
  const name = changeName(id)
  const own = tier === 'low'
  const text = [
    `⏳ *${name}* ${inline(typed, 200)}${of(incident)}`,
    own
      ? `It waits for your confirmation until ${when(approveBy)}.`
      : `${person(requester)} asks for your approval until ${when(approveBy)}.`,
  ].join('\n')
  return linked(text, own ? 'Confirm it there' : 'See the plan', around.addressOf(name))
}

function offered({ handoff, incident }: Home['handoffs'][number]): Block[] {
  const name = handoffName(handoff.id)
  return [
    section(
      `${person(handoff.offeredBy)} asks you to take over as *${handoff.role}* ${when(handoff.offeredAt)}\n${titleOf(incident)}`,
    ),
    actions(`${name}.offered`, [
      button({ label: 'Accept', action: 'handoff.accept', value: name, style: 'primary' }),
      button({ label: 'Decline', action: 'handoff.decline', value: name }),
    ]),
  ]
}

function todo(task: OwnTask, around: HomeContext): Block[] {
  const kind = task.kind === 'follow-up' ? 'Follow-up' : 'Task'
  const address = around.messageOf(task)
  return [
    section(`☐ *${kind}*${of(task.incident)}\n${line(task.text, 500)}`),
    actions(`task-${task.id}`, [
      button({ label: 'Done', action: 'task.done', value: String(task.id), style: 'primary' }),
      ...(address ? [link('Show', address)] : []),
    ]),
  ]
}

const held = ({ roles }: Home, around: HomeContext): string =>
  within(
    roles.map(
      ({ incident, role }) =>
        `• You are *${role}* of ${named(incidentName(incident.id), around)} · ${line(incident.title, 150)}`,
    ),
    SECTION,
  )

function incidents({ open }: Home, around: HomeContext): Block[] {
  const { names } = around
  if (open.length === 0) {
    return [section(`No incident is open. ${inline(`${names.incident} open P1 "What is wrong"`)} opens one, too.`)]
  }
  return some(open, MOST.incidents, (incident) => card(incident, around), `are open: \`${names.incident} list\``)
}

function card(incident: Incident, around: HomeContext): Block[] {
  const name = incidentName(incident.id)
  const facts = clocks(incident).map(([label, value]) => `*${label}:* ${value}`)
  const address = around.addressOf(name)
  return [
    section([titleOf(incident), `${incident.status}, ${leads(incident)}`, ...facts].join('\n')),
    actions(name, [
      ...(address ? [link('Open the thread', address)] : []),
      button({ label: 'More…', action: 'incident.menu', value: name }),
    ]),
  ]
}

function asked(requested: Requested[], around: HomeContext): string {
  if (requested.length === 0)
    return `Nothing yet. ${inline(`${around.names.ops} help`)} shows what can be looked at and changed.`
  return within(
    requested.map(({ id, line: typed, state, detail, incident, requestedAt }) => {
      const seen = detail ? `: ${line(detail, 200)}` : ''
      return `• *${named(changeName(id), around)}* ${inline(typed, 100)} *${state}*${seen} · ${when(requestedAt)}${of(incident)}`
    }),
    SECTION,
  )
}

const linked = (text: string, label: string, address: string | null): Block =>
  address ? { ...section(text), accessory: link(label, address) } : section(text)

const of = (incident: number | null): string => (incident === null ? '' : ` · ${incidentName(incident)}`)

function named(name: string, { addressOf }: HomeContext): string {
  const address = addressOf(name)
  return address ? `<${address}|${name}>` : name
}

/** `rest`: what is said of those that aren't shown, after their number. */
function some<T>(all: T[], most: number, show: (one: T) => Block[], rest: string): Block[] {
  const more = all.length - most
  return [...all.slice(0, most).flatMap(show), ...(more > 0 ? [context(`${more} more ${rest}`)] : [])]
}
