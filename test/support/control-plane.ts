import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { KubeConfig } from '@kubernetes/client-node'

/** A real Kubernetes API server with its controllers. */
export interface ControlPlane {
  server: string
  /** Path of a kubeconfig with all rights. */
  kubeconfig: string
  /** Path of a kubeconfig for the user `chatops-bot`, who has no rights until a test binds some. */
  bot: string
  /** Writes a kubeconfig for another user (by impersonation) and returns its path. */
  as(user: string): Promise<string>
  stop(): Promise<void>
}

export const NO_CONTROL_PLANE =
  'no Kubernetes control plane: set KUBECONFIG_TEST to the kubeconfig of a cluster that tests may use (kind, minikube, …)'

/** Beside a checkout of ours there may be one that starts in seconds; its README says what it simulates. */
const LOCAL = path.resolve(import.meta.dirname, '../../../shared/kube/up')

/**
 * The cluster of `KUBECONFIG_TEST`, else that of `KUBECONFIG` if it is on this machine, else a local one of our own;
 * null when there is none, which `CI=true` doesn't accept.
 */
export async function startControlPlane(): Promise<ControlPlane | null> {
  const { KUBECONFIG_TEST, KUBECONFIG, CI } = process.env
  if (KUBECONFIG_TEST) return given(KUBECONFIG_TEST)
  if (KUBECONFIG) return given(onThisMachine(KUBECONFIG))
  if (existsSync(LOCAL)) return startLocal()
  if (CI === 'true') throw new Error(NO_CONTROL_PLANE)
  return null
}

async function given(kubeconfig: string): Promise<ControlPlane> {
  const dir = await mkdtemp(path.join(tmpdir(), 'firebreak-kube-'))
  const as = (user: string) => impersonate(kubeconfig, user, dir)
  const bot = await as('chatops-bot')
  return { server: serverOf(kubeconfig), kubeconfig, bot, as, stop: () => rm(dir, { recursive: true }) }
}

async function startLocal(): Promise<ControlPlane> {
  const dir = await mkdtemp(path.join(tmpdir(), 'firebreak-kube-'))
  // It ends with our end of its standard input, so that it can't outlive a test run that is killed.
  const child = spawn(process.execPath, [LOCAL, dir, '--stdin'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { kubeconfig, bot, server } = await firstLine(child)
  return {
    server,
    kubeconfig,
    bot,
    as: (user) => impersonate(kubeconfig, user, dir),
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function firstLine(child: ChildProcess): Promise<{ kubeconfig: string; bot: string; server: string }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${LOCAL} ended with ${code} before it was ready`)))
    if (child.stdout) createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)))
  })
}

/** People's KUBECONFIG tends to point at production, where no test may make namespaces and roles. */
function onThisMachine(kubeconfig: string): string {
  const server = serverOf(kubeconfig)
  if (['127.0.0.1', 'localhost', '[::1]'].includes(new URL(server).hostname)) return kubeconfig
  throw new Error(`KUBECONFIG points at ${server}: to run tests there, say so with KUBECONFIG_TEST`)
}

function load(kubeconfig: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return config
}

const serverOf = (kubeconfig: string) => load(kubeconfig).getCurrentCluster()?.server ?? ''

async function impersonate(kubeconfig: string, user: string, dir: string): Promise<string> {
  const config = load(kubeconfig)
  const users = config.getUsers().map((account) => ({ ...account, impersonateUser: user }))
  config.loadFromOptions({ ...config, users })
  const file = path.join(dir, `${user}.kubeconfig`)
  await writeFile(file, config.exportConfig(), { mode: 0o600 })
  return file
}
