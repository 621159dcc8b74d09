import type { Vacated } from '../domain/snapshot.ts'

/** One row of a Git tree. `mode` as Git writes it: `100644` file, `40000` folder, `120000` link, `160000` submodule. */
export interface Row {
  readonly mode: string
  readonly name: string
  readonly id: string
}

export const FILE_MODE = '100644'
export const FOLDER_MODE = '40000'

/** A store folder that a commit took away or declared as going. */
export interface Removal {
  readonly team: string
  readonly name: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
}

/** Objects of a clone, read as Git stores them: nothing is checked out and nothing is run. */
export interface Repository {
  /** Full id of a commit; `null` when the clone has no such revision. */
  resolve(revision: string): Promise<string | null>
  /** Rows of the root folder of a commit. */
  root(commit: string): Promise<readonly Row[]>
  rows(tree: string): Promise<readonly Row[]>
  /** Content of a file; `null` when it is larger than `maxBytes`. */
  blob(id: string, maxBytes: number): Promise<Uint8Array | null>
  /** Stores removed by commits up to `commit` and not older than `sinceMs`. */
  removals(commit: string, sinceMs: number): Promise<readonly Removal[]>
  /** Names whose store left Git by commits up to `commit`, as the server keeps them. */
  vacated(commit: string): Promise<ReadonlyMap<string, Vacated>>
  /** True: history is cut off, so {@link removals} and {@link vacated} may not know all. */
  readonly shallow: boolean
}
