/** One of our ApplicationSets as it is in the cluster. */
export interface InstalledSet {
  readonly name: string
  /** Repository of its git generator; `''` when it has none. */
  readonly repoURL: string
  /** Base URL of the dashboard links in its Applications; `''` when they have no link. */
  readonly dashboardUrl: string
  /** `spec` of the object, unchanged. */
  readonly spec: unknown
}

/** A rule in one of an AppProject's resource lists; `*` matches anything. */
export interface PermittedKind {
  readonly group: string
  readonly kind: string
  /** Glob of names; absent: all. */
  readonly name?: string | undefined
}

/** Permissions of one of our AppProjects as it is in the cluster. */
export interface InstalledProject {
  readonly name: string
  readonly sourceRepos: readonly string[]
  /** `cluster` is the name of the cluster, or its address where only that is given. */
  readonly destinations: readonly { readonly cluster: string; readonly namespace: string }[]
  readonly clusterKinds: readonly PermittedKind[]
  /** `null`: the project has no list and permits every kind. */
  readonly namespacedKinds: readonly PermittedKind[] | null
  /** Kinds on a deny list, cluster-wide or namespaced. They take precedence over the lists above. */
  readonly refusedKinds: readonly PermittedKind[]
  /** The kinds, `allow` or `deny`, of its sync windows. */
  readonly syncWindows: readonly string[]
}

export interface InstalledArgoCd {
  readonly sets: readonly InstalledSet[]
  readonly projects: readonly InstalledProject[]
}
