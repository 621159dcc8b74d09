import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import { type Kind, madeByControllers, namespacedKinds, type SecretsMode } from './kinds.ts'

const API_VERSION = 'argoproj.io/v1alpha1'
/**
 * Argo CD deletes the resources of an Application only if it has this finalizer. Other spellings
 * have no effect.
 * Source: argo-cd v3.6.1 pkg/apis/application/v1alpha1/application_defaults.go
 * `ResourcesFinalizerName`.
 */
const CASCADE_FINALIZER = 'resources-finalizer.argocd.argoproj.io'
/** Label of everything that is installed next to Argo CD. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'storewright' }

/** Location of Argo CD and of its input. */
interface ArgoProps {
  /** Namespace of Argo CD. */
  readonly argocdNamespace: string
  /** URL of the stores repo for Argo CD: https, http or ssh, without credentials. */
  readonly repoURL: string
}

export interface StoresApplicationSetProps extends ArgoProps {
  readonly name: string
  /** AppProject of the Applications. It must exist before the set. */
  readonly project: string
  /**
   * Globs of the `app.json` files to read, with new globbing: `*` does not cross folders. At least
   * one.
   */
  readonly files: readonly SetFile[]
  /** Short name of the branch, such as `main`. */
  readonly branch: string
  /** Base URL of the dashboard, without a trailing slash. */
  readonly dashboardUrl: string
}

/** Files that a set reads, or excludes. Source: argo-cd v3.5.1 `GitFileGeneratorItem`. */
export interface SetFile {
  readonly path: string
  readonly exclude?: true
}

/** Spec of a generated Application. Source: argo-cd v3.5.1 pkg/apis/application/v1alpha1/types.go `ApplicationSpec`. */
interface ApplicationSpec {
  readonly project: string
  readonly source: {
    readonly repoURL: string
    readonly targetRevision: string
    readonly path: string
    readonly directory: { readonly recurse: boolean; readonly include: string }
  }
  readonly destination: { readonly name: string; readonly namespace: string }
  readonly revisionHistoryLimit: number
  readonly syncPolicy: {
    readonly automated: {
      readonly prune: boolean
      readonly selfHeal: boolean
      readonly allowEmpty: boolean
    }
    readonly retry: {
      readonly limit: number
      readonly refresh: boolean
      readonly backoff: {
        readonly duration: string
        readonly factor: number
        readonly maxDuration: string
      }
    }
    readonly syncOptions: readonly string[]
  }
}

/** Source: argo-cd v3.5.1 pkg/apis/application/v1alpha1/applicationset_types.go `ApplicationSetSpec`. */
interface ApplicationSetSpec {
  readonly goTemplate: true
  readonly goTemplateOptions: readonly string[]
  readonly generators: readonly {
    readonly git: {
      readonly repoURL: string
      readonly revision: string
      readonly requeueAfterSeconds: number
      readonly files: readonly SetFile[]
    }
  }[]
  readonly syncPolicy: {
    readonly applicationsSync: 'sync' | 'create-update' | 'create-only' | 'create-delete'
    readonly preserveResourcesOnDeletion: boolean
  }
  readonly preservedFields: { readonly annotations: readonly string[] }
  readonly template: {
    readonly metadata: {
      readonly name: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }
    readonly spec: ApplicationSpec
  }
  readonly templatePatch: string
}

/**
 * Generates one Application per `app.json`. Shops keep running if a directory, this set or the
 * whole branch is removed, because an Application has a cascade finalizer only in lifecycle
 * `purge`.
 */
export class StoresApplicationSet extends Construct {
  constructor(scope: Construct, id: string, props: StoresApplicationSetProps) {
    super(scope, id)
    new ApiObject(this, 'ApplicationSet', {
      apiVersion: API_VERSION,
      kind: 'ApplicationSet',
      metadata: {
        name: props.name,
        namespace: props.argocdNamespace,
        labels: MANAGED_BY,
        // Takes effect if a root Application manages this object.
        annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' },
      },
      spec: applicationSetSpec(props),
    })
  }
}

function applicationSetSpec(props: StoresApplicationSetProps): ApplicationSetSpec {
  // The full name, because a short name makes Argo CD scan all refs.
  const revision = `refs/heads/${props.branch}`
  return {
    goTemplate: true,
    goTemplateOptions: ['missingkey=error'],
    generators: [
      {
        git: {
          repoURL: props.repoURL,
          revision,
          requeueAfterSeconds: 180,
          files: props.files,
        },
      },
    ],
    syncPolicy: { applicationsSync: 'sync', preserveResourcesOnDeletion: true },
    // The controller removes foreign annotations. Without this it would remove the approval of a
    // deletion.
    preservedFields: { annotations: ['argocd.argoproj.io/deletion-approved'] },
    template: {
      metadata: {
        name: `store-${NAME}`,
        labels: {
          ...MANAGED_BY,
          'storewright.dev/store': NAME,
          'storewright.dev/team': TEAM,
          'storewright.dev/plan': '{{ .plan }}',
          'storewright.dev/release': '{{ .release }}',
          'storewright.dev/lifecycle': '{{ .lifecycle }}',
        },
        annotations: {
          'argocd.argoproj.io/manifest-generate-paths': '.',
          'storewright.dev/tree': '{{ .tree }}',
          'storewright.dev/url': '{{ .url }}',
          'notice.argocd.argoproj.io/content':
            'Managed by Storewright: change store.yaml, not this Application.',
          'notice.argocd.argoproj.io/url': `${props.dashboardUrl}/stores/${NAME}`,
        },
      },
      spec: applicationSpec(props, revision),
    },
    templatePatch: TEMPLATE_PATCH,
  }
}

