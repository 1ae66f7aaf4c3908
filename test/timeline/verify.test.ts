import { generateKeyPairSync, hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFingerprint } from '../../src/timeline/signing.ts'
import { sentencesOf, type Verdict } from '../../src/timeline/verdict.ts'
import { createVerifier, type End, type Expected, type StoredEntry } from '../../src/timeline/verify.ts'
import { makeChain, otherSigner, refit, signer } from './chains.ts'
import { TAMPERINGS } from './tamperings.ts'

function verify(entries: StoredEntry[], end: End | null, expected: Expected = {}): Verdict {
  const verifier = createVerifier('INC-7', expected, end?.length)
  for (const entry of entries) verifier.add(entry)
  return verifier.end(end)
}

/** A chain of any length with signatures and erasures in it. */
const anyChain = fc
  .array(fc.constantFrom('say', 'say', 'say', 'sign', 'erase'), { minLength: 1, maxLength: 40 })
  .map((steps) => {
    const chain = makeChain()
    for (const step of steps) {
      const erasable = chain.entries.find(({ bytes, payload }) => payload && bytes.includes('operation.refused'))
      if (step === 'sign' && chain.entries.length > 0) chain.sign()
      else if (step === 'erase' && erasable) chain.erase(erasable.seq)
      else chain.say(`entry ${chain.entries.length + 1}`)
    }
    return chain
  })

describe('verifying a chain', () => {
  it('finds nothing wrong with what was recorded, signed and erased', () => {
    fc.assert(
      fc.property(anyChain, (chain) => {
        const verdict = verify(chain.entries, chain.end())
        expect(verdict.problems).toEqual([])
        expect(verdict).toMatchObject({ ok: true, entries: chain.entries.length, head: chain.head() })
        expect(verdict.erased).toBe(chain.entries.filter(({ payload }) => payload === null).length)
      }),
    )
  })

  it.each(Object.entries(TAMPERINGS))('finds and names it, wherever somebody %s', (_, tamper) => {
    let tampered = 0
    fc.assert(
      fc.property(anyChain, fc.nat(), fc.nat(), (chain, a, b) => {
        const { length } = chain.entries
        const made = tamper(chain.entries, a % length, b % length)
        if (!made) return
        tampered += 1
        const verdict = verify(made.entries, chain.end())
        expect(verdict.ok).toBe(false)
        const [first] = verdict.problems
        expect(made.kinds).toContain(first?.kind)
        expect(first?.entries).toEqual(expect.arrayContaining(made.names))
      }),
      { numRuns: 300 },
    )
    expect(tampered).toBeGreaterThan(20)
  })
})

describe('a signature', () => {
  const chain = () => makeChain().say('one').sign().say('two').sign()
  it('vouches for the chain up to its entry, with the key it names', () => {
    const made = chain()
    expect(verify(made.entries, made.end()).signatures).toEqual([{ key: signer.fingerprint, count: 2, through: 3 }])
  })

  it('finds a rewritten history whose hashes all fit, and says since when', () => {
    // Somebody who can write everything, and has no key.
    const [, , , last] = chain().entries
    const forged = makeChain().say('one').sign().say('something else')
    forged.append({ type: 'chain.signed', ...JSON.parse(last?.payload as string).data })
    expect(verify(forged.entries, forged.end()).problems).toMatchObject([
      {
        kind: 'signature',
        entries: [4],
        text: expect.stringContaining('one of the entries 2 to 3 is not what it was'),
      },
    ])
  })

  it('of another key is only as good as that key: with the right one named it is found', () => {
    const forged = makeChain().say('one').sign(otherSigner)
    expect(verify(forged.entries, forged.end()).ok).toBe(true)
    expect(verify(forged.entries, forged.end(), { keys: [signer.fingerprint] }).problems).toMatchObject([
      { kind: 'unknown_key', entries: [2] },
    ])
  })

  it('of a key that was used before is as good as ever, when both are named', () => {
    const rotated = makeChain().say('one').sign(otherSigner).say('two').sign(signer)
    const keys = [signer.fingerprint, otherSigner.fingerprint]
    const verdict = verify(rotated.entries, rotated.end(), { keys })
    expect(verdict.ok).toBe(true)
    expect(verdict.signatures.map(({ key, through }) => [key, through])).toEqual([
      [otherSigner.fingerprint, 1],
      [signer.fingerprint, 3],
    ])
  })

  it('that was left out is missed, when the right key is named', () => {
    const made = makeChain().say('one').say('two')
    expect(verify(made.entries, made.end(), { keys: [signer.fingerprint] }).problems).toMatchObject([
      { kind: 'unsigned' },
    ])
  })

  it('that claims another key’s fingerprint is not good', () => {
    const forged = makeChain().say('one')
    const signed = { seq: 1, hash: forged.head() }
    const signature = otherSigner.sign({ kind: 'chain-head', of: { chain: 'INC-7', ...signed } })
    forged.append({ type: 'chain.signed', ...signed, ...signature, key: signer.fingerprint })
    expect(verify(forged.entries, forged.end()).problems).toMatchObject([{ kind: 'signature', entries: [2] }])
  })
})

