import { asActor, type Person } from '../../identity/person.ts'
import { canonical, sha256 } from '../../timeline/canonical.ts'
import type { HeldChain, Ledger } from '../../timeline/ledger.ts'
import { takePart } from '../taking-part.ts'
import { fitted, type Message, type Place, type Said, timeOf } from './message.ts'
import { type Held, recording } from './recording.ts'
import { insertMessage, type Recorded, readMessage, updateMessage } from './store.ts'

/** What was heard of a message: in which incident it was written, by whom, and what makes us record it. */
interface Heard {
  incident: number
  /** `event:<event_id>`, or `message:<channel>:<ts>` for one that was found in Slack. */
  cause: string
  author: Person
}

interface Posted extends Heard {
  message: Message
  /** Of the last edit, for one that was found edited; else empty. See `Edited`. */
  version: string
}

interface Edited extends Heard {
  message: Message
  /** Who changed it; usually the author. */
  editor: Person
  /** What it said before; null when Slack didn't tell. */
  before: Said | null
  at: Date
  /** A message's edits have versions in their order, as texts; those of one second have the same start, up to a slash. */
  version: string
}

interface Deleted extends Heard {
  place: Place
  before: Said | null
  at: Date
}

/**
 * Puts on record what people write to each other in an incident. Each message is there once, however often and in whatever
 * order it, its edits and its deletion are heard of, by however many replicas: what is on record is looked up under the
 * incident's lock.
 */
export interface Messages {
  posted(heard: Posted): Promise<void>
  /** Nothing, when no word is another. What the message said before is recorded first, where that isn't on record. */
  edited(heard: Edited): Promise<void>
  /** The entry's actor is the author: Slack doesn't tell who deleted it. */
  deleted(heard: Deleted): Promise<void>
}

export function createMessages(ledger: Ledger): Messages {
  return {
    posted: (heard) => recording(ledger, heard, (held) => post(held, heard)),
    edited: (heard) => recording(ledger, heard, (held) => edit(held, heard)),
    deleted: (heard) => recording(ledger, heard, (held) => remove(held, heard)),
  }
}

/** Nothing, when it is on record already. */
async function post(held: Held, { message, author, incident, version }: Posted) {
  const { db, chain } = held
  const told = wordsOf(message, chain)
  if (!(await insertMessage(db, message, { incident, author: author.id, digest: digestOf(told), version }))) return
  const at = timeOf(message.ts)
  await takePart(held, author.id, { actor: asActor(author), at })
  const body = { type: 'message.posted', ...placeOf(message), ...shown(told) } as const
  await chain.append({ subject: chain.name, actor: asActor(author), occurredAt: at, body })
}

async function edit(held: Held, heard: Edited) {
  const { message, editor, at, version } = heard
  const { db, chain } = held
  const told = wordsOf(message, chain)
  const digest = digestOf(told)
  const before = heard.before && digestOf(wordsOf(heard.before, chain))
  if (heard.before) await post(held, { ...heard, message: { ...message, ...heard.before }, version: '' })
  // Slack shows what a link leads to, or counts replies.
  if (before === digest) return
  const row = { incident: heard.incident, author: heard.author.id, digest, version }
  const isFirst = before === null && (await insertMessage(db, message, row))
  const recorded = (await readMessage(db, message)) as Recorded
  const superseded = !isFirst && isSuperseded(recorded, { before, version })
  if (!superseded) await updateMessage(db, message, { digest, version })
  if (!isFirst && recorded.digest === digest) return
  await takePart(held, editor.id, { actor: asActor(editor), at })
  const now = { ...placeOf(message), ...shown(told), ...(superseded && { superseded }) }
  await chain.append({
    ...{ subject: chain.name, actor: asActor(editor), occurredAt: at },
    body: { type: 'message.edited', ...now },
  })
}

async function remove(held: Held, heard: Deleted) {
  const { place, before, author, at } = heard
  const { db, chain } = held
  if (before) await post(held, { ...heard, message: { ...place, ...before }, version: '' })
  if ((await readMessage(db, place))?.deleted !== false) return
  await updateMessage(db, place, { deleted: true })
  const body = { type: 'message.deleted', ...placeOf(place) } as const
  await chain.append({ subject: chain.name, actor: asActor(author), occurredAt: at, body })
}

const placeOf = ({ channel, ts }: Place): Place => ({ channel, ts })

/** Redacted before it is compared and cut: half of a secret looks like none. */
const wordsOf = ({ text, files }: Said, { redact }: HeldChain): Said => ({ text: redact(text), files })
const shown = ({ text, files }: Said): Said => ({ text: fitted(text), files })
const digestOf = ({ text, files }: Said): string => sha256(canonical([text, files.map(({ id }) => id)])).toString('hex')

/** Whether a later change is on record already: deliveries come in any order. */
function isSuperseded(recorded: Recorded, edit: { before: string | null; version: string }): boolean {
  if (recorded.deleted) return true
  if (edit.version > recorded.version) return false
  // One that was found in Slack is known to the second: what was said before tells the order within it.
  const [now, then] = [edit.version, recorded.version].map((version) => version.split('/')[0])
  return now !== then || edit.before !== recorded.digest
}
