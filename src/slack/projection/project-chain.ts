import { isDatabaseAway } from '../../storage/away.ts'
import { because } from '../../timeline/because.ts'
import { GENERAL } from '../../timeline/ledger.ts'
import { markProjected, readEntries, readProgress } from '../../timeline/store.ts'
import { faultsTheChannel, faultsTheMessage } from './answer.ts'
import { nothing, type Outcome } from './outcome.ts'
import { show } from './show.ts'
import { causeOf, lostCard, rootCheck, type Touch, touchesOf } from './subjects.ts'
import type { Desk } from './tools.ts'
import type { Troubles } from './trouble.ts'
import { createWork, keyOf, type Work } from './work.ts'

/** The chain is another replica's, or the projection stops: nothing more is to be posted. */
export class NotMine extends Error {
  readonly code = 'not_mine'
}

/**
 * Shows a chain's entries in Slack until nothing is left, one message after the other. `projected` follows as far as
 * everything is shown: whoever comes next begins there.
 *
 * @param check look first whether Slack still has the root: then at the cards that it has lost, or at all of them
 * @param pause waits so long, or until there is a new entry
 */
export async function projectChain(
  desk: Desk,
  {
    check,
    troubles,
    pause,
  }: { check: 'lost' | 'all' | null; troubles: Troubles; pause: (ms: number) => Promise<void> },
): Promise<void> {
  const { db, chain } = desk
  const work = createWork(desk.backoff)
  if (check) work.add(rootCheck(chain, check === 'all'))
  let projected = (await readProgress(db, chain))?.projected ?? 0
  let seen = projected
  for (;;) {
    desk.assertMine()
    for (const entry of await readEntries(db, chain, { after: seen })) {
      for (const touch of touchesOf(entry)) work.add(touch)
      seen = entry.seq
    }
    const touch = work.next()
    if (touch) {
      const { subject } = touch
      await because({ chain, subject, ...causeOf(touch) }, () => attempt(touch, work, desk, troubles))
    }
    // After it: whoever holds the chain just now would keep people from seeing what is committed.
    const shown = work.shownThrough(seen)
    if (shown > projected) await markProjected(db, chain, shown)
    projected = shown
    if (touch) continue
    if (work.isEmpty()) return
    await pause(work.msToNext())
  }
}

async function attempt(touch: Touch, work: Work, desk: Desk, troubles: Troubles) {
  try {
    apply(await unlessGivenUp(await show(touch, desk), desk), touch, work, desk, troubles)
  } catch (error) {
    if (error instanceof NotMine || desk.signal.aborted || isDatabaseAway(error)) throw error
    // A fault of ours, in a template perhaps: the others go on, and this one is tried again by the next release too.
    desk.log.error({ err: error, slot: touch.slot }, 'a message can not be made')
    work.backOff(keyOf(touch))
  }
}

/** Teams archive an incident's own channel when it is over: what comes after isn't tried for ever. */
async function unlessGivenUp(outcome: Outcome, { chain, sources, rooms, log }: Desk): Promise<Outcome> {
  if (outcome.did !== 'failed' || !faultsTheChannel(outcome.error) || chain === GENERAL) return outcome
  if ((await sources.live(chain)).length > 0 || (await rooms.ownerOf(outcome.channel)) === null) return outcome
  const { channel, error } = outcome
  log.info({ channel, error }, 'an incident that is over is shown no more in its own channel')
  return nothing
}

function apply(outcome: Outcome, touch: Touch, work: Work, { metrics, log }: Desk, troubles: Troubles) {
  // Whoever can't be brought in keeps nobody who is there from the rest.
  const holds = touch.slot === 'invite' ? keyOf(touch) : touch.root
  switch (outcome.did) {
    case 'wait':
      return work.holdBack(holds, outcome.ms)
    case 'rootless':
      work.add(lostCard(touch.root, touch.root))
      return work.holdBack(keyOf(touch), 1_000)
    case 'lost':
      return work.add(rootCheck(touch.root))
    case 'failed':
      troubles.tell(outcome.channel, outcome.error, touch.subject)
      return work.backOff(faultsTheMessage(outcome.error) ? keyOf(touch) : holds)
    default: {
      work.done(touch)
      for (const more of outcome.touches ?? []) work.add(more)
      work.mended(touch.root)
      if (outcome.did === 'nothing') return
      troubles.over(outcome.channel)
      metrics.message(outcome.did)
      const recordedAt =
        touch.slot === 'card' ? touch.recordedAt : touch.slot === 'check' ? null : touch.entry.recordedAt
      const ms = recordedAt && Date.now() - recordedAt.getTime()
      if (ms !== null) metrics.lag(ms)
      log.info({ slot: touch.slot, did: outcome.did, ...(ms !== null && { ms }) }, 'Slack shows what is recorded')
    }
  }
}
