import { describe, expect, it } from 'vitest'
import { load, minimal, mistakes } from './support.ts'

const SHAPE =
  'must be an emoji’s name without colons and skin tone, such as pushpin or "+1" in quotes; in Slack, hold the pointer over the emoji'

describe('reactions', () => {
  it('mark by 📌, ✅ and 🔁, unless the file says otherwise', async () => {
    const usual = { event: ['pushpin'], task: ['white_check_mark'], 'follow-up': ['repeat'] }
    expect((await load(minimal)).reactions).toEqual(usual)
    expect((await load(`${minimal}reactions: { event: [pushpin, '+1', 火事], task: [] }\n`)).reactions).toEqual({
      ...{ event: ['pushpin', '+1', '火事'], task: [] },
      'follow-up': ['repeat'],
    })
  })

  it.each([
    ['event: [":pushpin:"]', 'event[0]'],
    ['task: ["+1::skin-tone-3"]', 'task[0]'],
    ['follow_up: [Repeat]', 'follow_up[0]'],
    ['event: ["push pin"]', 'event[0]'],
    ['event: [""]', 'event[0]'],
    ['event: [+1]', 'event[0]'],
  ])('are named as Slack names them: %s', async (reactions, key) => {
    const found = await mistakes(`${minimal}reactions: { ${reactions} }\n`)
    expect(found.map((mistake) => mistake.replace(/^7:\d+ /, ''))).toEqual([`reactions.${key}: ${SHAPE}`])
  })

  it('mean one thing each, what stands there by default as well', async () => {
    expect(await mistakes(`${minimal}reactions:\n  event: [eyes, pushpin]\n  task: [tada, eyes]\n`)).toEqual([
      '9:16 reactions.task[1]: "eyes" is for event, on line 8, already',
    ])
    expect(await mistakes(`${minimal}reactions: { event: [repeat] }\n`)).toEqual([
      '7:22 reactions.event[0]: "repeat" is for follow_up by default, already',
    ])
    expect((await load(`${minimal}reactions: { event: [repeat], follow_up: [] }\n`)).reactions.event).toEqual([
      'repeat',
    ])
  })

  it('know no other kind', async () => {
    expect(await mistakes(`${minimal}reactions: { followup: [repeat] }\n`)).toEqual([
      '7:14 reactions.followup: unknown key; did you mean "follow_up"?',
    ])
  })
})
