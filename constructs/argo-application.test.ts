import { App, Chart } from 'cdk8s'
import { describe, expect, it } from 'vitest'
import { StoresApplicationSet, StoresProject } from './argo-application.ts'
import { madeByControllers, namespacedKinds } from './kinds.ts'

const REPO = 'https://git.example.com/acme/stores.git'

const FILES = [
  { path: 'stores/*/[a-m]*/app.json' },
  { path: 'stores/beta/*/app.json', exclude: true },
] as const

interface RenderedSet {
  readonly metadata: Record<string, unknown>
  readonly spec: {
    readonly generators: unknown
    readonly syncPolicy: unknown
    readonly template: {
      readonly metadata: { finalizers?: unknown; annotations: Record<string, string> }
      readonly spec: {
        readonly project: unknown
        readonly source: unknown
        readonly syncPolicy: { readonly automated: unknown; readonly syncOptions: unknown }
      }
    }
    readonly templatePatch: string
  }
}

interface RenderedProject {
  readonly metadata: unknown
  readonly spec: {
    readonly roles: unknown
    readonly sourceRepos: unknown
    readonly destinations: unknown
    readonly clusterResourceWhitelist: unknown
    readonly namespaceResourceWhitelist: readonly { group: string; kind: string }[]
  }
}

function applicationSet(): RenderedSet {
  const chart = new Chart(new App(), 'Argo')
  new StoresApplicationSet(chart, 'Set', {
    name: 'stores-acme',
    project: 'stores-of-acme',
    files: FILES,
    argocdNamespace: 'gitops',
    repoURL: REPO,
    branch: 'trunk',
    dashboardUrl: 'https://shops.example.com',
  })
  return chart.toJson()[0] as RenderedSet
}

function project(modes: Parameters<typeof namespacedKinds>[0]): RenderedProject {
  const chart = new Chart(new App(), 'Argo')
  new StoresProject(chart, 'Project', {
    name: 'stores-acme',
    argocdNamespace: 'gitops',
    repoURL: REPO,
    clusters: ['in-cluster', 'eu-2'],
    secretsModes: modes,
  })
  return chart.toJson()[0] as RenderedProject
}

describe('StoresApplicationSet', () => {
  it('sets every prop where Argo CD reads it', () => {
    const { metadata, spec } = applicationSet()
    expect(metadata).toMatchObject({ name: 'stores-acme', namespace: 'gitops' })
    expect(spec.generators).toEqual([
      {
        git: {
          repoURL: REPO,
          revision: 'refs/heads/trunk',
          requeueAfterSeconds: 180,
          files: FILES,
        },
      },
    ])
    expect(spec.template.spec.project).toBe('stores-of-acme')
    expect(spec.template.spec.source).toMatchObject({
      repoURL: REPO,
      targetRevision: 'refs/heads/trunk',
    })
    expect(spec.template.metadata.annotations['notice.argocd.argoproj.io/url']).toBe(
      'https://shops.example.com/stores/{{ index .path.segments 2 }}',
    )
  })

  it('keeps resources when an Application is removed, and applies Git over the cluster', () => {
    const { spec } = applicationSet()
    expect(spec.syncPolicy).toEqual({
      applicationsSync: 'sync',
      preserveResourcesOnDeletion: true,
    })
    expect(spec.template.metadata.finalizers).toBeUndefined()
    expect(spec.template.spec.syncPolicy.automated).toEqual({
      prune: true,
      selfHeal: true,
      allowEmpty: false,
    })
    expect(spec.template.spec.syncPolicy.syncOptions).toEqual([
      'FailOnSharedResource=true',
      'ApplyOutOfSyncOnly=true',
    ])
    expect(JSON.stringify(spec)).not.toMatch(/PruneLast|Replace=|Force=|ServerSideApply/)
  })

  it('S1-08 writes the cascade finalizer only for lifecycle purge, in the spelling of Argo CD', () => {
    const patch = applicationSet().spec.templatePatch
    const guarded =
      /\{\{- if eq \(toString \.lifecycle\) "purge" \}\}\n([\s\S]*)\{\{- end \}\}\n$/.exec(patch)
    expect(guarded?.[1]).toBe(
      'metadata:\n  finalizers: ["resources-finalizer.argocd.argoproj.io"]\n',
    )
    expect(patch.replace(guarded?.[0] ?? '', '')).toBe(
      'spec:\n  syncPolicy:\n    automated:\n      enabled: {{ eq (toString .autoSync) "true" }}\n',
    )
  })
})

