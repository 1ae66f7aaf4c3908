/** What nobody who takes over the bot's account may do in a namespace that it looks after, as `kubectl auth can-i` names it. */
export const WITHIN = [
  ...['create pods/exec', 'get pods/exec', 'create pods/attach', 'get pods/attach'],
  ...['create pods/portforward', 'get pods/portforward', 'create pods/proxy', 'get pods/proxy'],
  ...['patch pods/ephemeralcontainers', 'update pods/ephemeralcontainers'],
  ...['create pods', 'update pods', 'patch pods', 'delete pods', 'deletecollection pods'],
  ...['get secrets', 'list secrets', 'watch secrets', 'create secrets', 'patch secrets'],
  ...['get configmaps', 'list configmaps', 'patch configmaps', 'create configmaps', 'delete configmaps'],
  ...['create deployments.apps', 'update deployments.apps', 'update deployments.apps/scale'],
  ...['delete deployments.apps', 'deletecollection deployments.apps'],
  ...['patch statefulsets.apps', 'patch statefulsets.apps/scale', 'patch daemonsets.apps', 'patch replicasets.apps'],
  ...['create jobs.batch', 'create cronjobs.batch', 'patch cronjobs.batch'],
  ...['patch horizontalpodautoscalers.autoscaling', 'delete horizontalpodautoscalers.autoscaling'],
  ...['patch poddisruptionbudgets.policy', 'delete poddisruptionbudgets.policy'],
  ...['patch services', 'patch ingresses.networking.k8s.io', 'patch networkpolicies.networking.k8s.io'],
  ...['create roles.rbac.authorization.k8s.io', 'patch roles.rbac.authorization.k8s.io'],
  ...['escalate roles.rbac.authorization.k8s.io', 'bind roles.rbac.authorization.k8s.io'],
  ...['create rolebindings.rbac.authorization.k8s.io', 'patch rolebindings.rbac.authorization.k8s.io'],
  ...['impersonate serviceaccounts', 'create serviceaccounts', 'create serviceaccounts/token'],
  ...['* pods', '* deployments.apps', 'get *', 'get *.*', '* *.*'],
]

/** The same for what belongs to no namespace, or to all of them. */
export const EVERYWHERE = [
  ...['list pods', 'list secrets', 'get deployments.apps', 'patch deployments.apps', 'patch deployments.apps/scale'],
  ...['list nodes', 'get nodes', 'patch nodes', 'get nodes/proxy', 'create nodes/proxy'],
  ...['list namespaces', 'create namespaces', 'delete namespaces', 'list persistentvolumes'],
  ...['impersonate users', 'impersonate groups'],
  ...['create clusterroles.rbac.authorization.k8s.io', 'escalate clusterroles.rbac.authorization.k8s.io'],
  ...['bind clusterroles.rbac.authorization.k8s.io', 'create clusterrolebindings.rbac.authorization.k8s.io'],
  ...['create certificatesigningrequests.certificates.k8s.io', 'create tokenreviews.authentication.k8s.io'],
  ...['create mutatingwebhookconfigurations.admissionregistration.k8s.io'],
  ...['create customresourcedefinitions.apiextensions.k8s.io', '* *.*'],
]

interface Where {
  /** A pod of `here`, the namespace that the bot looks after. */
  pod: string
  here: string
  other: string
  home: string
}

interface Attempt {
  method: string
  path: string
  body?: object
  headers?: Record<string, string>
}

const core = (namespace: string) => `/api/v1/namespaces/${namespace}`
const apps = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}`
const rbac = (namespace: string) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
const DRY = 'dryRun=All'
const merge = { 'content-type': 'application/merge-patch+json' }
const apiGroup = 'rbac.authorization.k8s.io'

/** Some of it, as requests. What would change anything is a dry run. */
export const tries: [what: string, attempt: (where: Where) => Attempt][] = [
  [
    'run a command in a pod',
    ({ here, pod }) => ({ method: 'POST', path: `${core(here)}/pods/${pod}/exec?command=id&stdout=true` }),
  ],
  ['attach to a pod', ({ here, pod }) => ({ method: 'POST', path: `${core(here)}/pods/${pod}/attach?stdout=true` })],
  [
    'reach a pod’s ports',
    ({ here, pod }) => ({ method: 'POST', path: `${core(here)}/pods/${pod}/portforward?ports=80` }),
  ],
  ['list secrets', ({ here }) => ({ method: 'GET', path: `${core(here)}/secrets` })],
  ['list the secrets beside it', ({ home }) => ({ method: 'GET', path: `${core(home)}/secrets` })],
  ['list configmaps', ({ here }) => ({ method: 'GET', path: `${core(here)}/configmaps` })],
  ['delete a pod', ({ here, pod }) => ({ method: 'DELETE', path: `${core(here)}/pods/${pod}?${DRY}` })],
  ['delete all pods', ({ here }) => ({ method: 'DELETE', path: `${core(here)}/pods?${DRY}` })],
  [
    'create a pod',
    ({ here }) => ({
      ...{ method: 'POST', path: `${core(here)}/pods?${DRY}` },
      body: { metadata: { name: 'mine' }, spec: { containers: [{ name: 'mine', image: 'busybox:1.37' }] } },
    }),
  ],
  ['delete a deployment', ({ here }) => ({ method: 'DELETE', path: `${apps(here)}/deployments/payments?${DRY}` })],
  ['delete all deployments', ({ here }) => ({ method: 'DELETE', path: `${apps(here)}/deployments?${DRY}` })],
  [
    'scale elsewhere',
    ({ other }) => ({
      ...{ method: 'PATCH', path: `${apps(other)}/deployments/payments/scale?${DRY}` },
      ...{ body: { spec: { replicas: 0 } }, headers: merge },
    }),
  ],
  [
    'change a deployment elsewhere',
    ({ other }) => ({
      ...{ method: 'PATCH', path: `${apps(other)}/deployments/payments?${DRY}` },
      ...{ body: { spec: { paused: true } }, headers: merge },
    }),
  ],
  ['look elsewhere', ({ other }) => ({ method: 'GET', path: `${core(other)}/pods` })],
  [
    'give itself a role',
    ({ here, home }) => ({
      ...{ method: 'POST', path: `${rbac(here)}/rolebindings?${DRY}` },
      body: {
        metadata: { name: 'mine' },
        roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'firebreak', namespace: home }],
      },
    }),
  ],
  [
    'widen its role',
    ({ here }) => ({
      ...{ method: 'PATCH', path: `${rbac(here)}/roles/firebreak?${DRY}`, headers: merge },
      body: { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
    }),
  ],
  [
    'get another account’s token',
    ({ here }) => ({ method: 'POST', path: `${core(here)}/serviceaccounts/default/token`, body: { spec: {} } }),
  ],
  [
    'be somebody else',
    ({ here }) => ({
      ...{ method: 'GET', path: `${core(here)}/pods` },
      headers: { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' },
    }),
  ],
  ['list nodes', () => ({ method: 'GET', path: '/api/v1/nodes' })],
  ['list namespaces', () => ({ method: 'GET', path: '/api/v1/namespaces' })],
  ['delete the namespace', ({ here }) => ({ method: 'DELETE', path: `/api/v1/namespaces/${here}?${DRY}` })],
]
