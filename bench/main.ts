import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBot, startProcess, stopProcess } from './bot.ts'
import { median, percentile, sink, throughput } from './load.ts'

/**
 * The figures of bench/RESULTS.md. Throughput is a ratio against bare Bolt apps in the same run, rounds taken in turn; the
 * two latencies are medians. The load comes from this process, the programs have one of their own.
 */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 60)

/** When requests came to a server in this process (the fake Slack, the playground): milliseconds, and what for. */
const arrivals: { at: number; what: string }[] = []
subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: IncomingMessage }
  arrivals.push({ at: performance.now(), what: `${request.method} ${request.url}` })
})
const arrivalOf = async (what: RegExp, after: number): Promise<number> => {
  for (;;) {
    const found = arrivals.find((arrival) => arrival.at >= after && what.test(arrival.what))
    if (found) return found.at
    await sleep(1)
  }
}

const bot = await startBot()
if (ROUNDS > 0) await acknowledgements()
await opens()
await approvals()
await bot.stop()
process.exit(0)

async function acknowledgements() {
  const bareAck = await startProcess('bench/bare-bolt.ts', ['ack'])
  const bareRespond = await startProcess('bench/bare-bolt.ts', ['respond'])
  const answers = await sink()
  const chat = await startProcess('bench/chat-sdk.ts', [answers.url])
  const rates: Record<'bot' | 'ack' | 'respond' | 'chat', number[]> = { bot: [], ack: [], respond: [], chat: [] }
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, port] of [
      ['bot', bot.port],
      ['ack', bareAck.port],
      ['respond', bareRespond.port],
      ['chat', chat.port],
    ] as const) {
      const rate = await throughput(port, answers.url, { seconds: round < 0 ? 2 : 3 })
      if (round >= 0) rates[name].push(rate) // the first round warms up
      await sleep(300)
    }
  }
  answers.close()
  await Promise.all([bareAck, bareRespond, chat].map(({ child }) => stopProcess(child)))
  const [own, ack, respond, sdk] = [median(rates.bot), median(rates.ack), median(rates.respond), median(rates.chat)]
  print('signed `/ops help` acknowledged a second', `${own.toFixed(0)}`)
  print(
    '  beside bare Bolt that acknowledges and answers',
    `${respond.toFixed(0)}`,
    `ratio ${(own / respond).toFixed(2)}`,
  )
  print('  beside bare Bolt that only acknowledges', `${ack.toFixed(0)}`, `ratio ${(own / ack).toFixed(2)}`)
  print(
    'for comparison, the `chat` SDK that acknowledges and answers, beside the same bare Bolt',
    `${sdk.toFixed(0)}`,
    `ratio ${(sdk / respond).toFixed(2)}`,
  )
}

async function opens() {
  const times: number[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const started = performance.now()
    await bot.slack.command({
      user: 'U0ALICE',
      channel: 'C0INCIDENTS',
      command: '/incident',
      text: `open P1 "Bench ${i}"`,
    })
    times.push((await arrivalOf(/chat\.postMessage/, started)) - started)
    await sleep(60) // the second message of the pair passes
  }
  report('`/incident open` received → chat.postMessage sent', times)
}

async function approvals() {
  const { slack } = bot
  const times: number[] = []
  for (let i = 0; i < SAMPLES; i++) {
    const line = `scale checkout ${i % 2 === 0 ? 5 : 3} --incident INC-1`
    await slack.command({ user: 'U0ALICE', channel: 'C0INCIDENTS', command: '/ops', text: line })
    const [root] = slack.messages('C0INCIDENTS')
    const card = await slack.until(() =>
      slack
        .thread('C0INCIDENTS', root?.ts ?? '')
        .find((m) => m.text.includes(`*OP-${i + 1}*`) && /change\.approve/.test(JSON.stringify(m))),
    )
    const started = performance.now()
    await slack.click({ user: 'U0BOB', message: card, actionId: 'change.approve' })
    times.push((await arrivalOf(/^PATCH (?!.*dryRun)/, started)) - started)
    await slack.until(() => /succeeded/i.test(slack.message('C0INCIDENTS', card.ts)?.text ?? ''), 20_000)
  }
  report('Approve clicked → PATCH at the cluster', times)
}

function report(name: string, times: number[]) {
  print(name, `median ${median(times).toFixed(1)} ms`, `p95 ${percentile(times, 95).toFixed(1)} ms (${times.length})`)
}

function print(...parts: string[]) {
  console.log(parts.join('  '))
}
