import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

export const KUBERNETES = join(import.meta.dirname, '../../deploy/kubernetes')

/** An object as a manifest has it, with whatever its kind has besides. */
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  // biome-ignore lint/suspicious/noExplicitAny: the API server says whether it has the shape of its kind
  [field: string]: any
}

/** All that a folder of deploy/kubernetes says to the API server, or what of it is of this kind. */
export function manifests(folder: string, kind?: string): Manifest[] {
  return readdirSync(join(KUBERNETES, folder))
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml') // which speaks to kubectl
    .flatMap((name) => parseAllDocuments(readFileSync(join(KUBERNETES, folder, name), 'utf8')))
    .map((document) => document.toJS() as Manifest)
    .filter((object) => kind === undefined || object.kind === kind)
}

/** The same with a test's namespaces: `home` for the bot's own, and `target` for the one that it looks after. */
export function placed(object: Manifest, { home, target }: { home: string; target: string }): Manifest {
  const { metadata, subjects } = object
  if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: home } }
  return {
    ...object,
    metadata: { ...metadata, namespace: metadata.namespace ? home : target },
    ...(subjects && { subjects: subjects.map((subject: object) => ({ ...subject, namespace: home })) }),
  }
}
