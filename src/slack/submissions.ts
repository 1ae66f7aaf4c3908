import { setTimeout as delay } from 'node:timers/promises'
import type { ViewResponseAction, ViewSubmitAction } from '@slack/bolt'
import { type Answer, type Gesture, say } from '../../commands/command.ts'
import type { Answers } from './answers.ts'
import type { Checks } from './checks.ts'
import type { Doors, Submitted } from './doors.ts'
import { Failed, type Gestures } from './gestures.ts'
import { isNowhere, metadataOf, placeOf, toNotice, toView, valuesOf } from './modals.ts'
import { sayingOf, viewOf } from './notices.ts'
import { fromView, type Source } from './source.ts'

/** What an acknowledgement may wait for: Slack gives it 3 s, and the way there and back takes its part. */
const BUDGET_MS = 2_000

interface Tools {
  checks: Checks
  doors: Doors
  gestures: Gestures
  answers: Answers
}

type Ack = (response?: ViewResponseAction) => Promise<void>

/**
 * A modal shows errors only in its acknowledgement, so the work comes first, for as long as there is time. After that the
 * modal closes, and the person is answered where it was opened.
 */
export function answerView(body: ViewSubmitAction, ack: Ack, tools: Tools): Promise<void> {
  const source = fromView(body)
  return tools.gestures.follow(source, () => answer(body, source, ack, tools))
}

async function answer(
  body: ViewSubmitAction,
  source: Source,
  ack: Ack,
  { doors, gestures, answers, checks }: Tools,
): Promise<void> {
  const working = gestures.attempt(source, (gesture) => submit(body, doors, gesture))
  const response = shownInTime(working, body, checks)
  await gestures.acknowledge(source, async () => ack(await response))
  if (await response) return
  const answer = inWords(await working)
  if (answer) await answers.give(answer, source)
}

/** What came in time to be shown in the modal: errors, its next form, what can't be said elsewhere. Nothing closes it. */
async function shownInTime(
  working: Promise<Submitted | Failed>,
  body: ViewSubmitAction,
  checks: Checks,
): Promise<ViewResponseAction | undefined> {
  const early = await Promise.race([working, delay(BUDGET_MS, null, { ref: false })])
  if (!early) return undefined
  const errors = errorsOf(early, body)
  if (errors) return { response_action: 'errors', errors }
  if (early instanceof Failed || !('kind' in early)) return undefined
  const place = placeOf(body.view)
  if (early.kind === 'modal') return { response_action: 'update', view: toView(checks.checkModal(early.modal), place) }
  const saying = isNowhere(place) ? sayingOf(early) : null
  return saying ? { response_action: 'update', view: toNotice(checks.checkView(viewOf(saying)), place) } : undefined
}

async function submit(body: ViewSubmitAction, doors: Doors, gesture: () => Promise<Gesture>): Promise<Submitted> {
  const { callback_id: callbackId, state } = body.view
  if (!doors.callbackIds.includes(callbackId)) {
    return say('This version of Firebreak does not know that form. Nothing was done.')
  }
  const modal = { callbackId, values: valuesOf(state.values), metadata: metadataOf(body.view) }
  return await doors.submit(modal, await gesture())
}

/** What keeps the modal open, and with it what was typed: a failure stands at its first input. */
function errorsOf(result: Submitted | Failed, { view }: ViewSubmitAction): Record<string, string> | null {
  if (!(result instanceof Failed)) return 'errors' in result ? result.errors : null
  const block = view.blocks.find(({ type }) => type === 'input')?.block_id
  return result.text && block ? { [block]: result.text } : null
}

/** The same for a modal that is closed already. */
function inWords(result: Submitted | Failed): Answer | null {
  if (result instanceof Failed) return result.text ? say(result.text) : null
  if (!('errors' in result)) return result
  return say(`Nothing was done: ${Object.values(result.errors).join(' ')}`)
}
