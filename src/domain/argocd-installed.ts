/** An ApplicationSet of ours as the cluster has it. */
export interface InstalledSet {
  readonly name: string
  /** What its git generator reads; `''` when it has none. */
  readonly repoURL: string
  /** Where its Applications link to; `''` when they do not. */
  readonly dashboardUrl: string
  /** As Kubernetes has it. */
  readonly spec: unknown
}

/** A rule of an AppProject's lists; `*` in it stands for anything. */
export interface PermittedKind {
  readonly group: string
  readonly kind: string
  /** Glob of names; absent = all. */
  readonly name?: string | undefined
}

/** What an AppProject of ours permits, as the cluster has it. */
export interface InstalledProject {
  readonly name: string
  readonly sourceRepos: readonly string[]
  /** `cluster`: its name or, where only that is given, its address. */
  readonly destinations: readonly { readonly cluster: string; readonly namespace: string }[]
  readonly clusterKinds: readonly PermittedKind[]
  /** `null`: no list, so every kind. */
  readonly namespacedKinds: readonly PermittedKind[] | null
  /** Refused although permitted above, cluster-wide or namespaced. */
  readonly refusedKinds: readonly PermittedKind[]
  /** `deny` and `allow` of its sync windows. */
  readonly syncWindows: readonly string[]
}

export interface InstalledArgoCd {
  readonly sets: readonly InstalledSet[]
  readonly projects: readonly InstalledProject[]
}
