import { execFile } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from '../../src/storage/embedded/account.ts'

const ROOT = join(import.meta.dirname, '../..')
const DOCKERFILE = join(ROOT, 'deploy/Dockerfile')

const run = promisify(execFile)

/** What the Dockerfile makes, as a folder that stands for `/`, and what it says of how that is run. */
export interface Image {
  /** `NAME:TAG` of what it is made from. */
  from: string
  root: string
  /** As the image names them. */
  workdir: string
  env: Record<string, string>
  user: string
  command: string[]
  healthcheck: string[]
  remove(): Promise<void>
}

interface Step {
  instruction: string
  rest: string
}

/** The instructions of a Dockerfile that is as plain as ours: no heredocs, no variables. */
async function readSteps(): Promise<Step[]> {
  const text = await readFile(DOCKERFILE, 'utf8')
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const steps = lines.join('\n').replaceAll('\\\n', ' ').split('\n')
  return steps.map((step) => ({ instruction: step.split(' ', 1)[0] as string, rest: step.replace(/^\w+ +/, '') }))
}

/**
 * Does in empty folders what `docker build` does in stages: there is no container engine here. Absolute paths mean those
 * below the stage's folder. What the Dockerfile gives to another user is given to `account`, if there is one.
 */
export async function buildImage(account: Account | null): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-image-'))
  await chmod(folder, 0o755)
  const context = await allowedIn(`${DOCKERFILE}.dockerignore`)
  const stages = new Map<string, Image>()
  let image = {} as Image
  const inside = (path: string, { root, workdir } = image) => join(root, resolve(workdir, path))

  const perform: Record<string, (rest: string) => unknown> = {
    async FROM(rest) {
      const [from, , name = 'image'] = rest.split(' ')
      image = { ...{ from: from as string, root: join(folder, name), workdir: '/', env: {}, user: 'root' } } as Image
      stages.set(name, image)
      await mkdir(join(image.root, 'usr/local/bin'), { recursive: true }) // as in every base
    },
    async WORKDIR(path) {
      image.workdir = resolve(image.workdir, path)
      await mkdir(inside('.'), { recursive: true })
    },
    async COPY(rest) {
      const words = rest.split(' ')
      const [, from] = /--from=(\S+)/.exec(rest) ?? []
      const paths = words.filter((word) => !word.startsWith('--'))
      const to = paths.pop() as string
      for (const path of paths) {
        if (!from && !context.has(path)) throw new Error(`COPY ${path}: Dockerfile.dockerignore leaves it out`)
        const source = from ? inside(path, stages.get(from)) : join(ROOT, path)
        const target = inside(to.endsWith('/') ? join(to, basename(path)) : to)
        await cp(source, target, { recursive: true, verbatimSymlinks: true })
        if (rest.includes('--chown=') && account) await chown(target, account.uid, account.gid)
      }
    },
    RUN: (rest) => run('sh', ['-ec', rest.replaceAll(/(?<= )\/(?=\w)/g, `${image.root}/`)], { cwd: inside('.') }),
    ENV: (rest) => Object.assign(image.env, Object.fromEntries(rest.split(/ +/).map((pair) => pair.split('=')))),
    USER(rest) {
      image.user = rest
    },
    CMD(rest) {
      image.command = JSON.parse(rest)
    },
    HEALTHCHECK(rest) {
      image.healthcheck = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4))
    },
    EXPOSE: () => {},
  }
  for (const { instruction, rest } of await readSteps()) {
    const step = perform[instruction]
    if (!step) throw new Error(`this doesn't know what ${instruction} does`)
    await step(rest)
  }
  return { ...image, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** What of the checkout gets to the engine. */
async function allowedIn(ignore: string): Promise<Set<string>> {
  const lines = (await readFile(ignore, 'utf8')).split('\n')
  return new Set(lines.flatMap((line) => (line.startsWith('!') ? line.slice(1) : [])))
}

/** Whether npm can install anything here. */
export async function isRegistryThere(): Promise<boolean> {
  return await run('npm', ['view', 'canonicalize', 'version', '--fetch-retries=0', '--fetch-timeout=10000'], {
    timeout: 20_000,
  }).then(
    () => true,
    () => false,
  )
}
