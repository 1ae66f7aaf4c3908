import type { KubernetesPort, Right } from '../../src/adapters/kubernetes/port.ts'
import { PlanProblem } from '../../src/operations/operation.ts'

/** Throws a `PlanProblem` that names the rights of `needs` that the bot's own account lacks there. */
export async function requireRights(port: KubernetesPort, needs: Right[]): Promise<void> {
  const missing = await port.missingRights(needs)
  if (missing.length === 0) return
  const rights = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')
  throw new PlanProblem('missing_rights', `Firebreak’s account in ${port.namespace} lacks the right to ${rights}`)
}
