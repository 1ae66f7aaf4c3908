import { VOTE } from '../../timeline/describe/operation.ts'
import type { Acts, Named } from '../fold/acts.ts'
import type { Section } from './section.ts'
import { md, table } from './text.ts'

/** Who held which role, and who did what. */
export const people: Section = {
  title: 'People',
  isThere: () => true,
  *parts({ folded, tenures, name, clock }) {
    const roles = tenures.map(({ role, person, from, to }) => [
      ...[md(role), md(name(person)), clock.stamp(from), to ? clock.stamp(to) : ''],
    ])
    const rows = [...folded.acts].map(([id, acts]) => [md(name(id)), decided(acts), tookPart(acts)])
    if (roles.length > 0) yield `${table(['Role', 'Who', 'From', 'To'], roles)}\n`
    if (roles.length > 0 && rows.length > 0) yield '\n'
    if (rows.length > 0) yield `${table(['Who', 'Decided', 'Took part'], rows)}\n`
  },
}

const decided = ({ decided }: Acts): string =>
  (['approve', 'reject', 'break_glass'] as const)
    .flatMap((decision) => listed(VOTE[decision], decided[decision]))
    .join('; ')

function tookPart({ opened, asked, updates, notes, marked, messages, looked }: Acts): string {
  const parts = [
    ...(opened ? ['opened it'] : []),
    ...listed('asked for', asked),
    ...counted('posted', updates, 'update'),
    ...counted('added', notes, 'note'),
    ...counted('marked', marked, 'message'),
    ...counted('wrote', messages, 'message'),
    ...(looked === 0 ? [] : [`looked ${looked === 1 ? 'once' : `${looked} times`}`]),
  ]
  return parts.join('; ') || 'was there'
}

function listed(did: string, { first, count }: Named): string[] {
  if (count === 0) return []
  const more = count > first.length ? ` and ${count - first.length} more` : ''
  return [`${did} ${first.join(', ')}${more}`]
}

const counted = (did: string, count: number, what: string): string[] =>
  count === 0 ? [] : [`${did} ${count} ${what}${count === 1 ? '' : 's'}`]
