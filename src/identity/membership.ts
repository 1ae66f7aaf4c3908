import type { Kysely } from 'kysely'
import type { Schema } from '../storage/schema.ts'
import { FIREBREAK } from '../timeline/entries.ts'
import { GENERAL, type Ledger } from '../timeline/ledger.ts'
import type { Role } from './roles.ts'
import { confirmMembership, keepMembership, readMembership } from './store.ts'

/** Who is in a user group, as Slack said at that time (the database's clock). */
interface Members {
  group: string
  members: string[]
  at: Date
}

/**
 * Keeps who is in a user group, with an entry when that changed and the group gives a role: one, however many replicas
 * see it. The first time everybody has joined. What is older than what is kept changes nothing.
 */
export async function recordMembers(
  { db, ledger }: { db: Kysely<Schema>; ledger: Ledger },
  { group, members, at }: Members,
  { roles, home }: { roles: Record<string, Role>; home: string | null },
): Promise<void> {
  const sorted = members.toSorted()
  if (await confirmMembership(db, group, sorted, at)) return
  if (home === null) throw new Error('Slack has not told yet which workspace is home')
  await ledger.transaction(null, async (tx) => {
    const chain = await tx.hold(GENERAL)
    const { kept } = await readMembership(tx.db, group)
    if (kept && kept.at >= at) return
    const before = kept?.value ?? []
    const joined = sorted.filter((user) => !before.includes(user)).map((user) => `${home}/${user}`)
    const left = before.filter((user) => !sorted.includes(user)).map((user) => `${home}/${user}`)
    await keepMembership(tx.db, group, sorted, at)
    const gives = Object.keys(roles).filter((name) => roles[name]?.userGroups.includes(group))
    if (gives.length === 0 || joined.length + left.length === 0) return
    const body = { type: 'membership.changed', group, roles: gives, joined, left } as const
    await chain.append({ subject: group, actor: FIREBREAK, body })
  })
}
