import { incidentName } from '../../incidents/incident.ts'
import { utc } from '../times.ts'
import type { Section } from './section.ts'
import { md } from './text.ts'

/** Why it can be believed, or that it can't. */
export const integrity: Section = {
  title: 'Integrity',
  isThere: () => true,
  *parts({ incident, verdict, folded, generatedAt }) {
    const name = incidentName(incident.id)
    const made = `Exported ${utc(generatedAt)} UTC by Firebreak.`
    if (!verdict.ok) {
      const [first] = verdict.problems
      yield `**The chain ${name} did not verify**: ${md(first?.text ?? '')}. Don’t rely on this timeline before it is known why. ${made}\n`
      return
    }
    const { entries, erased, head } = folded
    const gone = erased > 0 ? ` The content of ${erased} was erased since; their place and hash are kept.` : ''
    const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}`
    yield `Verified ${count} of the hash chain ${name}.${gone} Its head is \`${head}\`. ${made}\n`
  },
}
