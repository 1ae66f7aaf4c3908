import { describe, expect, it } from 'vitest'
import { withSignature } from '../../templates/signed.ts'
import { HASH } from '../support/examples.ts'
import { expectPostable, sketch } from './sketch.ts'

describe('what says that a timeline was signed', () => {
  const message = { text: 'INC-7 is resolved', blocks: [] }

  it('is one quiet line below what it tells of, with and without blocks', () => {
    const reply = withSignature(message, { seq: 12, hash: HASH, key: 'f00dcafe00112233f00dcafe00112233' })
    const line = '🔏 Timeline signed up to entry 12 · a1b2c3d4e5f60718 · key f00dcafe'
    expect(sketch('signed', reply)).toBe(
      `=== signed ===\n(${line})\n--- without blocks ---\nINC-7 is resolved\n${line}\n`,
    )
    expectPostable(reply)
  })

  it('is left out where nothing was signed', () => {
    expect(withSignature(message, null)).toEqual(message)
  })
})
