import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Liquid, type Template } from 'liquidjs'
import { type Incident, incidentName } from '../src/incidents/incident.ts'
import { cut, person, prose, when } from './text.ts'

/** A text that an operations team edits: a Liquid file of templates/updates, by its name without the ending. */
export interface UpdateTemplate {
  name: string
  /** What it says: mrkdwn, at most `LONGEST` characters. */
  render(incident: Incident, update: { text: string; now: Date; next: Date | null }): string
}

/** What one section of a message holds, with room for what people add. */
const LONGEST = 2_900
/** What people may type; a form says so as well. */
export const LONGEST_TEXT = 2_000

const FOLDER = join(import.meta.dirname, 'updates')

/**
 * Reads the templates of a folder. Throws with the file and the line of what is wrong: an unknown variable or filter, too,
 * so that nobody finds out in an incident.
 */
export function readUpdateTemplates(folder = FOLDER): UpdateTemplate[] {
  // What is put in was typed by somebody: it is escaped, unless a filter made it.
  const engine = new Liquid({ strictVariables: true, strictFilters: true, outputEscape: (value) => escaped(value) })
  engine.registerFilter('time', { handler: (date: Date) => when(date), raw: true })
  engine.registerFilter('person', { handler: (id: string) => person(id), raw: true })
  const files = readdirSync(folder).filter((file) => file.endsWith('.liquid'))
  const templates = files.map((file) => made(engine, file, readFileSync(join(folder, file), 'utf8')))
  // The plain one is what is meant when none is named.
  return templates.sort(
    (a, b) => Number(b.name === 'update') - Number(a.name === 'update') || a.name.localeCompare(b.name),
  )
}

function made(engine: Liquid, file: string, source: string): UpdateTemplate {
  const name = file.replace(/\.liquid$/, '')
  const render = (parsed: Template[], data: object) =>
    String(engine.renderSync(parsed, data))
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  try {
    const parsed = engine.parse(source, file)
    render(parsed, dataOf(EXAMPLE, { text: 'example', now: new Date(0), next: new Date(0) }))
    render(parsed, dataOf(EXAMPLE, { text: 'example', now: new Date(0), next: null }))
    return { name, render: (incident, update) => cut(render(parsed, dataOf(incident, update)), LONGEST) }
  } catch (error) {
    throw new Error(`templates/updates/${file}: ${(error as Error).message}`, { cause: error })
  }
}

const dataOf = (
  { id, title, severity, status, service, commander }: Pick<Incident, Shown>,
  { text, now, next }: { text: string; now: Date; next: Date | null },
) => ({ incident: { name: incidentName(id), title, severity, status, service, commander }, text, now, next })

type Shown = 'id' | 'title' | 'severity' | 'status' | 'service' | 'commander'

const EXAMPLE: Pick<Incident, Shown> = {
  ...{ id: 7, title: 'Checkout times out', severity: 'P1', service: 'checkout', commander: 'T0/U0' },
  status: 'investigating',
}

const escaped = (value: unknown): string => prose(String(value ?? ''), LONGEST)
