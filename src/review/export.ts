import { plainText } from '../../templates/plain.ts'
import type { Incident, Severity } from '../incidents/incident.ts'
import type { ReviewItem } from '../operations/reviews/store.ts'
import { entryOf, toEntry } from '../timeline/chain.ts'
import type { Entry } from '../timeline/entries.ts'
import type { Signer } from '../timeline/signing.ts'
import type { Verdict } from '../timeline/verdict.ts'
import type { Chain } from './chain.ts'
import { type Course, courseOf, type Tenure, tenuresOf } from './course.ts'
import type { Writer } from './file.ts'
import { createFold, type Folded } from './fold/fold.ts'
import type { Gap } from './gap.ts'
import { gapsOf } from './gaps.ts'
import { writeJson } from './json.ts'
import { writeMarkdown } from './markdown/document.ts'
import type { Task } from './store.ts'
import { type Clock, createClock } from './times.ts'

/** What an export is made of. */
export interface ExportInput {
  incident: Incident
  chain: Chain
  /** The team's, as they are configured now. */
  severities: readonly Severity[]
  tasks: Task[]
  reviewItems: ReviewItem[]
  /** IANA zone of whoever asked; one that nobody knows is shown as UTC. */
  zone: string
  /** The names of people (ids) who did nothing that is on record; without those whom nobody knows. */
  namesOf(people: string[]): Promise<Map<string, string>>
  /** Permalink of the message that shows an entry. */
  linkOf(entry: Pick<Entry, 'seq' | 'subject' | 'body'>): string | null
  /** Permalink of the root message. */
  rootLink: string | null
  signer: Signer
  /** When it was asked for. */
  generatedAt: Date
}

/** Everything that an export says, but for the entries themselves. Rendering adds nothing: no clock, no look-up. */
export interface Export extends ExportInput {
  severity: Severity | undefined
  course: Course
  tenures: Tenure[]
  gaps: Gap[]
  folded: Folded
  /** On the chain as a whole. */
  verdict: Verdict
  /** By person id. */
  people: Map<string, string>
  name(person: string): string
  /** What Slack writes, for people: mentions are names, dates are in UTC, entities are characters. */
  plain(mrkdwn: string): string
  clock: Clock
}

/**
 * Writes the file that is uploaded. The ledger is read twice: what comes first in the file, who led and what was decided,
 * takes the whole of it, and it may be too long to be held.
 */
export async function writeExport(input: ExportInput, format: 'md' | 'json', file: Writer): Promise<void> {
  const whole = await prepare(input)
  await (format === 'md' ? writeMarkdown(whole, file) : writeJson(whole, file))
}

async function prepare(input: ExportInput): Promise<Export> {
  const { incident, chain, severities, reviewItems, generatedAt } = input
  const fold = createFold()
  const verdict = await chain.walk((stored, facts) =>
    fold.add(stored.seq, facts ? entryOf(facts, stored) : toEntry(stored)),
  )
  const folded = fold.end()
  const unnamed = [...folded.mentioned].filter((person) => !folded.names.has(person))
  const people = new Map([...(await input.namesOf(unnamed)), ...folded.names])
  // Firebreak itself is no person, though it acts.
  const name = (person: string) => (person === 'firebreak' ? 'Firebreak' : (people.get(person) ?? person))
  const byUser = new Map([...people].map(([person, called]) => [person.slice(person.indexOf('/') + 1), called]))
  const plain = (mrkdwn: string) => plainText(mrkdwn, (user) => byUser.get(user) ?? user)
  const course = courseOf(incident, folded.milestones)
  return {
    ...input,
    ...{ folded, verdict, course, people, name, plain, clock: createClock(input.zone) },
    severity: severities.find((severity) => severity.name === incident.severity),
    tenures: tenuresOf(folded.milestones),
    gaps: gapsOf({ incident, course, folded, severities, reviewItems, until: generatedAt, name }),
  }
}
