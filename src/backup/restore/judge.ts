import { createVerifier, type StoredEntry } from '../../timeline/verify.ts'
import type { Header } from '../format.ts'

/** Verifies a chain from its bytes, up to the end that the backup's header names. */
export function openJudge({ chain, seq, head }: Header['chains'][number]) {
  const verifier = createVerifier(chain, {}, seq)
  return {
    add: (entry: StoredEntry) => verifier.add(entry),
    /** What is wrong, or how much was erased. */
    verdict(): { problem: string } | { erased: number } {
      const { problems, erased } = verifier.end({ length: seq, head })
      const [problem] = problems
      return problem ? { problem: `${chain}: ${problem.text}` } : { erased }
    },
  }
}
