import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { operations } from '../../commands/ops/index.ts'
import { sha256 } from '../../src/timeline/canonical.ts'

/**
 * A plan that waits is good for one version of its operation. Whoever changes an operation's file has to say whether its
 * meaning changed: raise `version` if so, and write this golden anew (`npx vitest run test/commands/versions -u`).
 */
it('an operation’s file doesn’t change without somebody having thought of its version', async () => {
  const lines = operations.map(({ name, version }) => {
    const file = readFileSync(join(import.meta.dirname, `../../commands/ops/${name}.ts`), 'utf8')
    return `${name} ${version} ${sha256(file).toString('hex').slice(0, 16)}`
  })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/versions.txt')
})
