import type { Kysely } from 'kysely'
import { namesOf } from '../identity/store.ts'
import type { Incident, Severity } from '../incidents/incident.ts'
import { parseIncidentName } from '../incidents/incident.ts'
import { readIncident } from '../incidents/store.ts'
import { reviewItemsOf } from '../operations/reviews/store.ts'
import { chainOn } from '../review/chain.ts'
import { type ExportInput, writeExport } from '../review/export.ts'
import { withFile } from '../review/file.ts'
import { tasksOf } from '../review/store.ts'
import type { Schema } from '../storage/schema.ts'
import type { Entry } from '../timeline/entries.ts'
import type { Signer } from '../timeline/signing.ts'
import { onSnapshot } from '../timeline/verify-chain.ts'
import { permalink } from './projection/permalink.ts'
import type { Upload } from './projection/tools.ts'
import { type PostedMessage, postedMessages } from './store.ts'
import type { Workspace } from './workspace.ts'

interface ExportsOptions {
  catalogue: { readonly severities: Severity[] }
  workspace: Workspace
  signer: Signer
}

/** The file that an `incident.exported` entry asks for: its chain as it was then, with links to Slack's messages. */
export function createExports(db: Kysely<Schema>, options: ExportsOptions) {
  return (asked: Entry): Pick<Upload, 'name' | 'lend'> => {
    const { chain, body } = asked
    if (body.type !== 'incident.exported') throw new TypeError(`${body.type} asks for no export`)
    const { format, ...of } = body
    return {
      name: `${chain}.${format}`,
      lend: (use) =>
        withFile(
          (file) =>
            onSnapshot(db, async (snapshot) => writeExport(await inputOf(snapshot, asked, of, options), format, file)),
          use,
        ),
    }
  }
}

async function inputOf(
  snapshot: Kysely<Schema>,
  { chain: name, recordedAt }: Entry,
  { through, zone }: { through: number; zone: string },
  { catalogue, workspace, signer }: ExportsOptions,
): Promise<ExportInput> {
  const incident = (await readIncident(snapshot, parseIncidentName(name) ?? 0)) as Incident
  const { id } = incident
  const { linkOf, rootLink } = linksOf(name, await postedMessages(snapshot, name), workspace.identity()?.url ?? null)
  return {
    ...{ incident, zone, signer, linkOf, rootLink },
    severities: catalogue.severities,
    chain: await chainOn(snapshot, { name, incident: id, through }),
    tasks: await tasksOf(snapshot, id),
    reviewItems: await reviewItemsOf(snapshot, id),
    namesOf: (people) => namesOf(snapshot, people),
    generatedAt: recordedAt,
  }
}

/** Where Slack shows what: what people wrote, what was replied to an entry, else the card of what it is about. */
function linksOf(chain: string, messages: PostedMessage[], url: string | null) {
  const cards = new Map<string, PostedMessage>()
  const replies = new Map<string, PostedMessage>()
  for (const message of messages) {
    if (message.slot === 'card') cards.set(message.subject, message)
    else if (!replies.has(message.subject)) replies.set(message.subject, message)
  }
  const root = cards.get(chain)
  const linkTo = (message: Parameters<typeof permalink>[1] | undefined) =>
    message && url ? permalink(url, message) : null
  return {
    rootLink: linkTo(root),
    linkOf({ seq, subject, body }: Pick<Entry, 'seq' | 'subject' | 'body'>): string | null {
      if ('ts' in body) return linkTo({ ...body, thread: body.channel === root?.channel ? root.ts : null })
      return linkTo(replies.get(`${chain}#${seq}`) ?? cards.get(subject))
    },
  }
}
