import type { Incident, Severity } from '../incidents/incident.ts'
import { incidentName } from '../incidents/incident.ts'
import type { Change } from '../operations/change.ts'
import type { Entry } from '../timeline/entries.ts'
import type { Signer } from '../timeline/signing.ts'
import type { Verdict } from '../timeline/verdict.ts'
import type { StoredEntry } from '../timeline/verify.ts'
import { toJson } from './json.ts'
import { toMarkdown } from './markdown.ts'

/** Everything that an export says. Rendering adds nothing: no clock, no look-up. */
export interface ExportInput {
  incident: Incident
  severity: Severity | undefined
  /** The chain from its first entry on, in order. */
  entries: Entry[]
  /** The same entries as they are stored. */
  stored: StoredEntry[]
  /** The incident's changes, in the order in which they were asked for. */
  changes: Change[]
  /** IANA zone of whoever asked; one that nobody knows is shown as UTC. */
  zone: string
  /** Names by person id. */
  people: Map<string, string>
  /** Permalinks to messages by the entry (seq) that they show. */
  links: Map<number, string>
  /** Permalink of the root message. */
  rootLink: string | null
  /** On the chain as a whole. */
  verdict: Verdict
  signer: Signer
  generatedAt: Date
}

/** The file that is uploaded: `INC-7.md`, `INC-7.json`. */
export function exportFile(input: ExportInput, format: 'md' | 'json'): { name: string; content: string } {
  const content = format === 'md' ? toMarkdown(input) : toJson(input)
  return { name: `${incidentName(input.incident.id)}.${format}`, content }
}
