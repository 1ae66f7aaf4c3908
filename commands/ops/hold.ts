import { z } from 'zod'
import { holdName } from '../../src/operations/hold.ts'
import { prose } from '../../templates/text.ts'
import { Words } from '../arguments.ts'
import { defineCommand, refuse, say } from '../command.ts'

export const hold = defineCommand({
  name: 'hold',
  right: 'hold',
  aliases: ['freeze'],
  usage: '<reason>',
  summary: 'Hold all operations: nothing new runs, for anybody, until they are released',
  examples: ['hold the cluster is being moved'],
  positionals: ['reason'],
  rest: true,
  decides: true,
  flags: [],
  args: z.strictObject({ reason: Words }),
  async run({ reason }, gesture, { engine, names }) {
    const result = await engine.hold(gesture, reason)
    if (result.kind === 'refused') return refuse(`Nothing was held: ${prose(result.reason, 800)}.`)
    return say(`All operations are held (*${holdName(result.hold)}*). \`${names.ops} release\` lets them run again.`)
  },
})

export const release = defineCommand({
  name: 'release',
  right: 'release',
  aliases: ['unfreeze'],
  usage: '',
  summary: 'Let operations run again after a hold',
  examples: ['release'],
  positionals: [],
  decides: true,
  flags: [],
  args: z.strictObject({}),
  async run(_, gesture, { engine }) {
    const result = await engine.release(gesture)
    if (result.kind === 'refused') return refuse(`Nothing was released: ${prose(result.reason, 800)}.`)
    return say(`*${holdName(result.hold)}* is over: what is approved and not expired runs now.`)
  },
})
