import { took } from '../../../templates/text.ts'
import { intervalsOf, isOf } from '../course.ts'
import type { Export } from '../export.ts'
import { utc } from '../times.ts'
import type { Section } from './section.ts'
import { md, table } from './text.ts'

/** When the incident took its turns, and what took how long. */
export const durations: Section = {
  title: 'Durations',
  isThere: () => true,
  *parts(whole) {
    const { clock } = whole
    const rows = turns(whole).map(([what, date]) =>
      clock.zone === 'UTC' ? [what, utc(date)] : [what, utc(date), clock.local(date)],
    )
    yield `${table(['', 'UTC', ...(clock.zone === 'UTC' ? [] : [md(clock.zone)])], rows)}\n`
    const intervals = intervalsOf(whole.course).map(({ name, span, ms }) => [`**${name}**`, span, took(ms)])
    if (intervals.length > 0) yield `\n${table(['', 'From → to', 'Took'], intervals)}\n`
  },
}

function turns({ course, folded, name }: Export): [string, Date][] {
  const severities = folded.milestones
    .filter(isOf('incident.severity_changed'))
    .map(({ at, actor, body }): [string, Date] => {
      const why = body.reason ? `: ${md(body.reason)}` : ''
      return [`Severity ${md(body.from)} → ${md(body.to)}, by ${md(name(actor))}${why}`, at]
    })
  const known: [string, Date | null][] = [
    ['**Impact started**', course.impactStarted],
    ['**Detected**', course.detected],
    ['**Declared**', course.declared],
    ['**Acknowledged**', course.acknowledged],
    ...severities,
    ['**Mitigated**', course.mitigated],
    ['**Resolved**', course.resolved],
    ['**Closed**', course.closed],
  ]
  return known
    .flatMap(([what, date]): [string, Date][] => (date === null ? [] : [[what, date]]))
    .sort(([, a], [, b]) => a.getTime() - b.getTime())
}