/** Every `{{ … }}` below `value`, with its path of keys. */
function actionsOf(value: unknown, at = ''): readonly (readonly [at: string, action: string])[] {
  if (typeof value === 'string') {
    return Array.from(value.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/g), ([, action = '']) => [at, action])
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => actionsOf(child, `${at}/${key}`))
}

describe('a pushed app.json', () => {
  it('S1 does not set the identity of an Application: team, name and namespace come from folders', () => {
    const { template } = applicationSet().spec
    const actions = actionsOf(template).toSorted()
    const ofPath = actions.filter(([, action]) => action.includes('.path'))
    expect(ofPath).toEqual([
      ['/metadata/annotations/notice.argocd.argoproj.io/url', 'index .path.segments 2'],
      ['/metadata/labels/storewright.dev/store', 'index .path.segments 2'],
      ['/metadata/labels/storewright.dev/team', 'index .path.segments 1'],
      ['/metadata/name', 'index .path.segments 2'],
      ['/spec/destination/namespace', 'index .path.segments 2'],
      ['/spec/source/path', '.path.path'],
    ])
    expect(actions.filter((each) => !ofPath.includes(each))).toEqual([
      ['/metadata/annotations/storewright.dev/tree', '.tree'],
      ['/metadata/annotations/storewright.dev/url', '.url'],
      ['/metadata/labels/storewright.dev/lifecycle', '.lifecycle'],
      ['/metadata/labels/storewright.dev/plan', '.plan'],
      ['/metadata/labels/storewright.dev/release', '.release'],
      ['/spec/destination/name', '.cluster'],
    ])
  })

  it('S2 puts no value into the patch: values appear only inside eq', () => {
    const actions = actionsOf(applicationSet().spec.templatePatch)
    expect(actions.map(([, action]) => action)).toEqual([
      'eq (toString .autoSync) "true"',
      'if eq (toString .lifecycle) "purge"',
      'end',
    ])
  })
})

describe('StoresProject', () => {
  it('permits the closed list of kinds in store-* and nothing else', () => {
    const { metadata, spec } = project(['job'])
    expect(metadata).toMatchObject({ name: 'stores-acme', namespace: 'gitops' })
    expect(spec.roles).toEqual([
      {
        name: 'dashboard',
        policies: [
          'p, proj:stores-acme:dashboard, applications, get, stores-acme/*, allow',
          'p, proj:stores-acme:dashboard, logs, get, stores-acme/*, allow',
        ],
      },
    ])
    expect(spec.namespaceResourceWhitelist).toEqual([
      ...namespacedKinds(['job']),
      ...madeByControllers,
    ])
    expect(spec.clusterResourceWhitelist).toEqual([
      { group: '', kind: 'Namespace', name: 'store-*' },
    ])
    expect(spec.destinations).toEqual([
      { name: 'in-cluster', namespace: 'store-*' },
      { name: 'eu-2', namespace: 'store-*' },
    ])
    expect(spec.sourceRepos).toEqual([REPO])
  })

  it.each([
    [['job'], ['Role', 'RoleBinding']],
    [['sealed'], ['SealedSecret']],
    [['external'], ['ExternalSecret', 'Password']],
    [
      ['job', 'sealed', 'external'],
      ['Role', 'RoleBinding', 'SealedSecret', 'ExternalSecret', 'Password'],
    ],
  ] as const)('adds the kinds of the secrets modes %j and never Secret', (modes, added) => {
    const kinds = project(modes).spec.namespaceResourceWhitelist.map(({ kind }) => kind)
    const common = namespacedKinds([]).map(({ kind }) => kind)
    expect(common).toHaveLength(15)
    expect(kinds).toEqual([...common, ...added, 'Pod', 'ReplicaSet'])
    expect(kinds).not.toContain('Secret')
  })
})
