import type { Diff } from '../contract/diff.ts'
import { StoreError } from '../domain/errors.ts'
import { diffOf } from '../domain/hunks.ts'
import type { OperationDeps, StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { declaredStore } from './declared-store.ts'
import { changesOf } from './walk-history.ts'

/**
 * What lies between two commits of the branch in the folder of a store. Without `from`: what `to` itself changed.
 * @throws StoreError `store_not_found`; `commit_not_found`: not on the branch, or, without `from`, none of this store
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
  const before = from === null ? new Map<string, string>() : await textsAt(repo, record, from)
  return { from, to, ...diffOf(before, await textsAt(repo, record, to)) }
}

/** The commit of the store before this one; `null`: this is its first. */
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

/** Path -> text; empty where the store does not exist. @throws StoreError `commit_not_found` */
async function textsAt(
  repo: StoresRepo,
  { team, name }: StoreRecord,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const { files } = await repo.files(team, name, commit)
    return new Map(files.map(({ path, content }) => [path, content]))
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_not_found') return new Map()
    throw error
  }
}
