import { readFileSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { KubernetesError } from './port.ts'

/**
 * Reads a kubeconfig; an empty path means the service account of the pod that we run in. Throws `misconfigured`. What
 * the YAML parser says is left out: it quotes the lines around an error, and those may hold a token.
 */
export function loadKubeconfig(path: string): { config: KubeConfig; server: string } {
  const config = path === '' ? inCluster() : fromFile(path)
  const whose = path === '' ? 'the service account' : `the kubeconfig ${path}`
  const cluster = config.getCurrentCluster()
  if (!cluster || !config.getCurrentUser()) {
    throw new KubernetesError('misconfigured', `${whose} has no current-context with a cluster and a user`)
  }
  if (!URL.canParse(cluster.server)) {
    throw new KubernetesError('misconfigured', `${whose} has a server that isn't a URL; write https://HOST:PORT`)
  }
  // client-node refuses plain HTTP otherwise, but only at the first call.
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw new KubernetesError(
      'misconfigured',
      `${whose} has an http:// server; use https://, or set insecure-skip-tls-verify: true if you mean it`,
    )
  }
  const { origin, pathname } = new URL(cluster.server)
  return { config, server: pathname === '/' ? origin : origin + pathname }
}

function inCluster(): KubeConfig {
  if (!process.env.KUBERNETES_SERVICE_HOST) {
    throw new KubernetesError(
      'misconfigured',
      'no kubeconfig is set and this is not a pod (KUBERNETES_SERVICE_HOST is unset): set the path of a kubeconfig',
    )
  }
  const config = new KubeConfig()
  config.loadFromCluster()
  return config
}

function fromFile(path: string): KubeConfig {
  try {
    readFileSync(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new KubernetesError('misconfigured', `the kubeconfig ${path} can't be read (${code})`, { cause })
  }
  const config = new KubeConfig()
  try {
    config.loadFromFile(path)
  } catch {
    throw new KubernetesError(
      'misconfigured',
      `the kubeconfig ${path} isn't valid: kubectl config view --kubeconfig shows why`,
    )
  }
  return config
}
