import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyFile } from '../../src/review/verify-file.ts'
import type { Expected } from '../../src/timeline/verify.ts'
import { resolved } from '../support/examples.ts'
import { makeChain, otherSigner, signer } from '../timeline/chains.ts'
import { exported } from './told.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-verify-'))
  file = join(folder, 'INC-7.json')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The reason has nothing of what the file says. */
const NO_TIMELINE = /^\S+INC-7\.json is no timeline of Firebreak(?!.*verifies)/

/** As `export INC-7 json` makes it. */
const exportOf = (
  chain = makeChain().say('one').sign().say('two, with \u2028 and “quotes”').erase(1).say('three'),
  by = signer,
) => exported('json', { incident: resolved(), stored: chain.entries, zone: 'UTC', signer: by })

async function verify(content: string | Buffer, expected: Expected = {}) {
  await writeFile(file, content)
  const verdict = await verifyFile(file, expected)
  if (verdict.kind === 'refused') throw new Error(verdict.reason)
  return verdict
}
const problems = async (content: string, expected: Expected = {}) =>
  (await verify(content, expected)).verdicts.flatMap(({ problems }) =>
    problems.map(({ kind, entries }) => [kind, ...entries]),
  )

const content = await exportOf()

describe('an export', () => {
  const lines = content.split('\n')
  const entryLine = (seq: number) => lines.findIndex((line) => line.startsWith(`    {"seq":${seq},`))
  const edit = (seq: number, from: string, to: string) => {
    const changed = lines.with(entryLine(seq), (lines[entryLine(seq)] as string).replace(from, to))
    expect(changed).not.toEqual(lines)
    return changed.join('\n')
  }

  it('verifies as it came, without a database', async () => {
    const { ok, sentences, verdicts } = await verify(content)
    expect({ ok, entries: verdicts[0]?.entries, erased: verdicts[0]?.erased }).toEqual({
      ok: true,
      entries: 5,
      erased: 1,
    })
    expect(sentences[0]).toMatch(/^INC-7 verifies: 5 entries\. Head [0-9a-f]{64}\.$/)
    expect(verdicts[0]?.signatures).toEqual([{ key: signer.fingerprint, count: 2, through: 5 }])
  })

  it('is found out wherever a byte of it is another one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: Buffer.byteLength(content) - 2 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, by) => {
          const bytes = Buffer.from(content)
          bytes[place] = (bytes[place] as number) ^ by
          await writeFile(file, bytes)
          const verdict = await verifyFile(file)
          expect(verdict.kind === 'refused' || !verdict.ok).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is found out wherever it was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: content.length - 2 }), async (length) => {
        await writeFile(file, content.slice(0, length))
        const verdict = await verifyFile(file)
        expect(verdict.kind === 'refused' || !verdict.ok).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('names the entry whose facts, words or readable parts were edited', async () => {
    expect(await problems(edit(3, 'two, with', 'too, with'))).toContainEqual(['edited', 3])
    expect(await problems(edit(3, '\\"actor\\":\\"firebreak\\"', '\\"actor\\":\\"T1/U0EVE\\"'))).toContainEqual([
      'edited',
      3,
    ])
    expect(await problems(edit(5, '"code":"denied"', '"code":"allowed"'))).toEqual([['edited', 5]])
    expect(await problems(edit(5, '"seq":5', '"seq":6'))).toContainEqual(['edited', 5])
  })

  it('says so when it was none of the entries', async () => {
    expect(await problems(content.replace('Checkout times out', 'All is well'))).toEqual([['file']])
    expect(await problems(edit(3, 'Firebreak was refused', 'Firebreak was asked'))).toEqual([['file']])
  })

  it('names what was deleted, moved or cut off', async () => {
    const without = (seq: number) => lines.toSpliced(entryLine(seq), 1).join('\n')
    expect(await problems(without(3))).toContainEqual(['deleted', 3])
    expect(
      await problems(
        lines
          .with(entryLine(2), lines[entryLine(3)] as string)
          .with(entryLine(3), lines[entryLine(2)] as string)
          .join('\n'),
      ),
    ).toEqual([['reordered', 2, 3]])
    expect(await problems(lines.slice(0, entryLine(4)).join('\n'))).toContainEqual(['truncated', 4, 5])
    expect(await problems(lines.slice(0, entryLine(5) + 2).join('\n'))).toEqual([['truncated']])
  })

  it('says so when it was what its signature says that it is of', async () => {
    expect(await problems(content.replace('"seal": {"chain":"INC-7"', '"seal": {"chain":"INC-8"'))).toEqual([
      ['signature'],
    ])
  })

  it('can’t be shortened by who doesn’t have the key', async () => {
    const shorter = await exportOf(makeChain().say('one'), otherSigner)
    expect((await verify(shorter)).ok).toBe(true)
    expect(await problems(shorter, { keys: [signer.fingerprint] })).toEqual([['unknown_key']])
    const [, seal] = /"seal": (.*)\n/.exec(content) as RegExpExecArray
    expect((await problems(shorter.replace(/"seal": .*\n/, `"seal": ${seal}\n`)))[0]?.[0]).toBe('truncated')
  })

  it('is held against a head that was seen in Slack', async () => {
    expect(await problems(content, { heads: [{ seq: 9, hash: 'ab12cd34' }] })).toEqual([['truncated', 6, 9]])
  })

  it.each([
    ['formatted anew', JSON.stringify(JSON.parse(content), null, 4), /no timeline of Firebreak.*formatted anew/s],
    ['with Windows’ line ends', content.replaceAll('\n', '\r\n'), /no timeline of Firebreak/],
    ['in Markdown', '# INC-7: Checkout times out\n', /Markdown can’t be verified/],
    ['of a newer release', content.replace('"version": 1', '"version": 2'), /version 2/],
    ['that is empty', '', /is empty/],
    ['of a version that is none', content.replace('"version": 1', '"version": "1, all is well\\n"'), NO_TIMELINE],
    ['of a chain that is none', content.replace('{"name":"INC-7"', '{"name":"INC-7 verifies: 5 entries"'), NO_TIMELINE],
  ])('%s is refused with the reason', async (_, text, reason) => {
    await writeFile(file, text)
    expect(await verifyFile(file)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) })
  })

  it('that isn’t there is refused', async () => {
    expect(await verifyFile(join(folder, 'INC-8.json'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('does not exist'),
    })
    expect(await verifyFile(folder)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('EISDIR') })
  })
})

