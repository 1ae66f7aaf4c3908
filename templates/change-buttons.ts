import { type Change, changeName } from '../src/operations/change.ts'
import { isFinal } from '../src/operations/states.ts'
import { type Button, button, type Press } from './blocks.ts'
import { summaryOf } from './change-body.ts'
import { cut } from './text.ts'

/** What can be done now. No button carries authority: rights are checked at the click. */
export function buttonsOf(change: Change, whole: boolean): Button[] {
  switch (change.state) {
    case 'planned':
      return decisionButtons(change, whole)
    case 'approved':
      return [rejectButton(change)]
    case 'applied':
    case 'succeeded':
    case 'overridden':
    case 'inconclusive':
      return undoButton(change)
    case 'failed':
      return [...undoButton(change), again(change)]
    case 'stale':
    case 'expired':
      return [again(change)]
    case 'unknown':
      return markButtons(change)
    default:
      return []
  }
}

function decisionButtons(change: Change, whole: boolean): Button[] {
  const name = changeName(change.id)
  const summary = cut(summaryOf(change), 300)
  if (change.plan.tier === 'low') {
    return offer(whole, {
      ...{ label: 'Run it', action: 'change.confirm', value: name, style: 'primary' },
      confirm: { title: `Run ${name}?`, text: summary, yes: 'Run it', danger: true },
    })
  }
  return [
    ...offer(whole, {
      ...{ label: 'Approve', action: 'change.approve', value: shownPlan(change), style: 'primary' },
      confirm: { title: `Approve ${name}?`, text: summary, yes: 'Approve', danger: true },
    }),
    rejectButton(change),
    ...offer(whole, { label: 'With a comment…', action: 'change.comment', value: name }),
    button({ label: 'I’m looking', action: 'change.looking', value: name }),
    button({ label: 'Ask again', action: 'change.ask_again', value: name }),
  ]
}

/** Which plan was on the card: a click for any other decides nothing. */
export const shownPlan = ({ id, planNumber, planHash }: Change): string =>
  JSON.stringify({ op: id, plan: planNumber, hash: planHash.slice(0, 16) })

/** Its requester withdraws it so. */
const rejectButton = (change: Change): Button =>
  button({ label: 'Reject', action: 'change.reject', value: shownPlan(change), style: 'danger' })

const offer = (allowed: boolean, press: Press): Button[] => (allowed ? [button(press)] : [])

/** Of what was applied, and not while another change takes it back already, or has. */
function undoButton({ id, plan, applied, undoneBy }: Change): Button[] {
  const name = changeName(id)
  const taken = undoneBy.some(({ state }) => state === 'succeeded' || !isFinal(state))
  return offer(applied > 0 && plan.wayBack === 'undo' && !taken, {
    ...{ label: 'Undo', action: 'change.undo', value: name },
    confirm: {
      title: `Undo ${name}?`,
      text: 'The way back is planned. Your own change is then undone at once, unless the way back is critical; another person’s needs an approval.',
      yes: 'Undo',
      danger: true,
    },
  })
}

const again = ({ id }: Change): Button =>
  button({ label: 'Plan again', action: 'change.replan', value: changeName(id) })

function markButtons({ id }: Change): Button[] {
  const name = changeName(id)
  const mark = (as: 'applied' | 'failed', label: string, text: string) =>
    button({
      ...{ label, action: `change.mark_${as}`, value: name },
      confirm: { title: `${name}: ${label.toLowerCase()}?`, text, yes: label, danger: true },
    })
  return [
    button({ label: 'Look again', action: 'change.look_again', value: name, style: 'primary' }),
    mark('applied', 'It was applied', 'You looked at the object. It is then watched like any other change.'),
    mark('failed', 'It was not applied', 'You looked at the object. The change then counts as failed.'),
  ]
}
