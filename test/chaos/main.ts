import { parseArgs } from 'node:util'
import { campaign } from './campaign.ts'

/** `npm run chaos -- --minutes 5 [--seed 42] [--logs FOLDER]` */
const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, logs: { type: 'string' } },
})
const minutes = Number(values.minutes ?? 5)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run chaos -- --minutes 5 [--seed 42] [--logs FOLDER]')
  process.exit(2)
}

const report = await campaign({ minutes, seed, logs: values.logs ?? null, say: (line) => console.log(line) })
const { lost, doubled, contradictory, drainedMs, ...rest } = report
console.log(JSON.stringify(rest, null, 2))
for (const [kind, found] of Object.entries({ lost, doubled, contradictory })) {
  console.log(`${kind}: ${found.length}`)
  for (const line of found) console.log(`  ${line}`)
}
console.log(`drained in ${(drainedMs / 1000).toFixed(1)} s`)
const crashed = Object.keys(rest.errors).filter((said) => said.startsWith('An error that nobody handled'))
process.exit(lost.length + doubled.length + contradictory.length + crashed.length === 0 ? 0 : 1)
