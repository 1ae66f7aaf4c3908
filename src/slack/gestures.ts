import type { Kysely } from 'kysely'
import { type Answer, type Gesture, say } from '../../commands/command.ts'
import type { Identity } from '../identity/identity.ts'
import type { Person } from '../identity/person.ts'
import { isDatabaseAway } from '../storage/away.ts'
import type { Log } from '../storage/log.ts'
import type { Schema } from '../storage/schema.ts'
import { because } from '../timeline/because.ts'
import type { Answers } from './answers.ts'
import { unknownPerson } from './directory.ts'
import { explain } from './failures.ts'
import { InFlight } from './in-flight.ts'
import type { SlackMetrics } from './metrics.ts'
import { endOf, type Source } from './source.ts'
import { incidentAt } from './store.ts'

/** Who did it, and about which incident: asked for after the acknowledgement, and only when somebody needs it. */
type Ask = () => Promise<Gesture>

export interface Gestures {
  /**
   * Acknowledges, then does the work and gives its answer. When the acknowledgement fails, Slack has shown an error, so
   * nothing is done. `ack` is null for what Bolt has acknowledged already. Never rejects.
   */
  take(source: Source, ack: (() => Promise<void>) | null, work: (gesture: Ask) => Promise<Answer>): Promise<void>
  /** The same in parts, for what has to be answered in its acknowledgement; they belong into `follow`. */
  follow<T>(source: Source, work: () => Promise<T>): Promise<T>
  attempt<T>(source: Source, work: (gesture: Ask) => Promise<T>): Promise<T | Failed>
  /** False when it failed. */
  acknowledge(source: Source, ack: () => Promise<void>): Promise<boolean>
  /** What is nobody's gesture, and a stop waits for it all the same. */
  track<T>(work: Promise<T>): Promise<T>
  /** Waits until what must still be acknowledged is. */
  acknowledged(ms: number): Promise<number>
  /** Waits until everything that was taken is done; resolves to how much is not. */
  done(ms: number): Promise<number>
}

/** What to tell the person; null when there's nothing to say. */
export class Failed {
  readonly text: string | null

  constructor(text: string | null) {
    this.text = text
  }
}

export function createGestures(tools: {
  answers: Answers
  identity: Pick<Identity, 'whose'>
  db: Kysely<Schema>
  metrics: SlackMetrics
  log: Log
}): Gestures {
  const { answers, identity, db, metrics, log } = tools
  const acknowledging = new InFlight()
  const taken = new InFlight()

  async function acknowledge(source: Source, ack: () => Promise<void>) {
    try {
      await acknowledging.track(ack())
    } catch (error) {
      log.error({ err: error, ...endOf(source) }, 'a gesture could not be acknowledged; Slack shows an error')
      return false
    }
    metrics.acknowledged(source.kind, (performance.now() - source.receivedAt) / 1000)
    return true
  }

  async function person({ team, user, userName }: Source): Promise<Person> {
    try {
      return await identity.whose(`${team}/${user}`)
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      log.warn({ err: error, user }, "Slack can't tell who somebody is; they have no rights until it can")
      return unknownPerson(team, user, userName)
    }
  }

  async function gestureOf(source: Source): Promise<Gesture> {
    const { cause, channel, thread, message } = source
    const timestamps = [thread, message].filter((ts) => ts !== null)
    const [who, incident] = await Promise.all([person(source), incidentAt(db, channel, timestamps)])
    return { person: who, cause, channel, incident }
  }

  async function attempt<T>(source: Source, work: (gesture: Ask) => Promise<T>): Promise<T | Failed> {
    try {
      const result = await work(() => gestureOf(source))
      metrics.gesture(source.kind, 'done')
      log.info({ ...endOf(source), outcome: 'done' }, 'a gesture is done')
      return result
    } catch (error) {
      return new Failed(explain(error, source, tools))
    }
  }

  async function takeOne(source: Source, ack: (() => Promise<void>) | null, work: (gesture: Ask) => Promise<Answer>) {
    if (ack && !(await acknowledge(source, ack))) return
    const result = await attempt(source, work)
    if (!(result instanceof Failed)) await answers.give(result, source)
    // An error doesn't take a question's place: its buttons are how to try again.
    else if (result.text) await answers.give(say(result.text), { ...source, question: false })
  }

  const follow = <T>(source: Source, work: () => Promise<T>) =>
    because({ cause: source.cause }, () => {
      const { kind, what, user, channel } = source
      log.debug({ kind, what, user, channel }, 'a gesture came')
      return taken.track(work())
    })

  return {
    take: (source, ack, work) => follow(source, () => takeOne(source, ack, work)),
    follow,
    attempt,
    acknowledge,
    track: (work) => taken.track(work),
    acknowledged: (ms) => acknowledging.settled(ms),
    done: (ms) => taken.settled(ms),
  }
}
