import { chat } from './chat.ts'
import { conversations } from './conversations.ts'
import { fileMethods } from './files.ts'
import type { Method } from './method.ts'
import { people } from './people.ts'
import { reactions } from './reactions.ts'
import { views } from './views.ts'

/** Every Web API method that the fake knows. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...people, ...chat, ...conversations, ...views, ...fileMethods, ...reactions }),
)
