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

/** What stands in the namespace, and what others than the bot do there. */
export interface TestNamespace {
  name: string
  scale(deployment: string, replicas: number): Promise<void>
  /** Deletes the deployment and creates it again: the same name, another UID. */
  recreate(deployment: string): Promise<void>
  remove(): Promise<void>
}

/** The adapter's `RIGHTS` as a Role holds them. */
const READ: V1PolicyRule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
]
const SCALE: V1PolicyRule = { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] }

/**
 * Makes a namespace with `checkout` (3 replicas that run out of memory again and again), `payments` and `catalog` (2
 * each, well; `catalog` with an autoscaler), and lets `chatops-bot` and `viewer` in; `viewer` may not patch.
 */
export async function makeNamespace(kubeconfig: string): Promise<TestNamespace> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  const apps = config.makeApiClient(AppsV1Api)
  const name = `firebreak-test-${randomBytes(4).toString('hex')}`
  const namespace = name

  await core.createNamespace({ body: { metadata: { name } } })
  await grant(config, namespace, 'chatops-bot', [...READ, SCALE])
  await grant(config, namespace, 'viewer', READ)
  const lines = ['INFO starting', 'ERROR payment authorization failed', 'ERROR context deadline exceeded', 'INFO bye']
  for (const body of [
    deployment('checkout', 3, lines, 'out of memory'),
    deployment('payments', 2, ['INFO ok']),
    deployment('catalog', 2, ['INFO ok']),
  ]) {
    await apps.createNamespacedDeployment({ namespace, body })
  }
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
    remove: async () => void (await core.deleteNamespace({ name })),
  }
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

/** Says its fate twice: by command for a cluster that runs containers, by annotation for one that simulates them. */
function deployment(name: string, replicas: number, lines: string[], fate?: 'out of memory'): V1Deployment {
  const labels = { app: name }
  const text = lines.join('\n')
  const annotations = { 'kube.test/logs': text, ...(fate && { 'kube.test/fail': 'oom' }) }
  const container = {
    name: 'app',
    image: 'busybox:1.37',
    command: ['sh', '-c', `echo '${text}'; ${fate ? 'tail /dev/zero' : 'sleep 3600'}`],
    resources: { limits: { memory: '32Mi' } },
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
