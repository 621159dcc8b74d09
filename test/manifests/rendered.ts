import { loadAll } from 'js-yaml'
import type { Platform } from '../../src/contract/platform-file.ts'
import type { SealedSecrets } from '../../src/contract/sealed-secret.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'

/** A Kubernetes object parsed from the rendered text. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  // Tests read specs of many kinds, and their assertions check the values.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [member: string]: any
}

/** A store with the plan and the plan's volumes. */
export function storeOf(plan: string, change: Partial<StoreFile> = {}): StoreFile {
  const sizes = testPlatform().plans[plan]?.storage
  if (sizes === undefined) throw new Error(`no plan ${plan}`)
  const { uploads, database } = sizes
  return storeFile({
    name: `shop-${plan}`,
    plan,
    storage: { uploads, database, uploadsAccess: 'RWO' },
    ...change,
  })
}

/** Text by path below the store's folder. */
export function textOf(
  store: StoreFile,
  platform: Platform,
  sealed: SealedSecrets | null = null,
): ReadonlyMap<string, string> {
  const decoder = new TextDecoder()
  return new Map(
    [...renderStore(store, platform, { sealed })].map(([path, bytes]) => [
      path,
      decoder.decode(bytes),
    ]),
  )
}

/** Every object of `manifests/`. */
export function objectsOf(
  store: StoreFile,
  platform: Platform,
  sealed: SealedSecrets | null = null,
): readonly KubeObject[] {
  return [...textOf(store, platform, sealed)]
    .filter(([path]) => path.startsWith('manifests/'))
    .flatMap(([, text]) => loadAll(text) as KubeObject[])
}

export interface Pod {
  readonly owner: string
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly restartPolicy: string
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly spec: any
}

/** Pod templates of all workloads, including CronJobs. */
export function podsOf(objects: readonly KubeObject[]): readonly Pod[] {
  return objects.flatMap((object) => {
    const template =
      object.kind === 'CronJob'
        ? object['spec'].jobTemplate.spec.template
        : object['spec']?.template
    // The template of a SealedSecret is that of a Secret.
    if (template?.spec === undefined) return []
    return [
      {
        owner: `${object.kind}/${object.metadata.name.replace(/-[0-9a-f]{8}$/, '')}`,
        labels: template.metadata.labels,
        annotations: template.metadata.annotations ?? {},
        restartPolicy: template.spec.restartPolicy ?? 'Always',
        spec: template.spec,
      },
    ]
  })
}

// oxlint-disable-next-line typescript/no-explicit-any
export function containersOf(pod: Pod): readonly any[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
}

/** The object with this kind and name. The hash in the name of a Job is ignored. */
export function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find(
    (object) =>
      object.kind === kind &&
      (object.metadata.name === name || object.metadata.name.replace(/-[0-9a-f]{8}$/, '') === name),
  )
  if (found === undefined) throw new Error(`${kind} ${name} was not rendered`)
  return found
}

/** Millicores of a Kubernetes CPU quantity. */
export function millis(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000
}

/** MiB of a Kubernetes memory quantity. */
export function mebi(quantity: string): number {
  return quantity.endsWith('Gi')
    ? Number(quantity.slice(0, -2)) * 1024
    : Number(quantity.slice(0, -2))
}

/** Replaces the text of scripts by a placeholder and keeps the keys. The scripts are reviewed in constructs/files. */
export function readable(text: string): string {
  return text.replaceAll(/^( {2}\S+): \|-?\n(?: {4}.*\n|\n)+/gm, '$1: … (constructs/files)\n')
}