function applicationSpec(
  { repoURL, project }: StoresApplicationSetProps,
  targetRevision: string,
): ApplicationSpec {
  return {
    // Literal: a templated project needs global repository credentials (argo-cd v3.5.1 generators/git.go).
    project,
    source: {
      repoURL,
      targetRevision,
      path: '{{ .path.path }}/manifests',
      // Sets the type explicitly, so that a stray kustomization.yaml or Chart.yaml cannot change
      // it.
      directory: { recurse: false, include: '*.yaml' },
    },
    // The project restricts the allowed clusters.
    destination: { name: '{{ .cluster }}', namespace: `store-${NAME}` },
    revisionHistoryLimit: 3,
    syncPolicy: {
      automated: { prune: true, selfHeal: true, allowEmpty: false },
      // Without `refresh`, all retries would use the revision of the first attempt.
      retry: {
        limit: 5,
        refresh: true,
        backoff: { duration: '10s', factor: 2, maxDuration: '3m' },
      },
      syncOptions: ['FailOnSharedResource=true', 'ApplyOutOfSyncOnly=true'],
    },
  }
}

/**
 * A store is identified by its folder, `stores/<team>/<name>`. A value of app.json could name
 * another store.
 * Source: argo-cd v3.6.1 applicationset/generators/git.go sets `path` over a key of that name in
 * the file.
 */
const TEAM = '{{ index .path.segments 1 }}'
const NAME = '{{ index .path.segments 2 }}'

/**
 * Sets values that are not strings and so cannot be templated above. The result is never empty and
 * never an empty `spec:`, which would wipe fields. It is parsed as YAML, so values of app.json
 * appear only inside `eq`.
 */
const TEMPLATE_PATCH = `spec:
  syncPolicy:
    automated:
      enabled: {{ eq (toString .autoSync) "true" }}
{{- if eq (toString .lifecycle) "purge" }}
metadata:
  finalizers: ["${CASCADE_FINALIZER}"]
{{- end }}
`

export interface StoresProjectProps extends ArgoProps {
  /** Also the prefix of the RBAC objects `<name>/<application>`. */
  readonly name: string
  /** Names in Argo CD of the clusters that may run stores. At least one. */
  readonly clusters: readonly string[]
  /** Secrets modes of the stores. At least one. Each mode adds its kinds. */
  readonly secretsModes: readonly SecretsMode[]
}

/** Source: argo-cd v3.5.1 pkg/apis/application/v1alpha1/types.go `AppProjectSpec`; `name` globs need 3.3. */
interface AppProjectSpec {
  readonly description: string
  readonly sourceRepos: readonly string[]
  readonly destinations: readonly { readonly name: string; readonly namespace: string }[]
  readonly clusterResourceWhitelist: readonly {
    readonly group: string
    readonly kind: string
    readonly name: string
  }[]
  readonly namespaceResourceWhitelist: readonly Kind[]
  readonly roles: readonly { readonly name: string; readonly policies: readonly string[] }[]
}

/**
 * Restricts the kinds and destinations of stores. `Secret` is left out on purpose, so a plain one
 * in Git is refused. Pods and ReplicaSets are permitted so that they are visible. The checks refuse
 * one in Git, and it could do no more than a Deployment. The project confines an Application to
 * `store-*`; the admission policy confines it to its own namespace.
 */
export class StoresProject extends Construct {
  constructor(scope: Construct, id: string, props: StoresProjectProps) {
    super(scope, id)
    const { name } = props
    const may = (resource: string) =>
      `p, proj:${name}:dashboard, ${resource}, get, ${name}/*, allow`
    const spec: AppProjectSpec = {
      description: 'Online shops rendered by Storewright into the stores repo.',
      sourceRepos: [props.repoURL],
      destinations: props.clusters.map((cluster) => ({ name: cluster, namespace: 'store-*' })),
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: 'store-*' }],
      namespaceResourceWhitelist: [...namespacedKinds(props.secretsModes), ...madeByControllers],
      roles: [{ name: 'dashboard', policies: [may('applications'), may('logs')] }],
    }
    new ApiObject(this, 'AppProject', {
      apiVersion: API_VERSION,
      kind: 'AppProject',
      metadata: {
        name,
        namespace: props.argocdNamespace,
        labels: MANAGED_BY,
        finalizers: [CASCADE_FINALIZER],
      },
      spec,
    })
  }
}
