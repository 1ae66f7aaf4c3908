import { newestEntries } from '../timeline/store.ts'
import { type Asked, type Context, change, type Result, refused } from './context.ts'
import { incidentName } from './incident.ts'

export interface Note {
  text: string
  /** When it happened; null: now. */
  at: Date | null
  /** The message that it was taken from: its address, and who wrote it, by name. */
  link: string | null
  author: string | null
}

/** Puts something into the timeline, from anywhere. */
export async function addNote(context: Context, asked: Asked, id: number, { at, ...note }: Note): Promise<Result> {
  return await change(context, asked, id, async ({ chain, actor }) => {
    if (at && at > chain.now) return refused('that time has not come yet')
    const body = { type: 'note.added', ...note } as const
    await chain.append({ subject: chain.name, actor, ...(at && { occurredAt: at }), body })
    return { kind: 'done', incident: id }
  })
}

/** Keeps an address that belongs to the incident. */
export async function addLink(
  context: Context,
  asked: Asked,
  id: number,
  link: { url: string; title: string | null },
): Promise<Result> {
  return await change(context, asked, id, async ({ chain, actor }) => {
    await chain.append({ subject: chain.name, actor, body: { type: 'link.added', ...link } })
    return { kind: 'done', incident: id }
  })
}

/** More links than these nobody reads in one message. */
const MOST_LINKS = 10

export async function linksOf(
  { db }: Pick<Context, 'db'>,
  id: number,
): Promise<{ url: string; title: string | null }[]> {
  const entries = await newestEntries(db, incidentName(id), ['link.added'], MOST_LINKS)
  return entries.flatMap(({ body }) => (body.type === 'link.added' ? [body] : []))
}
