import { parseArgs } from 'node:util'
import { percentile } from './load.ts'
import { createLoad, type Load, RATE, type Told } from './open-loop.ts'
import { fill } from './stored.ts'

/**
 * The load's figures of bench/RESULTS.md: the real process takes 50 commands a second for a minute, whether it has answered
 * the last one or not. With `--stored 1000000` a second bot has so many timeline entries, and the two take turns of ten
 * seconds, so that what else the machine does meets both.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60)
const TURN = 10
const { values } = parseArgs({ options: { stored: { type: 'string' } } })
const ENTRIES = Number(values.stored ?? 0)
const TURNS = ENTRIES > 0 ? Math.ceil(SECONDS / TURN) : 1

const empty = await createLoad()
const stored = ENTRIES > 0 ? await createLoad((bot) => fill(bot, ENTRIES)) : null
const told: Record<'empty' | 'stored', Told[]> = { empty: [], stored: [] }
for (let turn = 0; turn < TURNS; turn++) {
  told.empty.push(await empty.run(SECONDS / TURNS))
  if (stored) told.stored.push(await stored.run(SECONDS / TURNS))
}
const name = `${RATE} commands a second for ${SECONDS} s`
const without = report(name, told.empty)
if (stored) {
  const withThem = report(`${name}, with ${ENTRIES.toLocaleString('en')} timeline entries stored`, told.stored)
  const ratio = (of: 'acknowledged' | 'answered', p: number) =>
    (percentile(withThem[of], p) / percentile(without[of], p)).toFixed(2)
  row(
    'with them : without',
    `acknowledged: p99 **${ratio('acknowledged', 99)}**, p50 **${ratio('acknowledged', 50)}**; answered: p99 ${ratio('answered', 99)}, p50 ${ratio('answered', 50)}`,
    '≤ 1.2',
  )
}
await settle(empty)
if (stored) await settle(stored)
process.exit(0)

/** A line for each thing that was measured, as a row of a table. */
function report(name: string, rounds: Told[]) {
  const all = <T>(of: (told: Told) => T[]) => rounds.flatMap(of)
  const [acknowledged, answered] = [all((told) => told.acknowledged), all((told) => told.answered)]
  const rows = rounds.map((told) => told.rows)
  const lost = all((told) => told.lost)
  const doubled = all((told) => told.doubled)
  row(`${name}: acknowledged after`, times(acknowledged), 'p99 ≤ 250 ms')
  row('the same: answered after', times(answered))
  row(
    'the same: lost, doubled',
    `**${lost.length}**, **${doubled.length}** of ${rounds.reduce((sum, { sent }) => sum + sent, 0)}`,
    'none',
  )
  row('the same: rows that Postgres read for a command', rows.map((count) => count.toFixed(0)).join(', '))
  for (const what of [...lost, ...doubled]) console.error(what)
  return { acknowledged, answered }
}

/** When Slack shows it all, and how fast it was told. */
async function settle(load: Load) {
  const { seconds, posts, rates, refused, rss, wrong } = await load.settled()
  row('Slack shows all of it after the last command, one post a second', `${seconds.toFixed(0)} s, ${posts} posts`)
  row('Slack’s rates: most calls in any 60 s; refused with 429', `${rates}; **${refused}**`, 'none')
  for (const what of wrong) console.error(`Slack would object: ${what}`)
  row('memory of the process (RSS)', `${rss.toFixed(0)} MB`)
}

function times(values: number[]): string {
  const ms = (p: number) => percentile(values, p).toFixed(0)
  return `p50 ${ms(50)}, p95 ${ms(95)}, p99 **${ms(99)} ms**, at most ${Math.max(...values).toFixed(0)} ms (${values.length})`
}

function row(name: string, value: string, aim = '') {
  console.log(`| ${name} | ${value} | ${aim} |`)
}
