import type { Vacated } from '../domain/snapshot.ts'

/** One entry of a Git tree. `mode` as in Git: `100644` file, `40000` folder, `120000` link, `160000` submodule. */
export interface Row {
  readonly mode: string
  readonly name: string
  readonly id: string
}

export const FILE_MODE = '100644'
export const FOLDER_MODE = '40000'

/** A store that a commit removed or declared as deleted. */
export interface Removal {
  readonly team: string
  readonly name: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
}

/** Objects of a clone, read from Git's object store. Nothing is checked out or run. */
export interface Repository {
  /** Full id of a commit; `null` if the clone has no such revision. */
  resolve(revision: string): Promise<string | null>
  /** Entries of the root folder of a commit. */
  root(commit: string): Promise<readonly Row[]>
  rows(tree: string): Promise<readonly Row[]>
  /** Content of a file; `null` if it is larger than `maxBytes`. */
  blob(id: string, maxBytes: number): Promise<Uint8Array | null>
  /** Stores removed by commits up to `commit`, not older than `sinceMs`. */
  removals(commit: string, sinceMs: number): Promise<readonly Removal[]>
  /** Names of removed stores as of `commit`, as the server tracks them. */
  vacated(commit: string): Promise<ReadonlyMap<string, Vacated>>
  /** True if history is cut off, so {@link removals} and {@link vacated} may be incomplete. */
  readonly shallow: boolean
}
