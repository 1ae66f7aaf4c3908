import type { Kysely } from 'kysely'
import type { Incident, Severity } from '../incidents/incident.ts'
import { parseIncidentName } from '../incidents/incident.ts'
import { readIncident } from '../incidents/store.ts'
import { changesOf } from '../operations/store.ts'
import { exportFile } from '../review/export.ts'
import type { Schema } from '../storage/schema.ts'
import { toEntry } from '../timeline/chain.ts'
import type { Entry } from '../timeline/entries.ts'
import type { Signer } from '../timeline/signing.ts'
import { readSealed } from '../timeline/store.ts'
import type { Verdict } from '../timeline/verdict.ts'
import { verifyChain } from '../timeline/verify-chain.ts'
import { permalink } from './projection/permalink.ts'
import { type PostedMessage, postedMessages } from './store.ts'
import type { Workspace } from './workspace.ts'

/** The file that an `incident.exported` entry asks for: its chain as it was then, with links to Slack's messages. */
export function createExports(
  db: Kysely<Schema>,
  options: { catalogue: { readonly severities: Severity[] }; workspace: Workspace; signer: Signer },
) {
  return async (asked: Entry): Promise<{ name: string; content: string }> => {
    const { chain, body, recordedAt } = asked
    if (body.type !== 'incident.exported') throw new TypeError(`${body.type} asks for no export`)
    const incident = (await readIncident(db, parseIncidentName(chain) ?? 0)) as Incident
    const [stored, verdict, changes, messages] = await Promise.all([
      readSealed(db, chain, { through: body.through }),
      verifyChain(db, chain),
      changesOf(db, incident.id),
      postedMessages(db, chain),
    ])
    const entries = stored.map(toEntry)
    const url = options.workspace.identity()?.url ?? null
    const linkTo = (message: PostedMessage | undefined) => (message && url ? permalink(url, message) : null)
    const card = (subject: string) => messages.find((m) => m.subject === subject && m.slot === 'card')
    const reply = (seq: number) => messages.find((m) => m.subject === `${chain}#${seq}`)
    const links = entries.flatMap(({ seq, subject }): [number, string][] => {
      const link = linkTo(reply(seq) ?? card(subject))
      return link ? [[seq, link]] : []
    })
    const input = {
      incident,
      severity: options.catalogue.severities.find(({ name }) => name === incident.severity),
      entries,
      stored,
      changes,
      zone: body.zone,
      // Of what was erased the actor's id is left, which is no name.
      people: new Map(entries.flatMap(({ actor, body }) => (body.type === 'erased' ? [] : [[actor.id, actor.name]]))),
      links: new Map(links),
      rootLink: linkTo(card(chain)),
      verdict: verdict as Verdict,
      signer: options.signer,
      generatedAt: recordedAt,
    }
    return exportFile(input, body.format)
  }
}
