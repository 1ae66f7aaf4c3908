import { type Change, changeName } from '../src/operations/change.ts'
import { type Button, button, type Press } from './blocks.ts'
import { summaryOf } from './change-body.ts'
import { type Offer, offersOf } from './change-offers.ts'
import { cut } from './text.ts'

/** What decides for the plan that the card shows: nobody approves what they can't read whole. */
const NEEDS_IT_WHOLE: ReadonlySet<Offer> = new Set(['confirm', 'approve', 'comment'])

/** What can be done now. No button carries authority: rights are checked at the click. */
export const buttonsOf = (change: Change, whole: boolean): Button[] =>
  offersOf(change)
    .filter((offer) => whole || !NEEDS_IT_WHOLE.has(offer))
    .map((offer) => button(BUTTONS[offer](change, changeName(change.id))))

/** Which plan was on the card: a click for any other decides nothing. */
export const shownPlan = ({ id, planNumber, planHash }: Change): string =>
  JSON.stringify({ op: id, plan: planNumber, hash: planHash.slice(0, 16) })

const BUTTONS: Record<Offer, (change: Change, name: string) => Press> = {
  confirm: (change, name) => ({
    ...{ label: 'Run it', action: 'change.confirm', value: name, style: 'primary' },
    confirm: { title: `Run ${name}?`, text: cut(summaryOf(change), 300), yes: 'Run it', danger: true },
  }),
  approve: (change, name) => ({
    ...{ label: 'Approve', action: 'change.approve', value: shownPlan(change), style: 'primary' },
    confirm: { title: `Approve ${name}?`, text: cut(summaryOf(change), 300), yes: 'Approve', danger: true },
  }),
  // Its requester withdraws it so.
  reject: (change) => ({ label: 'Reject', action: 'change.reject', value: shownPlan(change), style: 'danger' }),
  comment: (_, name) => ({ label: 'With a comment…', action: 'change.comment', value: name }),
  looking: (_, name) => ({ label: 'I’m looking', action: 'change.looking', value: name }),
  ask: (_, name) => ({ label: 'Ask again', action: 'change.ask_again', value: name }),
  undo: (_, name) => ({
    ...{ label: 'Undo', action: 'change.undo', value: name },
    confirm: {
      title: `Undo ${name}?`,
      text: 'The way back is planned. Your own change is then undone at once, unless the way back is critical; another person’s needs an approval.',
      yes: 'Undo',
      danger: true,
    },
  }),
  replan: (_, name) => ({ label: 'Plan again', action: 'change.replan', value: name }),
  look: (_, name) => ({ label: 'Look again', action: 'change.look_again', value: name, style: 'primary' }),
  applied: (_, name) =>
    mark(name, 'applied', 'It was applied', 'You looked at the object. It is then watched like any other change.'),
  'not-applied': (_, name) =>
    mark(name, 'failed', 'It was not applied', 'You looked at the object. The change then counts as failed.'),
}

const mark = (name: string, as: 'applied' | 'failed', label: string, text: string): Press => ({
  ...{ label, action: `change.mark_${as}`, value: name },
  confirm: { title: `${name}: ${label.toLowerCase()}?`, text, yes: label, danger: true },
})
