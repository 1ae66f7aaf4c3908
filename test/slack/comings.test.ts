import { expect, it } from 'vitest'
import type { Rooms } from '../../src/incidents/rooms/rooms.ts'
import { createComings } from '../../src/slack/conversation/comings.ts'

it('takes nobody for gone who came while Slack was asked', async () => {
  const inside = new Set(['T1/U0ALICE', 'T1/U0DAVE'])
  const rooms = {
    insiders: async () => [...inside],
    moved: async (_, { id }, to) => void (to === 'inside' ? inside.add(id) : inside.delete(id)),
  } as Partial<Rooms> as Rooms
  const person = (id: string) => ({ id, user: id, name: id, zone: 'UTC', standing: 'member' }) as const
  const people = { who: async (user: string) => person(`T1/${user}`), recorded: async (id: string) => person(id) }
  const web = { conversations: { members: async () => ({ members: ['U0ALICE'] }) } }
  const comings = createComings({
    ...{ rooms, web: web as never, people: people as never, bot: () => 'U0BOT' },
    refusals: { in: () => () => {} },
  })
  await comings.compare(7, 'C0ROOM', (async (call: () => Promise<unknown>) => {
    const page = await call()
    inside.add('T1/U0BOB')
    return page
  }) as never)
  expect([...inside]).toEqual(['T1/U0ALICE', 'T1/U0BOB'])
})
