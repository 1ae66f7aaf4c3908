import { examineKubernetes } from '../../adapters/kubernetes/examine.ts'
import { KubernetesError, type Right } from '../../adapters/kubernetes/port.ts'
import { type Checks, type Finding, NOT_LOADED, note, right, wrong } from './check.ts'

/** Each target: reachable, and every right that README names. */
export const targets: Checks = ({ config }) => {
  if (!config) return [{ about: 'targets', look: async () => [NOT_LOADED] }]
  return Object.values(config.targets).map(({ name, namespace, kubeconfig }) => ({
    about: `target ${name}`,
    async look() {
      try {
        const { server, version, rights, missing } = await examineKubernetes({ kubeconfig, namespace })
        const place = `Kubernetes ${version ?? '(it does not tell its version)'}, ${server}, namespace ${namespace}`
        if (missing.length === 0) return [right(`${place}; the bot has all ${rights} rights`)]
        return [right(place), ...missing.map((lacked) => judge(lacked, namespace))]
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error
        return [wrong(`${error.message}${mendOf(error)}`)]
      }
    },
  }))
}

/** Only restarts take the right to patch whole deployments: whoever does without them may do without it. */
function judge({ verb, resource }: Right, namespace: string): Finding {
  const [group, ...rest] = resource.includes('/') && !resource.startsWith('pods') ? resource.split('/') : ['', resource]
  const what = `${verb} ${rest.join('/')}`
  if (what === 'patch deployments') return note('the bot may not patch deployments: there is no /ops restart')
  const rule = `{ apiGroups: ["${group}"], resources: ["${rest.join('/')}"], verbs: ["${verb}"] }`
  return wrong(`the bot’s account may not ${what} in ${namespace}: its Role lacks ${rule}`)
}

function mendOf({ code }: KubernetesError): string {
  if (code === 'unreachable' || code === 'timeout')
    return ': is the address in its kubeconfig right, and may this machine reach it?'
  if (code === 'unauthorized') return ': its kubeconfig needs new ones'
  return ''
}
