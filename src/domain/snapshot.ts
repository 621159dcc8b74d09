import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Action, ChangeSource } from '../contract/words.ts'
import { isNewer } from './generator.ts'
import { foreignKeys } from './layout.ts'

/** A commit that touched one store. `at` is the committer time, RFC 3339 UTC. */
export interface ChangeRef {
  readonly commit: string
  readonly at: string
  /** `null`: made outside, by plain git. */
  readonly action: Action | null
  readonly requestId: string | null
  /** Opaque subject, or the Git author's name for a commit made outside. */
  readonly by: string
  readonly source: ChangeSource
}

/** What commits of ours rendered of a store. */
export interface Rendered {
  /** Tree ids of `manifests/`, oldest first; a plain `git revert` may bring an earlier one back. */
  readonly trees: readonly string[]
  /** Semver of the generator that made the newest; `null`: not said. */
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
  /** Oldest commit since the directory last appeared. */
  readonly created: ChangeRef
  readonly last: ChangeRef
  /** `null`: no commit of the store is proven to be ours. */
  readonly rendered: Rendered | null
  /** Rendered files came by a commit that no trusted key signed. @default false, also when nobody asks */
  readonly unsigned?: boolean
}

/** The newest removal of a store of some name. */
export interface Vacated {
  readonly team: string
  /** Committer time, RFC 3339 UTC. */
  readonly at: string
  /** False: its folder went away without a purge, so what it was made of may still run. */
  readonly purged: boolean
}

/** A commit that deleted a store, or took its folder away without a deletion. */
export interface Departure {
  readonly team: string
  readonly name: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
}

/** The stores repo at one commit. Immutable; `stores` is keyed by name, which is unique over all teams. */
export interface Snapshot {
  /** Full object id of the head of the branch. */
  readonly head: string
  readonly platform: Platform
  /** Not empty: platform.yaml does not parse at this head and `platform` is the last good one. */
  readonly platformProblems: readonly ProblemDetail[]
  readonly stores: ReadonlyMap<string, StoreRecord>
  /** Directories that share a name with one in `stores` (second in path order), as `team/name`. */
  readonly duplicates: readonly string[]
  /** Names whose store left Git, with its team; kept while another team's store bears the name. */
  readonly vacated: ReadonlyMap<string, Vacated>
  /** Of the last 25 hours, oldest first. */
  readonly departures: readonly Departure[]
  /** Milliseconds since the Unix epoch: newest commit by which an admin let a mass deletion pass. */
  readonly massDeleteApprovedAt: number | null
}

/**
 * Were rendered files edited by hand? Then manifests are none that a commit of ours rendered, or app.json names another
 * store. Nothing in the folder itself can switch this off.
 */
export function isModified(record: StoreRecord): boolean {
  return record.app !== null && (isEdited(record) || foreignKeys(record.app, record).length > 0)
}

/**
 * Are the manifests none that a commit of ours rendered, or did they come by an untrusted commit? Without any commit of ours
 * app.json names what was rendered, and only a render tells whether that is true.
 */
export function isEdited({ app, manifestsTree, rendered, unsigned }: StoreRecord): boolean {
  if (app === null) return false
  const known =
    rendered === null ? app.tree === manifestsTree : rendered.trees.includes(manifestsTree)
  return !known || unsigned === true
}

/**
 * Version of a generator newer than `ours` that rendered the store; `null`: none did. app.json is believed up to the version
 * that a commit of ours names.
 */
export function newerGenerator({ app, rendered }: StoreRecord, ours: string): string | null {
  const wrote = app?.generator ?? ours
  if (wrote === ours || !isNewer(wrote, ours)) return null
  const proven = rendered?.generator ?? null
  return proven !== null && !isNewer(wrote, proven) ? wrote : null
}