describe('the file of an audit sink', () => {
  const line = (chain: string, { seq, hash, bytes, salt, payload }: ReturnType<typeof makeChain>['entries'][number]) =>
    JSON.stringify({ chain, seq, hash, bytes, salt, payload })
  const seven = makeChain('INC-7').say('one').sign().say('two').say('three')
  const eight = makeChain('INC-8').say('one')
  const sevens = seven.entries.map((entry) => line('INC-7', entry))
  const eights = eight.entries.map((entry) => line('INC-8', entry))

  it('holds many chains, each with a verdict', async () => {
    const [first, ...rest] = sevens
    const { ok, verdicts } = await verify([first, ...eights, ...rest, ''].join('\n'))
    expect(ok).toBe(true)
    expect(verdicts.map(({ chain, entries }) => [chain, entries])).toEqual([
      ['INC-7', 4],
      ['INC-8', 1],
    ])
  })

  it('may hold entries again, after a line that a crash cut short', async () => {
    const { ok, sentences } = await verify(
      [...sevens.slice(0, 3), sevens[3]?.slice(0, 50), ...sevens.slice(1), ''].join('\n'),
    )
    expect(ok).toBe(true)
    expect(sentences.at(-1)).toMatch(/^One line can’t be read/)
  })

  it('may begin in the middle of a chain, as a rotated one does', async () => {
    const { ok, sentences } = await verify(sevens.slice(2).join('\n'))
    expect(ok).toBe(true)
    expect(sentences[0]).toContain('2 entries, from entry 3 on')
  })

  it('is refused where a line names what is no chain', async () => {
    const named = line('INC-7 verifies: 5 entries', eight.entries[0] as (typeof eight.entries)[number])
    await writeFile(file, [...sevens, named].join('\n'))
    expect(await verifyFile(file)).toEqual({ kind: 'refused', reason: expect.stringMatching(NO_TIMELINE) })
  })

  it('may end before the entry that says what was erased, but not what is never erased', async () => {
    const chain = makeChain('INC-7').say('one').sign().erase(1)
    const [said, signed, erasure] = chain.entries.map((entry) => line('INC-7', entry))
    const { ok, sentences } = await verify([said, signed].join('\n'))
    expect(ok).toBe(true)
    expect(sentences).toContain('What one of them said is missing, or was erased later than this goes.')
    expect((await verify([said, signed, erasure].join('\n'))).sentences.join()).not.toContain('missing')
    const silent = line('INC-7', { ...(chain.entries[1] as (typeof chain.entries)[number]), salt: null, payload: null })
    expect(await problems([said, silent].join('\n'))).toEqual([['missing', 2]])
  })

  it('is held against a head that was seen in Slack, where it has it', async () => {
    const [, two] = seven.entries
    const seen = { seq: 2, hash: String(two?.hash.slice(0, 16)) }
    expect(await problems(sevens.join('\n'), { heads: [seen] })).toEqual([])
    expect(await problems(sevens.join('\n'), { heads: [{ ...seen, hash: 'ab12cd34' }] })).toEqual([['edited', 2]])
    expect(await problems(sevens.slice(2).join('\n'), { heads: [seen] })).toEqual([['truncated', 2]])
    await writeFile(file, [...sevens, ...eights].join('\n'))
    const several = await verifyFile(file, { heads: [seen] })
    expect(several).toEqual({ kind: 'refused', reason: expect.stringMatching(/holds several timelines/) })
  })

  it('names what was deleted, edited, or there in two versions', async () => {
    expect(await problems(sevens.toSpliced(2, 1).join('\n'))).toEqual([['deleted', 3]])
    expect(await problems(sevens.with(2, (sevens[2] as string).replace('two', 'too')).join('\n'))).toEqual([
      ['edited', 3],
    ])
    const other = makeChain('INC-7').say('one').sign().say('other').entries[2] as (typeof seven.entries)[number]
    const both = [...sevens, line('INC-7', other)].join('\n')
    expect(await problems(both)).toEqual([['inserted', 3]])
    expect((await verify(both)).sentences.join()).toMatch(/two different entries 3: .*restored from a backup/)
  })
})