describe('a key', () => {
  it('is named by its fingerprint or by its PEM, and by nothing else', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const der = publicKey.export({ type: 'spki', format: 'der' })
    const fingerprint = hash('sha256', der).slice(0, 32)
    expect(readFingerprint(String(publicKey.export({ type: 'spki', format: 'pem' })))).toBe(fingerprint)
    expect(readFingerprint(` ${fingerprint.toUpperCase()}\n`)).toBe(fingerprint)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })
    for (const text of ['', fingerprint.slice(1), 'a1b2c3d4', String(other)]) expect(readFingerprint(text)).toBeNull()
  })
})

describe('a head that was seen elsewhere', () => {
  const made = makeChain().say('one').say('two').say('three')

  it('is held against the chain, by as much of its hash as was kept', () => {
    const seen = { seq: 2, hash: (made.entries[1] as StoredEntry).hash.slice(0, 16) }
    expect(verify(made.entries, made.end(), { heads: [seen] }).ok).toBe(true)
    const other = { seq: 2, hash: 'ab12cd34' }
    expect(verify(made.entries, made.end(), { heads: [other] }).problems).toMatchObject([
      { kind: 'edited', entries: [2] },
    ])
  })

  it('finds what was cut off together with the record of it', () => {
    const cut = made.entries.slice(0, 2)
    const end = { length: 2, head: cut[1]?.hash as string }
    expect(verify(cut, end, { heads: [{ seq: 3, hash: made.head() }] }).problems).toMatchObject([
      { kind: 'truncated', entries: [3, 3] },
    ])
  })
})

describe('an erased entry', () => {
  it('is missing, not erased, when no entry says so, or only an earlier one', () => {
    const unsaid = makeChain().say('one').say('two')
    const gone = unsaid.entries.with(0, { ...(unsaid.entries[0] as StoredEntry), salt: null, payload: null })
    expect(verify(gone, unsaid.end()).problems).toMatchObject([{ kind: 'missing', entries: [1] }])

    const early = makeChain()
      .append({ type: 'timeline.erased', entries: [2], reason: 'not yet', class: null })
      .say('two')
    const after = early.entries.with(1, { ...(early.entries[1] as StoredEntry), salt: null, payload: null })
    expect(verify(after, early.end()).problems).toMatchObject([{ kind: 'missing', entries: [2] }])
  })

  it('can’t be one that carries governance, whatever an entry says', () => {
    const made = makeChain().say('one').sign().erase(2)
    expect(verify(made.entries, made.end()).problems).toMatchObject([{ kind: 'missing', entries: [2] }])
  })
})

describe('bytes that a forger made', () => {
  const forge = (type: string, payload: string) => {
    const made = makeChain().say('one')
    const [entry] = made.entries as [StoredEntry]
    const commitment = refit(entry, { type })
    return { ...commitment, payload, salt: '' }
  }
  it.each([
    '{',
    'null',
    '{"data":{"entries":"all"}}',
    '{"data":{"seq":1e99}}',
  ])('end in a verdict, not in an error: %s', (payload) => {
    for (const type of ['timeline.erased', 'chain.signed']) {
      expect(verify([forge(type, payload)], null).ok).toBe(false)
    }
  })

  it('can’t make it count for ever', () => {
    const far = refit(makeChain().say('one').entries[0] as StoredEntry, { seq: Number.MAX_SAFE_INTEGER })
    expect(verify([...makeChain().say('one').entries, far], null).problems).toMatchObject([{ kind: 'inserted' }])
  })
})

describe('the sentences', () => {
  it('read as in the golden file', async () => {
    const erased = makeChain().say('one').sign().say('two').erase(1).say('three')
    const plain = makeChain().say('one')
    const verdicts: [string, Verdict][] = [
      ['all is well', verify(erased.entries, erased.end())],
      ['nothing is signed', verify(plain.entries, plain.end())],
      ...Object.entries(TAMPERINGS).flatMap(([name, tamper]): [string, Verdict][] => {
        const made = makeChain()
        for (const n of [1, 2, 3, 4, 5, 6, 7]) made.say(`entry ${n}`)
        made.erase(2)
        const tampered = tamper(made.entries, name.includes('erased') ? 1 : 2, 5)
        return tampered ? [[`somebody ${name}`, verify(tampered.entries, made.end())]] : []
      }),
    ]
    const text = verdicts.map(
      ([name, verdict]) => `# ${name}\n${sentencesOf(verdict, { inUse: [signer.fingerprint] }).join('\n')}`,
    )
    await expect(`${text.join('\n\n').replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')}\n`).toMatchFileSnapshot(
      'golden/verdicts.txt',
    )
  })
})
