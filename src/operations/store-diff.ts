import type { Diff } from '../contract/diff.ts'
import { StoreError } from '../domain/errors.ts'
import { ANSWER_CAP, intentFirst } from '../domain/file-cap.ts'
import { diffOf } from '../domain/history/hunks.ts'
import type { OperationDeps, StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { declaredStore } from './changing/declared-store.ts'
import { changesOf } from './changing/walk-history.ts'

/**
 * Diff of a store's folder between two commits of the branch. Without `from`, the changes of `to`.
 * @throws StoreError `store_not_found`; `commit_not_found` if a commit is not on the branch or, without
 *   `from`, not one of this store
 */
export async function storeDiff(
  { repo }: Pick<OperationDeps, 'repo'>,
  name: string,
  of: { readonly team?: string; readonly from?: string; readonly to: string },
): Promise<Diff> {
  const at = repo.snapshot()
  const record = declaredStore(at, name, of.team)
  const wanted = of.to === 'HEAD' ? record.last.commit : of.to
  const from = of.from ?? (await commitBefore(repo, record, wanted))
  const to = of.to === 'HEAD' && of.from !== undefined ? at.head : wanted
  const before = from === null ? NOTHING : await sideAt(repo, record, from)
  const after = await sideAt(repo, record, to)
  // Files that were cut off on either side are not compared.
  const ends = [before.end, after.end].filter((end) => end !== null).toSorted(intentFirst)
  const compared = diffOf(upTo(ends[0], before.texts), upTo(ends[0], after.texts))
  return { from, to, ...compared, truncated: compared.truncated || ends.length > 0 }
}

/** The previous commit of the store; `null` if this is its first. */
async function commitBefore(
  repo: StoresRepo,
  record: StoreRecord,
  wanted: string,
): Promise<string | null> {
  let found = false
  for await (const { commit } of changesOf(repo, record)) {
    if (found) return commit
    found = commit === wanted
  }
  if (found) return null
  throw new StoreError('commit_not_found', 'this store has no such commit')
}

/** Files of one side of a diff. */
interface Side {
  readonly texts: ReadonlyMap<string, string>
  /** Last path that was read if the cap cut files off; `null` if all were read. */
  readonly end: string | null
}

const NOTHING: Side = { texts: new Map(), end: null }

/** Cap of each side, which is more than any rendered store has. */
const SIDE_CAP = { ...ANSWER_CAP, bytes: 2 * ANSWER_CAP.bytes }

/** Empty if the store does not exist at that commit. @throws StoreError `commit_not_found` */
async function sideAt(
  repo: StoresRepo,
  { team, name }: StoreRecord,
  commit: string,
): Promise<Side> {
  try {
    const { files, truncated } = await repo.files(team, name, commit, SIDE_CAP)
    const texts = new Map(files.map(({ path, content }) => [path, content]))
    const last = [...texts.keys()].toSorted(intentFirst).at(-1) ?? ''
    return { texts, end: truncated ? last : null }
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_not_found') return NOTHING
    throw error
  }
}

function upTo(
  end: string | undefined,
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (end === undefined) return texts
  return new Map([...texts].filter(([path]) => intentFirst(path, end) <= 0))
}
