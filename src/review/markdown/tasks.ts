import type { Task } from '../store.ts'
import type { Section } from './section.ts'
import { md } from './text.ts'

/** What was to be done: what is still open first. */
export const tasks: Section = {
  title: 'Tasks and follow-ups',
  isThere: ({ tasks }) => tasks.length > 0,
  *parts({ tasks, name, clock }) {
    const open = tasks.filter(({ settledAt }) => settledAt === null)
    const done = tasks.filter(({ settledAt }) => settledAt !== null)
    yield `${[...open, ...done].map((task) => line(task)).join('\n')}\n`

    function line({ id, kind, text, owner, raisedAt, settledBy, settledAt }: Task): string {
      const facts = [`${kind} ${id}`, md(name(owner)), `since ${clock.stamp(raisedAt)}`]
      const by = settledBy ? ` by ${md(name(settledBy))}` : ''
      const settled = settledAt ? [`settled${by} ${clock.stamp(settledAt)}`] : []
      return `- [${settledAt ? 'x' : ' '}] ${md(text)} (${[...facts, ...settled].join(', ')})`
    }
  },
}
