import { took } from '../../../templates/text.ts'
import { type Change, changeName } from '../../operations/change.ts'
import type { Section } from './section.ts'
import { md, row, table } from './text.ts'

const HEAD = ['', 'Operation', 'Before → after', 'Where', 'Asked by', 'Approved by', 'Outcome', 'Took']

/** What was asked for, and what became of it. */
export const operations: Section = {
  title: 'Operations',
  isThere: () => true,
  async *parts({ chain, folded, name }) {
    if (folded.changes.size === 0) yield 'Nothing was changed through Firebreak.\n'
    else yield `${table(HEAD, [])}\n`
    for await (const batch of chain.changes()) {
      yield batch.map((change) => `${row(cells(change, (person) => md(name(person))))}\n`).join('')
    }
  },
}

function cells(change: Change, name: (person: string) => string): string[] {
  const { requestedAt, finishedAt } = change
  return [
    changeName(change.id),
    md(change.line),
    change.plan.steps.map(stepOf).join('; '),
    md(`${change.target} (${change.environment})`),
    name(change.requester),
    approvedBy(change, name),
    outcome(change),
    finishedAt ? took(finishedAt.getTime() - requestedAt.getTime()) : '',
  ]
}

function stepOf({ object, before, after }: Change['plan']['steps'][number]): string {
  const keys = Object.keys({ ...before, ...after })
  const values = keys.map((key) => `${key} ${before[key] ?? 'none'} → ${after[key] ?? 'none'}`)
  return md(`${object.kind} ${object.name} in ${object.namespace}: ${values.join(', ')}`)
}

function approvedBy({ votes, plan }: Change, name: (person: string) => string): string {
  const approvers = votes.flatMap(({ decision, person, comment }) => {
    if (decision === 'reject') return []
    if (decision === 'approve') return [name(person)]
    return [`${name(person)} (broke the glass${comment ? `: ${md(comment)}` : ''})`]
  })
  return approvers.join(', ') || (plan.tier === 'low' ? 'needed nobody else' : 'nobody')
}

function outcome({ state, detail, undoneBy }: Change): string {
  const undone = undoneBy.filter((undo) => undo.state === 'succeeded').map(({ id }) => `; undone by ${changeName(id)}`)
  return `${md(detail ? `${state}: ${detail}` : state)}${undone.join('')}`
}
