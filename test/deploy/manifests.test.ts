import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { checkPolicy } from '../../src/check-policy.ts'
import { loadEnvironment, VARIABLES } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'
import { type ControlPlane, NO_CONTROL_PLANE, startControlPlane } from '../support/control-plane.ts'
import { makeNamespace, type TestNamespace } from '../support/kubernetes-namespace.ts'
import { type ApiServer, apiServer, apply } from './api-server.ts'
import { KUBERNETES, type Manifest, manifests, placed } from './manifests.ts'

const CONFIG = join(KUBERNETES, 'example/firebreak.yml')

describe('the example of an installation', () => {
  it('has a configuration that the bot takes', async () => {
    const config = await loadConfig(CONFIG, {})
    checkPolicy(config, CONFIG)
    expect(Object.keys(config.services)).toEqual(['checkout'])
  })

  it('has a secret that the bot refuses, name by name, until each is filled in', () => {
    const [secret] = manifests('example', 'Secret')
    const names = Object.keys(secret?.stringData)
    expect(names.filter((name) => !VARIABLES.includes(name))).toEqual([])
    let refused = ''
    try {
      loadEnvironment(secret?.stringData)
    } catch (error) {
      refused = (error as Error).message
    }
    expect(names.filter((name) => !refused.includes(`${name}: `))).toEqual([])
  })
})

const hasKubectl = spawnSync('kubectl', ['version', '--client']).error === undefined
if (!hasKubectl) console.warn('The Kustomize files are not tested: there is no kubectl')

it.runIf(process.env.CI === 'true')('finds what it needs in CI', () => {
  expect(hasKubectl).toBe(true)
})

describe.skipIf(!hasKubectl)('kubectl apply -k', () => {
  const rendered = (folder: string): Manifest[] => {
    const text = execFileSync('kubectl', ['kustomize', join(KUBERNETES, folder)], { encoding: 'utf8' })
    return parseAllDocuments(text).map((document) => document.toJS())
  }

  it('of the example puts the bot into its namespace, and its rights into those that it looks after', () => {
    const where = rendered('example').map(({ kind, metadata }) => `${metadata.namespace ?? 'cluster'} ${kind}`)
    expect(where.toSorted()).toEqual(
      [
        ...['cluster Namespace', 'microservices Role', 'microservices RoleBinding'],
        ...['ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount'].map(
          (kind) => `firebreak ${kind}`,
        ),
      ].toSorted(),
    )
    const binding = rendered('example').find(({ kind }) => kind === 'RoleBinding')
    expect(binding?.subjects).toEqual([{ kind: 'ServiceAccount', name: 'firebreak', namespace: 'firebreak' }])
  })

  it('gives the pods what they ask for: the configuration, the secret, the account', () => {
    const objects = rendered('example')
    const [secret] = manifests('example', 'Secret')
    const named = (kind: string) => objects.find((object) => object.kind === kind)?.metadata.name
    const pod = objects.find(({ kind }) => kind === 'Deployment')?.spec.template.spec
    expect(pod).toMatchObject({
      serviceAccountName: named('ServiceAccount'),
      volumes: [{ name: 'config', configMap: { name: named('ConfigMap') } }],
      containers: [{ envFrom: [{ secretRef: { name: secret?.metadata.name } }] }],
    })
    const config = objects.find(({ kind }) => kind === 'ConfigMap')
    expect(config?.data).toEqual({ 'firebreak.yml': readFileSync(CONFIG, 'utf8') })
  })

  it('of what is coming adds rights of their own', () => {
    expect(rendered('rights-coming').map(({ metadata }) => metadata.name)).toEqual([
      'firebreak-coming',
      'firebreak-coming',
    ])
  })
})

const controlPlane = await startControlPlane()
if (controlPlane) describe('the API server', () => takesThem(controlPlane))
else describe.skip(`the API server (${NO_CONTROL_PLANE})`, () => it('takes every manifest'))

function takesThem({ kubeconfig, stop }: ControlPlane) {
  let admin: ApiServer
  let namespace: TestNamespace
  beforeAll(async () => {
    admin = await apiServer(kubeconfig)
    namespace = await makeNamespace(kubeconfig, [])
  })
  afterAll(async () => {
    await namespace.remove()
    await stop()
  })

  /** 1.20 doesn't serve policy/v1 yet, which has all that v1beta1 has. */
  const served = async (object: Manifest): Promise<Manifest> => {
    const { status } = await admin.ask('GET', `/apis/${object.apiVersion}`)
    return object.apiVersion === 'policy/v1' && status === 404 ? { ...object, apiVersion: 'policy/v1beta1' } : object
  }

  const all = ['bot', 'rights', 'rights-coming', 'example'].flatMap((folder) =>
    manifests(folder).map((object) => [`${folder}: ${object.kind} ${object.metadata.name}`, object] as const),
  )
  it.each(all)('takes %s', async (_, object) => {
    const { name } = namespace
    await apply(admin, await served(placed(object, { home: name, target: name })), { dryRun: true })
  })

  it('would not take one with a mistake in it', async () => {
    const [deployment] = manifests('bot', 'Deployment') as [Manifest]
    const wrong = { ...deployment, spec: { ...deployment.spec, replica: 2 } }
    const { name } = namespace
    await expect(apply(admin, placed(wrong, { home: name, target: name }), { dryRun: true })).rejects.toThrow(
      '.spec.replica',
    )
  })
}
