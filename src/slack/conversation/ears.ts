import type { WebClient } from '@slack/web-api'
import type { Kysely } from 'kysely'
import type { Identity } from '../../identity/identity.ts'
import type { Conversation } from '../../incidents/conversation/conversation.ts'
import type { Log } from '../../storage/log.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Workspace } from '../workspace.ts'
import { type Attention, createAttention } from './attention.ts'
import { createBackFill } from './back-fill.ts'
import { type Comings, createComings } from './comings.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { createPeople } from './people.ts'
import { createReactions, type Emoji, type Reactions } from './reactions.ts'
import { createRefusals } from './refusals.ts'
import { createWhereabouts } from './whereabouts.ts'

/** What hears people talk, and what looks for what it did not hear. */
export interface Ears {
  hearing: Hearing
  reactions: Reactions
  comings: Comings
  attention: Attention
}

/** @param tools `web`: the client that nobody waits for; `everyMs`: of the attention's beat, in tests */
export function createEars(tools: {
  db: Kysely<Schema>
  web: WebClient
  identity: Pick<Identity, 'whose' | 'person'>
  workspace: Pick<Workspace, 'identity'>
  conversation: Conversation
  /** By which emoji people mark messages, now. */
  emoji(): Emoji
  signal: AbortSignal
  log: Log
  everyMs?: number
}): Ears {
  const { db, web, workspace, conversation, emoji, signal, log, everyMs } = tools
  const shared = { db, web, log, refusals: createRefusals(log) }
  const people = createPeople(web, tools)
  const hearing = createHearing({ ...shared, messages: conversation.messages, people })
  const bot = () => workspace.identity()?.user ?? null
  const whereabouts = createWhereabouts({ ...shared, signal })
  const reactions = createReactions({ marks: conversation.marks, emoji, people, whereabouts, hearing, bot })
  const comings = createComings({ ...shared, rooms: conversation.rooms, people, bot })
  const backFill = createBackFill({ ...shared, hearing, reactions, comings })
  const attention = createAttention({ listen: conversation.listening, backFill, log, ...(everyMs && { everyMs }) })
  return { hearing, reactions, comings, attention }
}
