import { userOf } from '../../identity/person.ts'
import { type Answer, ask, isUnreachable } from './answer.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import { makeRoom } from './room.ts'
import type { Desk, Place } from './tools.ts'

/** The channel of a place: of one person, their conversation with the bot. An incident's own is made. */
export async function channelOf(place: Place, desk: Desk): Promise<Answer<string>> {
  if ('channel' in place) return { kind: 'ok', value: place.channel }
  if ('room' in place) return await makeRoom(place.room, desk)
  const answer = await ask(() => desk.web.conversations.open({ users: userOf(place.person) }))
  return answer.kind === 'ok' ? { kind: 'ok', value: String(answer.value.channel?.id) } : answer
}

/** Nobody can be told who has left: the next one in line is, when the time comes. */
export function unopened(answer: Exclude<Answer<string>, { kind: 'ok' }>, place: Place, desk: Desk): Promise<Outcome> {
  const whom = 'person' in place ? place.person : 'room' in place ? place.room.name : place.channel
  if (!('person' in place) || answer.kind !== 'refused' || !isUnreachable(answer.error))
    return failure(answer, whom, desk)
  desk.log.warn(
    { person: whom, error: answer.error },
    'Slack reaches somebody no more, who should have been told something',
  )
  return Promise.resolve(nothing)
}
