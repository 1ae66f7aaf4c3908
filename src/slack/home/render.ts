import type { Kysely } from 'kysely'
import { closedHome, homeBlocks } from '../../../templates/home.ts'
import type { Block } from '../../../templates/message.ts'
import { type Home, readHome } from '../../home/home.ts'
import type { Identity } from '../../identity/identity.ts'
import { whyNotMember } from '../../identity/person.ts'
import { incidentName } from '../../incidents/incident.ts'
import { changeName } from '../../operations/change.ts'
import type { Schema } from '../../storage/schema.ts'
import { permalink } from '../projection/permalink.ts'
import { postedCards } from '../store.ts'
import type { Workspace } from '../workspace.ts'

export interface Sources {
  db: Kysely<Schema>
  identity: Pick<Identity, 'whose' | 'idsOf'>
  workspace: Pick<Workspace, 'identity'>
  names: { incident: string; ops: string }
}

/**
 * What the Home of an account (`T012/U0ALICE`) says now. `whole`: every card that it speaks of is in Slack already, so
 * that it has all their addresses.
 */
export async function renderHome(account: string, sources: Sources): Promise<{ blocks: Block[]; whole: boolean }> {
  const { db, identity, workspace, names } = sources
  const person = await identity.whose(account)
  const denial = whyNotMember(person)
  if (denial) return { blocks: closedHome(denial), whole: true }

  const home = await readHome(db, identity.idsOf(person.id))
  const url = workspace.identity()?.url
  const spokenOf = subjectsOf(home)
  const cards = new Map((await postedCards(db, spokenOf)).map((card) => [card.subject, card]))
  const blocks = homeBlocks(home, {
    addressOf(subject) {
      const card = cards.get(subject)
      return card && url ? permalink(url, card) : null
    },
    messageOf: ({ channel, ts }) => (channel && ts && url ? permalink(url, { channel, ts }) : null),
    names,
  })
  return { blocks, whole: spokenOf.every((subject) => cards.has(subject)) }
}

const subjectsOf = ({ open, waiting, requested }: Home): string[] => [
  ...open.map(({ id }) => incidentName(id)),
  ...[...waiting, ...requested].map(({ id }) => changeName(id)),
]
