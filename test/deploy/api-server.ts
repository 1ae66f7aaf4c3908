import { writeFile } from 'node:fs/promises'
import { type RequestOptions, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import type { Manifest } from './manifests.ts'

interface Answered {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever was asked for
  body: any
}

/** The API server as one account sees it, without a client that would keep anything from it. */
export interface ApiServer {
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answered>
}

export async function apiServer(kubeconfig: string): Promise<ApiServer> {
  const config = load(kubeconfig)
  const account: RequestOptions = {}
  await config.applyToHTTPSOptions(account)
  const { server } = config.getCurrentCluster() ?? { server: '' }
  return {
    ask: (method, path, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const options = {
          ...{ method, agent: account.agent },
          headers: { 'content-type': 'application/json', ...account.headers, ...headers },
        }
        const asked = request(`${server}${path}`, options, async (response) => {
          const said = await text(response)
          resolve({ status: response.statusCode ?? 0, body: said.startsWith('{') ? JSON.parse(said) : said })
        })
        asked.on('error', reject).end(body && JSON.stringify(body))
      }),
  }
}

/** Applies it on the server, which then refuses fields that it doesn't know; throws what it says. */
export async function apply({ ask }: ApiServer, object: Manifest, { dryRun = false } = {}): Promise<void> {
  const { apiVersion, kind, metadata } = object
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : ''
  const resource = `${kind.toLowerCase().replace(/y$/, 'ie')}s`
  const path = `${group}${namespace}/${resource}/${metadata.name}?fieldManager=test${dryRun ? '&dryRun=All' : ''}`
  const { status, body } = await ask('PATCH', path, object, { 'content-type': 'application/apply-patch+yaml' })
  if (status > 201) throw new Error(`${kind} ${metadata.name}: ${status} ${body.message ?? body}`)
}

/** Writes a kubeconfig for a service account, with a token such as its pods get. */
export async function asServiceAccount(kubeconfig: string, namespace: string, path: string): Promise<void> {
  const admin = await apiServer(kubeconfig)
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  const answer = await admin.ask('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/firebreak/token`, body)
  const { token } = answer.body.status
  const config = load(kubeconfig)
  const users = config.getUsers().map(({ name }) => ({ name, token }))
  config.loadFromOptions({ ...config, users })
  await writeFile(path, config.exportConfig(), { mode: 0o600 })
}

function load(kubeconfig: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return config
}
