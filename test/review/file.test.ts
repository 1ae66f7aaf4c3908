import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withFile } from '../../src/review/file.ts'
import { sha256 } from '../../src/timeline/canonical.ts'

let folder: string
const { TMPDIR } = process.env
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-file-'))
  process.env.TMPDIR = folder
})
afterEach(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
  await rm(folder, { recursive: true })
})

const named = () => readdir(folder)
/** This process's open files that have lost their name. */
const nameless = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /firebreak-[0-9a-f-]{36} \(deleted\)$/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  })

describe('a temporary file', () => {
  it('holds what was written, however much, and can be read again and again', async () => {
    const parts = Array.from({ length: 400 }, (_, i) => `${i} ${'ä€😀'.repeat(i)}\n`)
    const whole = parts.join('')
    await withFile(
      async (file) => {
        for (const part of parts) await file.write(part)
        expect(file.digest()).toBe(sha256(whole).toString('hex'))
        await file.write('the end')
      },
      async ({ length, hash, read }) => {
        const said = `${whole}the end`
        expect({ length, hash }).toEqual({ length: Buffer.byteLength(said), hash: sha256(said).toString('hex') })
        expect((await buffer(read())).equals(Buffer.from(said))).toBe(true)
        expect(await text(read())).toHaveLength(said.length)
      },
    )
  })

  it('holds a text that is longer than what is written at once', async () => {
    const long = '😀'.repeat(100_000)
    const read = await withFile(
      (file) => file.write(long),
      ({ read }) => text(read()),
    )
    expect(read).toBe(long)
  })

  it.runIf(process.platform === 'linux')(
    'has no name that anybody could find, and is gone in every outcome',
    async () => {
      const before = await named()
      const seen = async () => {
        expect(await named()).toEqual(before)
        expect(nameless()).toHaveLength(1)
      }
      await withFile(seen, seen)
      const failed = new Error('the disk is full')
      await expect(withFile(() => Promise.reject(failed), seen)).rejects.toBe(failed)
      await expect(withFile(seen, () => Promise.reject(failed))).rejects.toBe(failed)
      expect(nameless()).toEqual([])
    },
  )
})
