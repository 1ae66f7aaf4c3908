import { z } from 'zod'
import { shaped } from './shaped.ts'

/** As Slack names emoji, a workspace's own in any script. */
const emoji = shaped(
  /^[\p{Ll}\p{Lo}\p{M}\p{N}_+'-]{1,100}$/u,
  'must be an emoji’s name without colons and skin tone, such as pushpin or "+1" in quotes; in Slack, hold the pointer over the emoji',
)

/** By which emoji people put a message into an incident's timeline; an empty list turns one off. */
export const reactions = z
  .strictObject({
    event: z.array(emoji).default(['pushpin']),
    task: z.array(emoji).default(['white_check_mark']),
    follow_up: z.array(emoji).default(['repeat']),
  })
  .prefault({})
