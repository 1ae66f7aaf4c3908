import { describe, expect, it } from 'vitest'
import { signedReply } from '../../templates/signed.ts'
import { HASH } from '../support/examples.ts'
import { expectPostable, sketch } from './sketch.ts'

describe('what says that a timeline was signed', () => {
  it('is one quiet line, with and without blocks', () => {
    const reply = signedReply({ seq: 12, hash: HASH, key: 'f00dcafe00112233f00dcafe00112233' })
    const line = '🔏 Timeline signed up to entry 12 · a1b2c3d4e5f60718 · key f00dcafe'
    expect(sketch('signed', reply)).toBe(`=== signed ===\n(${line})\n--- without blocks ---\n${line}\n`)
    expectPostable(reply)
  })
})
