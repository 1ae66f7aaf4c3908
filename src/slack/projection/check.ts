import { GENERAL } from '../../timeline/ledger.ts'
import { isThere } from './lookup.ts'
import { failure, nothing, type Outcome } from './outcome.ts'
import { markLost, readMessage } from './store.ts'
import { lostCard, type RootCheck } from './subjects.ts'
import type { Desk } from './tools.ts'

/**
 * Looks whether Slack still has an incident's root (the demo's Slack forgets everything at its exit; people delete
 * messages). When it's lost, so are the cards beneath it: those of an open incident are posted anew, root first. What
 * was said once is not said again.
 */
export async function checkRoot({ root, all }: RootCheck, desk: Desk): Promise<Outcome> {
  const row = await readMessage(desk.db, root, 'card')
  if (row?.ts) {
    const there = await isThere({ channel: row.channel, ts: row.ts }, desk)
    if (there.kind === 'refused') {
      // Not to know whether it is there is better than to show nothing more.
      desk.log.warn(
        { subject: root, channel: row.channel, error: there.error },
        'Slack does not let us look for a root',
      )
    } else if (there.kind !== 'ok') return failure(there, row.channel, desk)
    else if (!there.value) {
      desk.log.warn({ subject: root, channel: row.channel, ts: row.ts }, 'Slack has lost a message; posting it anew')
      desk.metrics.message('lost')
      await markLost(desk.db, root)
    }
  }
  const live = await desk.sources.live(root)
  const rows = await Promise.all(live.map((subject) => readMessage(desk.db, subject, 'card')))
  // What Slack still has stays as it is: a new release never edits old messages.
  const looked = live.filter((_, i) => all || !rows[i]?.ts)
  return { ...nothing, touches: looked.map((subject) => lostCard(subject, desk.chain === GENERAL ? subject : root)) }
}
