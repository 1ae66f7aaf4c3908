import {
  AppsV1Api,
  AuthorizationV1Api,
  AutoscalingV1Api,
  type ConfigurationOptions,
  CoreV1Api,
  type KubeConfig,
  Observable,
  type ObservableMiddleware,
  VersionApi,
} from '@kubernetes/client-node'
import { explain, type Intent, type Place } from './errors.ts'

/** One cluster and namespace, with client-node's APIs. Every request goes through `call`. */
export interface Cluster {
  namespace: string
  apps: AppsV1Api
  core: CoreV1Api
  autoscaling: AutoscalingV1Api
  authorization: AuthorizationV1Api
  version: VersionApi
  /** Sends one request with a deadline; throws a `KubernetesError` that names what the request was about. */
  call<T>(intent: Intent, send: (options: ConfigurationOptions) => Promise<T>): Promise<T>
}

export function clusterOf(config: KubeConfig, place: Place): Cluster {
  return {
    namespace: place.namespace,
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    autoscaling: config.makeApiClient(AutoscalingV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    version: config.makeApiClient(VersionApi),
    async call(intent, send) {
      const signal = AbortSignal.timeout(place.timeoutMs)
      // Also a race, because credentials may come from a program (`exec`), which runs before there is a request.
      const expired = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      try {
        return await Promise.race([
          send({ middleware: [abortWith(signal)], middlewareMergeStrategy: 'append' }),
          expired,
        ])
      } catch (error) {
        throw explain(error, intent, place)
      }
    },
  }
}

function abortWith(signal: AbortSignal): ObservableMiddleware {
  return {
    pre(request) {
      request.setSignal(signal)
      return new Observable(Promise.resolve(request))
    },
    post: (response) => new Observable(Promise.resolve(response)),
  }
}
