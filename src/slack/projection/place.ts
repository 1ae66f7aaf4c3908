import { userOf } from '../../identity/person.ts'
import { type Answer, ask } from './answer.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import type { Desk, Place } from './tools.ts'

/** The channel of a place: of one person, their conversation with the bot. */
export async function channelOf(place: Place, { web }: Desk): Promise<Answer<string>> {
  if ('channel' in place) return { kind: 'ok', value: place.channel }
  const answer = await ask(() => web.conversations.open({ users: userOf(place.person) }))
  return answer.kind === 'ok' ? { kind: 'ok', value: String(answer.value.channel?.id) } : answer
}

/** Slack's words for somebody whom nobody can write to any more. */
const UNREACHABLE = ['user_not_found', 'user_disabled', 'user_not_visible', 'users_not_found', 'cannot_dm_bot']

/** Nobody can be told who has left: the next one in line is, when the time comes. */
export function unopened(answer: Exclude<Answer<string>, { kind: 'ok' }>, place: Place, desk: Desk): Promise<Outcome> {
  const whom = 'person' in place ? place.person : place.channel
  if (answer.kind !== 'refused' || !UNREACHABLE.includes(answer.error)) return failure(answer, whom, desk)
  desk.log.warn(
    { person: whom, error: answer.error },
    'Slack reaches somebody no more, who should have been told something',
  )
  return Promise.resolve(nothing)
}
