import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Action, ChangeSource } from '../contract/words.ts'
import { isNewer } from './generator.ts'
import { foreignKeys } from './layout.ts'
import type { StoreIndex } from './store-index.ts'

export interface StoreId {
  readonly team: string
  readonly name: string
}

/** A commit that touched one store. `at` is the committer time, RFC 3339 UTC. */
export interface ChangeRef {
  readonly commit: string
  readonly at: string
  /** `null` for a commit made by plain git. */
  readonly action: Action | null
  readonly requestId: string | null
  /** Opaque subject, or the name of the Git author for a commit made by plain git. */
  readonly by: string
  readonly source: ChangeSource
}

/** Manifests of a store that our own commits rendered. */
export interface Rendered {
  /** Tree ids of `manifests/`, oldest first. All of them count, because a plain `git revert` may restore an earlier one. */
  readonly trees: readonly string[]
  /** Semver of the generator of the newest; `null` if not recorded. */
  readonly generator: string | null
}

/** One directory `stores/<team>/<name>` at a head. */
export interface StoreRecord {
  readonly team: string
  readonly name: string
  /** `null` when store.yaml is missing or does not parse; `problems` says why. */
  readonly intent: StoreFile | null
  readonly problems: readonly ProblemDetail[]
  /** Blob id of store.yaml, `''` when it is missing. Quoted, it is the ETag. */
  readonly intentBlob: string
  /** `null` when app.json is missing or unreadable. */
  readonly app: AppFile | null
  /** Tree id of `manifests/`, `''` when it is missing. */
  readonly manifestsTree: string
  /** First commit since the directory last appeared. */
  readonly created: ChangeRef
  readonly last: ChangeRef
  /** `null` if no commit of the store is proven to be ours. */
  readonly rendered: Rendered | null
  /** The rendered files were changed by a commit without a trusted signature. @default false, also if signatures are not verified */
  readonly unsigned?: boolean
}

/** The newest removal of a store with a given name. */
export interface Vacated {
  readonly team: string
  /** Committer time, RFC 3339 UTC. */
  readonly at: string
  /** False: the folder was removed without a purge, so the store may still run in the cluster. */
  readonly purged: boolean
}

/** A commit that deleted a store, or removed its folder without a deletion. */
export interface Departure {
  readonly team: string
  readonly name: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
}

/** The stores repo at one commit. Immutable. Names of stores are unique over all teams. */
export interface Snapshot {
  /** Full object id of the head of the branch. */
  readonly head: string
  readonly platform: Platform
  /** Not empty if platform.yaml does not parse at this head. `platform` is the last valid one then. */
  readonly platformProblems: readonly ProblemDetail[]
  readonly stores: StoreIndex
  /** Directories, as `team/name`, whose name is already in `stores`. The first in path order counts. */
  readonly duplicates: readonly string[]
  /** Names of removed stores. An entry stays while a store of another team has the name. */
  readonly vacated: ReadonlyMap<string, Vacated>
  /** Departures of the last 25 hours, oldest first. */
  readonly departures: readonly Departure[]
  /** Time of the newest commit with which an admin approved a mass deletion, in milliseconds since the Unix epoch. */
  readonly massDeleteApprovedAt: number | null
}

/**
 * Were rendered files edited by hand? True if the manifests match no render of ours or app.json
 * names another store. Nothing in the folder itself can suppress it.
 */
export function isModified(record: StoreRecord): boolean {
  return record.app !== null && (isEdited(record) || foreignKeys(record.app, record).length > 0)
}

/**
 * Do the manifests match no render of ours, or did an untrusted commit change them? If the store has
 * no commit of ours, the tree in app.json counts. Only a render shows whether that is true.
 */
export function isEdited({ app, manifestsTree, rendered, unsigned }: StoreRecord): boolean {
  if (app === null) return false
  const known =
    rendered === null ? app.tree === manifestsTree : rendered.trees.includes(manifestsTree)
  return !known || unsigned === true
}

/**
 * Version of a generator newer than `ours` that rendered the store, or `null`. The version in
 * app.json counts only up to the version that a commit of ours recorded.
 */
export function newerGenerator({ app, rendered }: StoreRecord, ours: string): string | null {
  const wrote = app?.generator ?? ours
  if (wrote === ours || !isNewer(wrote, ours)) return null
  const proven = rendered?.generator ?? null
  return proven !== null && !isNewer(wrote, proven) ? wrote : null
}
