import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBackup } from '../../src/backup/restore/check.ts'
import { SEAL_BYTES, sealOf } from '../../src/backup/seal.ts'
import { backUp, busyLedger, linesOf, pack } from './support.ts'

let folder: string
let file: string
let whole: Buffer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-backup-'))
  const t = await busyLedger()
  file = await backUp(t, join(folder, 'backup.jsonl.gz'))
  whole = await readFile(file)
  await t.close()
})
afterAll(() => rm(folder, { recursive: true }))

const written = async (bytes: Uint8Array | string) => {
  const path = join(folder, 'other')
  await writeFile(path, bytes)
  return path
}
const refused = async (bytes: Uint8Array | string) =>
  await checkBackup(await written(bytes)).then(
    () => 'taken',
    (error) => (error.name === 'BackupError' ? error.code : error),
  )

describe('a backup file', () => {
  it('is gzip’d JSON lines, that any tool unpacks: header, rows, their count, seal', async () => {
    const [header, first, ...rest] = await linesOf(file)
    expect(header).toMatchObject({
      format: 'firebreak-backup',
      version: 1,
      chains: [{ chain: 'INC-1' }, { chain: 'INC-2' }],
    })
    expect(first).toEqual([
      'chains',
      'INC-1',
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\\x[0-9a-f]{64}$/),
      '0',
    ])
    expect(rest.at(-1)).toMatchObject({ rows: { chains: 2, incidents: 2, recoveries: 0 } })
    expect(JSON.parse(gunzipSync(whole).toString().split('\n').at(-2) ?? '')).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('holds no token, whole or hashed', async () => {
    const text = gunzipSync(whole).toString()
    expect(text).not.toContain('["tokens"')
    expect(text).not.toMatch(/"\\\\x0[123]"/)
  })

  it('is refused when any one byte of it is another', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(whole)
        bytes.writeUInt8(bytes.readUInt8(at) ^ by, at)
        expect(['damaged', 'not_a_backup']).toContain(await refused(bytes))
      }),
      // Where gzip itself looks away: its header's time and system, the last bits before its checksum, the seal.
      {
        numRuns: 300,
        examples: [
          4,
          9,
          1,
          whole.length - SEAL_BYTES - 9,
          whole.length - SEAL_BYTES + 9,
          whole.length - SEAL_BYTES + 10,
          whole.length - 1,
        ].map((at) => [at, 0x80]),
      },
    )
  })

  it('is refused wherever it was cut off', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
        expect(['damaged', 'not_a_backup']).toContain(await refused(whole.subarray(0, length)))
      }),
      { numRuns: 150, examples: [[0], [1], [SEAL_BYTES], [whole.length - SEAL_BYTES], [whole.length - 1]] },
    )
  })

  it('is refused when something was added', async () => {
    expect(await refused(Buffer.concat([whole, Buffer.from('\n')]))).toBe('damaged')
    expect(await refused(Buffer.concat([whole, whole]))).toBe('damaged')
  })
})

describe('what is told of a file that is refused', () => {
  const told = async (bytes: Uint8Array | string) =>
    checkBackup(await written(bytes)).catch(({ message }) => String(message))

  it.each([
    ['nothing', ''],
    ['text', '{"format":"firebreak-backup"}\n'],
    ['another archive', gzipSync('{"hello":1}\n')],
    ['gzip that is none', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])],
    ['an archive without a line', gzipSync('')],
  ])('it is no backup: %s', async (_, bytes) => {
    expect(await told(bytes)).toMatch(/^\/.*other is no backup of Firebreak: it/)
  })

  it('there is none', async () => {
    await expect(checkBackup(join(folder, 'nowhere.gz'))).rejects.toThrow(
      /nowhere\.gz can’t be read: there is no such file/,
    )
  })

  it('that it was cut off, and how far it goes', async () => {
    const cut = await told(whole.subarray(0, whole.length - 1500))
    expect(cut).toMatch(
      /is damaged: it does not end as a backup ends: it was cut off\. It can be read up to line \d+: .*, after rows of \w+\. Use another copy/,
    )
  })

  it('that its bytes changed, and where it can be told', async () => {
    const bytes = Buffer.from(whole)
    bytes.fill(0, 2_000, 2_040)
    expect(await told(bytes)).toMatch(
      /is damaged: its bytes are not those that were sealed, and it can’t be unpacked: .*Use another/,
    )
    // Larger than what is unpacked at once.
    const rows = (await linesOf(file)).slice(0, -1)
    const packed = await readFile(
      await pack(join(folder, 'large.gz'), [
        ...rows,
        ...Array.from({ length: 20_000 }, (_, i) => ['accounts', `${i * 7919}`, `${i ** 3}`, '2026-11-21 10:00:00+00']),
      ]),
    )
    packed.fill(0, packed.length - 5_000, packed.length - 4_900)
    expect(await told(packed)).toMatch(
      /It can be read up to line \d{4,5}: it can’t be read: .*, after rows of accounts\. Use another/,
    )
    const seal = Buffer.from(whole)
    seal.fill('0', whole.length - 60, whole.length - 20)
    expect(await told(seal)).toMatch(/Every line can be read all the same, and at least one is not what it was/)
  })

  it('that a later release wrote it', async () => {
    const [header, ...lines] = (await linesOf(file)) as [object]
    const path = await pack(join(folder, 'later.gz'), [{ ...header, version: 2 }, ...lines])
    await expect(checkBackup(path)).rejects.toMatchObject({
      code: 'newer',
      message: expect.stringMatching(/has format 2, and this release reads 1/),
    })
  })

  it('that it changed, when a number of its format is there that nobody sealed', async () => {
    const [header, ...lines] = (await linesOf(file)) as [object]
    const bytes = await readFile(await pack(join(folder, 'version.gz'), [{ ...header, version: 2 }, ...lines]))
    bytes.fill('0', bytes.length - 60, bytes.length - 20)
    expect(await told(bytes)).toMatch(/is damaged: its bytes are not those that were sealed\. Use another copy/)
  })

  it('what in its header is wrong', async () => {
    const [header, ...lines] = (await linesOf(file)) as [object]
    const path = await pack(join(folder, 'header.gz'), [
      { ...header, chains: [{ chain: 'INC-1', seq: -1, head: '' }] },
      ...lines,
    ])
    await expect(checkBackup(path)).rejects.toThrow(/is damaged: line 1, the header: chains\.0\.seq/)
  })
})

it('seals with the same bytes for ever', () => {
  const seal = sealOf(Buffer.alloc(32, 0xab))
  expect(gunzipSync(seal).toString()).toBe(`{"sha256":"${'ab'.repeat(32)}"}\n`)
  expect(seal.toString('hex').replaceAll('6162', '')).toBe(
    `1f8b08000000000000ff014e00b1ff${Buffer.from('{"sha256":"').toString('hex')}${Buffer.from('"}\n').toString('hex')}${seal.subarray(-8).toString('hex')}`,
  )
})
