import { randomBytes } from 'node:crypto'
import {
  AppsV1Api,
  AutoscalingV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  type V1Deployment,
  type V1PolicyRule,
} from '@kubernetes/client-node'
import { vi } from 'vitest'
import { manifests } from '../deploy/manifests.ts'

/** What stands in the namespace, and what others than the bot do there. */
export interface TestNamespace {
  name: string
  scale(deployment: string, replicas: number): Promise<void>
  /** Deletes the deployment and creates it again: the same name, another UID. */
  recreate(deployment: string): Promise<void>
  /** How often its pod template was another one, from 1 on, as the real controller counts. */
  revisionOf(deployment: string): Promise<string | undefined>
  remove(): Promise<void>
}

/** What the bot is given where it is deployed. */
const RULES: V1PolicyRule[] = manifests('rights', 'Role').flatMap(({ rules }) => rules)
const READ = RULES.filter(({ verbs }) => !verbs.includes('patch'))

/**
 * `checkout` (3 replicas that run out of memory again and again), `payments` and `catalog` (2 each, well; the last has
 * an autoscaler).
 */
const inTrouble = (): V1Deployment[] => {
  const lines = ['INFO starting', 'ERROR payment authorization failed', 'ERROR context deadline exceeded', 'INFO bye']
  return [
    deployment('checkout', 3, { lines, fate: 'out of memory' }),
    deployment('payments', 2),
    deployment('catalog', 2),
  ]
}

/**
 * Makes a namespace with these deployments, an autoscaler for that which is called `catalog`, and lets `chatops-bot` and
 * `viewer` in; `viewer` may not patch.
 */
export async function makeNamespace(kubeconfig: string, deployments = inTrouble()): Promise<TestNamespace> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  const apps = config.makeApiClient(AppsV1Api)
  const name = `firebreak-test-${randomBytes(4).toString('hex')}`
  const namespace = name

  await core.createNamespace({ body: { metadata: { name } } })
  await grant(config, namespace, 'chatops-bot', RULES)
  await grant(config, namespace, 'viewer', READ)
  for (const body of deployments) await apps.createNamespacedDeployment({ namespace, body })
  if (deployments.some(({ metadata }) => metadata?.name === 'catalog')) await autoscale(config, namespace)

  return {
    name,
    async scale(name, replicas) {
      const body = [{ op: 'add', path: '/spec/replicas', value: replicas }]
      const jsonPatch = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch)
      await apps.patchNamespacedDeploymentScale({ name, namespace, body }, jsonPatch)
    },
    async recreate(name) {
      const { spec } = await apps.readNamespacedDeployment({ name, namespace })
      await apps.deleteNamespacedDeployment({ name, namespace })
      const body = { metadata: { name }, ...(spec && { spec }) }
      await vi.waitFor(() => apps.createNamespacedDeployment({ namespace, body }), 30_000)
    },
    async revisionOf(name) {
      const { metadata } = await apps.readNamespacedDeployment({ name, namespace })
      return metadata?.annotations?.['deployment.kubernetes.io/revision']
    },
    remove: async () => void (await core.deleteNamespace({ name })),
  }
}

async function autoscale(config: KubeConfig, namespace: string): Promise<void> {
  await config.makeApiClient(AutoscalingV1Api).createNamespacedHorizontalPodAutoscaler({
    namespace,
    body: {
      metadata: { name: 'catalog' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'catalog' },
        minReplicas: 2,
        maxReplicas: 6,
      },
    },
  })
}

async function grant(config: KubeConfig, namespace: string, user: string, rules: V1PolicyRule[]): Promise<void> {
  const rbac = config.makeApiClient(RbacAuthorizationV1Api)
  const apiGroup = 'rbac.authorization.k8s.io'
  await rbac.createNamespacedRole({ namespace, body: { metadata: { name: user }, rules } })
  await rbac.createNamespacedRoleBinding({
    namespace,
    body: {
      metadata: { name: user },
      subjects: [{ kind: 'User', name: user, apiGroup }],
      roleRef: { kind: 'Role', name: user, apiGroup },
    },
  })
}

interface Run {
  /** What each pod logs. */
  lines?: string[]
  fate?: 'out of memory'
  /** How long a pod takes to be ready. */
  readyAfterMs?: number
}

/** Says all of it twice: in the container for a cluster that runs them, by annotation for one that simulates them. */
export function deployment(name: string, replicas: number, { lines = ['INFO ok'], fate, readyAfterMs }: Run = {}) {
  const labels = { app: name }
  const text = lines.join('\n')
  const annotations = {
    'kube.test/logs': text,
    ...(fate && { 'kube.test/fail': 'oom' }),
    ...(readyAfterMs !== undefined && { 'kube.test/ready-after-ms': String(readyAfterMs) }),
  }
  const initialDelaySeconds = (readyAfterMs ?? 0) / 1000
  const container = {
    name: 'app',
    image: 'busybox:1.37',
    command: ['sh', '-c', `echo '${text}'; ${fate ? 'tail /dev/zero' : 'sleep 3600'}`],
    resources: { limits: { memory: '32Mi' } },
    ...(readyAfterMs !== undefined && { readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds } }),
  }
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: { containers: [container], terminationGracePeriodSeconds: 0 },
      },
    },
  }
}
