import type { Diff } from '../../contract/diff.ts'
import type { Effect, PlannedCommit } from '../../contract/preview.ts'
import { delegatingRepo } from '../../domain/delegating-repo.ts'
import { StoreError } from '../../domain/errors.ts'
import { subjectOf } from '../../domain/history/commit-message.ts'
import { effectsOf, type RenderedStore } from '../../domain/history/effects.ts'
import { diffOf } from '../../domain/history/hunks.ts'
import type { StoreChange, StoresRepo } from '../../domain/ports.ts'
import type { StoreId } from '../../domain/snapshot.ts'
import { renderedObjects } from '../../repo-files/rendered-objects.ts'
import { parseStoreFile } from '../../repo-files/store-file.ts'

/** A repository that runs decisions and writes nothing. */
export interface DryRun {
  readonly repo: StoresRepo
  /** The last change that would have been committed; `null` if there is none. */
  planned(): StoreChange | null
  /** Every change that would have been committed, in order. */
  all(): readonly StoreChange[]
}

/**
 * Wraps a repository for a dry run. An operation that uses it runs the same rules on the newest head
 * and stops before the commit, so a preview cannot differ from the write.
 */
export function dryRun(repo: StoresRepo): DryRun {
  let planned: StoreChange | null = null
  const all: StoreChange[] = []
  return {
    planned: () => planned,
    all: () => all,
    repo: {
      ...delegatingRepo(repo),
      async change(_by, decide) {
        const snapshot = repo.decisionBase()
        const decided = decide(snapshot)
        planned = decided === 'unchanged' ? null : decided
        if (planned !== null) all.push(planned)
        const timing = { totalMs: 0, pacedMs: 0, pushes: 0 }
        return { outcome: 'unchanged', commit: snapshot.head, record: null, snapshot, timing }
      },
      acceptRewrite: async (head) => acceptable(repo, head),
      close: async () => undefined,
    },
  }
}

/** The stores that a rewritten branch does not contain. @throws StoreError as `StoresRepo.acceptRewrite` */
function acceptable(repo: StoresRepo, expectedHead: string): readonly StoreId[] {
  const { rewrite } = repo.state()
  if (rewrite === null) throw new StoreError('conflict', 'the branch was not rewritten')
  if (rewrite.head === expectedHead) return rewrite.vanished
  throw new StoreError('conflict', 'the branch is at another head', {
    extra: { head: rewrite.head },
  })
}

/** The commits of planned changes, as clients see them. */
export function plannedCommits(changes: readonly StoreChange[]): PlannedCommit[] {
  return changes.map((change) => {
    const { team, name, action } = change
    return { team, name, action, subject: subjectOf(change) }
  })
}

/** Diff of a planned change against the committed files of a store; empty without a change. */
export async function plannedDiff(
  repo: StoresRepo,
  { team, name }: StoreId,
  planned: StoreChange | null,
): Promise<Diff> {
  const { commit, files } = await repo.files(team, name)
  const before = new Map(files.map(({ path, content }) => [path, content]))
  return { from: commit, to: commit, ...diffOf(before, textsOf(planned) ?? before) }
}

/**
 * Side effects of a planned change on a store.
 * @param before text of the committed files by path
 * @returns `null` if the manifests or store.yaml cannot be parsed before or after the change
 */
export function plannedEffects(
  repo: StoresRepo,
  id: StoreId,
  before: ReadonlyMap<string, string>,
  planned: StoreChange | null,
): Effect[] | null {
  const old = renderedStore(before, id)
  const now = renderedStore(textsOf(planned) ?? before, id)
  return old === null || now === null ? null : effectsOf(old, now, repo.snapshot().platform)
}

function renderedStore(files: ReadonlyMap<string, string>, id: StoreId): RenderedStore | null {
  const intent = parseStoreFile(files.get('store.yaml') ?? '', id).value
  const objects = renderedObjects(files)
  return intent === null || objects === null ? null : { intent, objects }
}

/** Text of every file after a planned change, by path; `null` without a change. */
export function textsOf(planned: StoreChange | null): ReadonlyMap<string, string> | null {
  if (planned === null) return null
  const decoder = new TextDecoder()
  return new Map(Array.from(planned.files, ([path, bytes]) => [path, decoder.decode(bytes)]))
}
