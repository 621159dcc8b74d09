import { z } from 'zod'
import type { InstalledArgoCd } from '../../domain/argocd/installed.ts'
import type { Connection } from './connection.ts'

const text = z.string().catch('')
const listOf = <T extends z.ZodType>(schema: T) => z.array(schema).nullish().catch(null)
const Rules = listOf(z.object({ group: text, kind: text, name: z.string().optional() }))
const metadata = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).catch({}),
})

/** Source: argo-cd v3.6.1 pkg/apis/application/v1alpha1/applicationset_types.go `ApplicationSetSpec`. */
const Generators = z
  .array(z.object({ git: z.object({ repoURL: text }).catch({ repoURL: '' }) }))
  .catch([])
const RawSet = z.object({
  metadata,
  spec: z.looseObject({
    generators: Generators.transform(([first]) => first?.git.repoURL ?? ''),
    template: z
      .object({ metadata: z.object({ annotations: z.record(z.string(), z.string()) }) })
      .transform((template) => template.metadata.annotations)
      .catch({}),
  }),
})

/** Source: argo-cd v3.6.1 pkg/apis/application/v1alpha1/types.go `AppProjectSpec`. */
const RawProject = z.object({
  metadata,
  spec: z.object({
    sourceRepos: listOf(z.string()),
    destinations: listOf(z.object({ name: text, server: text, namespace: text })),
    clusterResourceWhitelist: Rules,
    clusterResourceBlacklist: Rules,
    namespaceResourceWhitelist: Rules,
    namespaceResourceBlacklist: Rules,
    syncWindows: listOf(z.object({ kind: text })),
  }),
})

const LABEL = 'app.kubernetes.io/managed-by'
const OURS = 'storewright'
const SELECTOR = encodeURIComponent(`${LABEL}=${OURS}`)
const LINK = 'notice.argocd.argoproj.io/url'

/** Reads our ApplicationSets and AppProjects from the Kubernetes API. @throws ApiFailure */
export function installedByKubernetes(connection: Connection, namespace: string) {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}`
  return reader(connection, (kind) =>
    kind === 'sets'
      ? `${path}/applicationsets?labelSelector=${SELECTOR}`
      : `${path}/appprojects?labelSelector=${SELECTOR}`,
  )
}

/**
 * Reads them from Argo CD's API. The token needs `applicationsets, get` and `projects, get`.
 * @throws ApiFailure
 */
export function installedByArgoCd(connection: Connection) {
  return reader(connection, (kind) =>
    kind === 'sets' ? `/api/v1/applicationsets?selector=${SELECTOR}` : '/api/v1/projects',
  )
}

function reader(connection: Connection, pathOf: (kind: 'sets' | 'projects') => string) {
  const list = async (kind: 'sets' | 'projects', signal: AbortSignal) => {
    const reply = await connection.json(pathOf(kind), { timeoutMs: 10_000, signal })
    const { items } = reply as { items?: readonly unknown[] | null }
    return (items ?? []).filter((item) => metadataOf(item)?.labels[LABEL] === OURS)
  }
  return async (signal: AbortSignal): Promise<InstalledArgoCd> => {
    const [sets, projects] = await Promise.all([list('sets', signal), list('projects', signal)])
    return { sets: sets.map(setOf), projects: projects.map(projectOf) }
  }
}

function metadataOf(item: unknown) {
  const parsed = z.object({ metadata }).safeParse(item)
  return parsed.success ? parsed.data.metadata : null
}

function setOf(item: unknown): InstalledArgoCd['sets'][number] {
  const { metadata: named, spec } = RawSet.parse(item)
  return {
    name: named.name,
    repoURL: spec.generators,
    dashboardUrl: (spec.template[LINK] ?? '').replace(/\/stores\/[^/]*$/, ''),
    spec: (item as { spec: unknown }).spec,
  }
}

function projectOf(item: unknown): InstalledArgoCd['projects'][number] {
  const { metadata: named, spec } = RawProject.parse(item)
  return {
    name: named.name,
    sourceRepos: spec.sourceRepos ?? [],
    destinations: (spec.destinations ?? []).map(({ name, server, namespace }) => ({
      cluster: name === '' ? server : name,
      namespace,
    })),
    clusterKinds: spec.clusterResourceWhitelist ?? [],
    namespacedKinds: spec.namespaceResourceWhitelist ?? null,
    refusedKinds: [
      ...(spec.clusterResourceBlacklist ?? []),
      ...(spec.namespaceResourceBlacklist ?? []),
    ],
    syncWindows: (spec.syncWindows ?? []).map(({ kind }) => kind),
  }
}
