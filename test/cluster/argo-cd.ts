import { readFile } from 'node:fs/promises'
import { argoCdSetup, type StoreNeeds } from '../../src/operations/rendering/argocd-setup.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { getObject, kubectl, until } from './kubernetes.ts'

const NAMESPACE = 'argocd'
/** Label on both objects, so that a later run can remove what an interrupted run left. */
const MARK = { 'storewright.dev/cluster-test': 'true' }

/** The parts of an Application that the suite reads. */
export interface ArgoApplication {
  readonly metadata: {
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
    readonly labels?: Readonly<Record<string, string>>
    readonly finalizers?: readonly string[]
    readonly uid?: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
  }
  readonly spec?: { readonly project?: string }
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string }
    readonly health?: { readonly status: string }
    readonly resources?: readonly { kind: string; name: string; status?: string }[]
    readonly conditions?: readonly { type: string; message: string }[]
    readonly operationState?: {
      readonly phase: string
      readonly message?: string
      startedAt: string
      readonly syncResult?: { readonly revision: string }
    }
    readonly reconciledAt?: string
  }
}

interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
}

type SecretsMode = NonNullable<StoreNeeds['secretsMode']>

/**
 * Our AppProject, admission policies and ApplicationSet for `repoURL`, as for a new stores repo.
 * @param modes in addition to `job`
 */
export async function renderedStores(repoURL: string, modes: readonly SecretsMode[] = []) {
  const template = new URL('../../gitops-repo-template/platform.yaml', import.meta.url)
  const { value: platform } = parsePlatformFile(await readFile(template, 'utf8'))
  if (platform === null) throw new Error('platform.yaml of the template is not valid')
  const stores = modes.map((secretsMode) => ({ team: 'default', secretsMode, cluster: null }))
  const { projects, policies, applicationSets } = argoCdSetup(platform, stores, {
    apiNamespace: 'storewright',
    repoURL,
    branch: 'main',
    dashboardUrl: new URL(repoURL).origin,
  })
  return { projects, policies, applicationSets }
}

/** Installs them in the order of `storectl argocd`. @param modes in addition to `job` */
export async function installStores(
  repoURL: string,
  modes?: readonly SecretsMode[],
): Promise<void> {
  const { projects, policies, applicationSets } = await renderedStores(repoURL, modes)
  await applyMarked([...projects, ...policies, ...applicationSets])
}

/** Applies objects with a mark by which `removeStores` finds them. */
export async function applyMarked(objects: readonly unknown[]): Promise<void> {
  const items = objects.map((object) => {
    const { metadata } = object as Labelled
    return {
      ...(object as object),
      metadata: { ...metadata, labels: { ...metadata.labels, ...MARK } },
    }
  })
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list)
}

/** Removes them, the set first. Its Applications are removed with it, their resources stay. */
export async function removeStores(): Promise<void> {
  const remove = ['-n', NAMESPACE, 'delete', '--ignore-not-found', '--timeout', '60s']
  const marked = ['-l', 'storewright.dev/cluster-test']
  await kubectl([...remove, 'applicationsets', ...marked])
  // An Application that waits for a confirmed deletion would wait forever.
  const ours = ['-l', 'app.kubernetes.io/managed-by=storewright']
  const left = await kubectl(['-n', NAMESPACE, 'get', 'applications', ...ours, '-o', 'name'])
  for (const name of left.split('\n').filter((line) => line !== '')) {
    const free = '{"metadata":{"finalizers":null}}'
    // It may be gone by now.
    await kubectl(['-n', NAMESPACE, 'patch', name, '--type', 'merge', '-p', free]).catch(() => '')
  }
  await kubectl([...remove, 'applications', '-l', 'app.kubernetes.io/managed-by=storewright'])
  await kubectl([...remove, 'appprojects', ...marked])
  const policies = 'validatingadmissionpolicybindings,validatingadmissionpolicies'
  await kubectl(['delete', '--ignore-not-found', policies, ...marked])
}

export function application(name: string): Promise<ArgoApplication | null> {
  return getObject<ArgoApplication>('application', `store-${name}`, NAMESPACE)
}

/** One line with Argo CD's status of a store, for failure messages. */
export async function describeApplication(name: string): Promise<string> {
  const found = await application(name)
  if (found === null) {
    const conditions = 'jsonpath={.status.conditions}'
    return `no Application; ApplicationSet: ${await kubectl(['-n', NAMESPACE, 'get', 'applicationset', 'stores', '-o', conditions])}`
  }
  const { sync, health, conditions, operationState, resources = [] } = found.status ?? {}
  const lagging = resources.filter(({ status }) => status !== 'Synced')
  return JSON.stringify({ sync, health, conditions, operationState, lagging }, null, 1)
}

/** Returns whether Argo CD reports the store as Synced and Healthy after a successful operation. */
export async function isSettled(name: string): Promise<boolean> {
  const { sync, health, operationState } = (await application(name))?.status ?? {}
  return (
    sync?.status === 'Synced' &&
    health?.status === 'Healthy' &&
    operationState?.phase === 'Succeeded'
  )
}

/** Waits until {@link isSettled} and returns the seconds that took. */
export async function syncedAndHealthy(name: string): Promise<number> {
  const { seconds } = await until(
    `${name} is Synced and Healthy`,
    () => isSettled(name),
    () => describeApplication(name),
  )
  return seconds
}

/** Makes Argo CD refresh now and waits for it. `hard` also clears its cache. */
export async function refresh(name: string, kind: 'normal' | 'hard' = 'normal'): Promise<void> {
  const annotation = 'argocd.argoproj.io/refresh'
  await kubectl([
    ...['-n', NAMESPACE, 'annotate', 'application', `store-${name}`],
    ...['--overwrite', `${annotation}=${kind}`],
  ])
  const seen = async () =>
    (await application(name))?.metadata.annotations?.[annotation] === undefined
  await until(`Argo CD has refreshed ${name}`, seen, () => describeApplication(name))
}
