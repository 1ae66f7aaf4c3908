import { whyNotMember } from '../src/identity/person.ts'
import { type Answer, type Gesture, refuse } from './command.ts'

/** What is shown is for the workspace's own: the answer for anybody else; null for its members. */
export function refuseUnlessMember({ person }: Gesture): Answer | null {
  const denial = whyNotMember(person)
  return denial === null ? null : refuse(`Nothing was done: ${denial}.`)
}
