import type { Contents } from './check.ts'
import type { Restored } from './restore.ts'

/** What was found in a backup, as lines for people. */
export function describeContents({ takenAt, chains, entries, erased, rows }: Contents): string[] {
  const counts = Object.entries(rows).filter(([, n]) => n > 0)
  return [
    `The backup of ${utc(takenAt)} is whole: every byte is as it was sealed.`,
    `${count(chains, 'chain')} with ${count(entries, 'entry', 'entries')} verified from their bytes${erased > 0 ? `; what ${count(erased, 'entry', 'entries')} said was erased` : ''}.`,
    `Rows: ${counts.map(([table, n]) => `${table} ${n}`).join(', ') || 'none'}.`,
  ]
}

export function describeRestored(restored: Restored): string[] {
  return [
    ...describeContents(restored),
    `Restored into ${restored.database}, and verified there: rows, references, chains and heads.`,
    `It starts in recovery (${restored.recovery}): nothing that was pending runs until somebody ends it with /ops recover.`,
    'Tokens of the command line are not in a backup: issue new ones.',
  ]
}

const utc = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
