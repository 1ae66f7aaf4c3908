import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPlayground } from '../src/playground/playground.ts'
import { toEntry } from '../src/timeline/chain.ts'
import { readSealed } from '../src/timeline/sealed/store.ts'
import { EFFECT, startRelay } from '../test/support/relay.ts'
import { startBot } from './bot.ts'

const REPLICAS = 10
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const ROOM = 'C0INCIDENTS'
/** So slow is the cluster here: the others have to wait for the one that has the object. */
const EFFECT_TAKES_MS = 3_000

/**
 * Ten processes on one Postgres, ten changes of one deployment, approved at the same time, each at another process: how long
 * after the first claim each of the other nine says whom it waits for. In ms, of all rounds.
 */
export async function tenReplicas(): Promise<{ winners: number[]; told: number[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'))
  const playground = await startPlayground({ podReadyMs: 1 })
  await playground.kubeconfig(join(folder, 'direct'))
  const relay = await startRelay(join(folder, 'direct'), async ({ line, perform }) => {
    const answer = await perform()
    if (EFFECT.test(line)) await sleep(EFFECT_TAKES_MS)
    return answer
  })
  const bot = await startBot({ production: playground, kubeconfig: relay.kubeconfig, replicas: REPLICAS })
  const { slack } = bot
  await slack.command({ user: 'U0ALICE', channel: ROOM, command: '/incident', text: 'open P1 "Bench"' })
  const root = await slack.until(() => slack.messages(ROOM)[0])
  const entries = async () => (await readSealed(bot.db, 'INC-1', { limit: 100_000 })).map(toEntry)

  const [winners, told]: [number[], number[]] = [[], []]
  let planned = 0
  for (let round = 0; round < ROUNDS; round++) {
    const from = (await entries()).length
    const cards: { ts: string }[] = []
    for (let n = 0; n < REPLICAS; n++) {
      planned += 1
      // Never what an earlier round has left.
      const replicas = (round % 2 === 0 ? 20 : 40) + n
      const text = `scale checkout ${replicas} --incident INC-1`
      await slack.command({ user: 'U0ALICE', channel: ROOM, command: '/ops', text })
      const is = new RegExp(`\\*OP-${planned}\\*`)
      const shown = () =>
        slack.thread(ROOM, root.ts).find((m) => is.test(m.text) && /change\.approve/.test(JSON.stringify(m)))
      cards.push(await slack.until(shown, 30_000))
    }
    const approvals = cards.map((card, n) => {
      slack.deliverTo(bot.urls[n] as string)
      return slack.click({ user: 'U0BOB', message: { channel: ROOM, ts: card.ts }, actionId: 'change.approve' })
    })
    await Promise.all(approvals)
    const ended = async () =>
      (await bot.db.selectFrom('changes').select('id').where('finished_at', 'is', null).execute()).length === 0
    while (!(await ended())) await sleep(200)
    const seen = (await entries()).slice(from)
    const first = seen.find(({ body }) => body.type === 'change.moved' && body.to === 'claimed')
    const waits = seen.filter(
      ({ body }) =>
        body.type === 'change.progressed' &&
        body.observed === `waits for ${first?.subject}, which is being applied to the same object`,
    )
    winners.push(
      seen.filter(
        ({ subject, body }) => subject === first?.subject && body.type === 'change.moved' && body.to === 'applied',
      ).length,
    )
    told.push(...waits.map(({ recordedAt }) => recordedAt.getTime() - (first?.recordedAt.getTime() ?? 0)))
  }
  await bot.stop()
  await relay.close()
  await rm(folder, { recursive: true, force: true })
  return { winners, told }
}
