import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eraseByAge } from '../../src/privacy/erase.ts'
import { createExports } from '../../src/slack/exports.ts'
import { alice, type TestEngine, testEngine } from '../support/engine.ts'
import { entry } from '../support/examples.ts'
import { signer } from '../timeline/chains.ts'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine()
})
afterEach(() => t.close())

it('calls people by their names, also those whose last entry was erased', async () => {
  await t.incidents.move({ person: alice, cause: t.cause() }, t.incident, 'resolved', { cause: 'her dog', fix: null })
  await eraseByAge(t.ledger, 'INC-1', [2], { class: 'words', for: 'a day' })
  const workspace = { identity: () => null } as never
  const exportOf = createExports(t.db, { catalogue: { severities: [] }, workspace, signer })
  const asked = entry(4, { type: 'incident.exported', format: 'md', zone: 'UTC', through: 3 }, { chain: 'INC-1' })
  const content = await exportOf(asked).lend(async ({ read }) => await text(read()))
  expect(content).toContain(`| incident commander | ${alice.name} |`)
  expect(content).toContain(`| ${alice.name} |  | opened it |`)
  expect(content).not.toContain(alice.id)
})
