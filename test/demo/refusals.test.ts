import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLocalSlack } from '../../src/demo/local-slack.ts'
import { runDemo } from './running-demo.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-demo-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the demo where its Slack has no program', () => {
  it('says which real-workspace steps to take instead', () => {
    const elsewhere = "data:text/javascript,Object.defineProperty(process,'platform',{value:'sunos'})"
    const { status, stderr, stdout } = spawnSync(process.execPath, ['--import', elsewhere, 'src/demo/main.ts'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, FIREBREAK_DATA_DIR: folder },
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr).toContain('sunos')
    for (const step of ['manifest.yml', 'connections:write', 'firebreak.example.yml', 'npm start']) {
      expect(stderr).toContain(step)
    }
    expect(stdout).toBe('')
  })
})

describe.skipIf(!findLocalSlack())('the demo and its folder', () => {
  it.each([[], ['--fresh']])('leaves a folder alone that it did not make (%s)', async (...args) => {
    await mkdir(join(folder, 'demo'))
    await writeFile(join(folder, 'demo', 'thesis.txt'), 'four years')
    await expect(runDemo(folder, ...args)).rejects.toThrow(/exit code 1:[\s\S]*holds files that the demo did not make/)
    expect(await readdir(join(folder, 'demo'))).toEqual(['thesis.txt'])
  })

  it('refuses an option that it does not have', async () => {
    await expect(runDemo(folder, '--frehs')).rejects.toThrow(/exit code 1:[\s\S]*--frehs/)
    expect(await readdir(folder)).toEqual([])
  })
})
