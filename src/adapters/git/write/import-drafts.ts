import type { Cache } from '../cache/cache.ts'
import { ObjectReadError } from '../cache/object-reader.ts'
import { type LoggedCommit, readCommit } from '../read/commit-log.ts'
import { ownCommit } from '../read/provenance.ts'
import type { Draft } from './decider.ts'
import { openImport } from './fast-import.ts'
import { unpaced } from './pace.ts'
import { signCommits, type Unsigned } from './sign-commits.ts'
import type { WriteDeps } from './write-deps.ts'

/** A draft and its commit in the cache, which is not on the remote yet. */
export interface Imported {
  readonly draft: Draft
  readonly commit: LoggedCommit
}

/** Commits in the cache, oldest first. */
export interface Import {
  readonly imported: readonly Imported[]
  /** Pack written by fast-import, for a remote on HTTP; `null`: git has to pack the objects. */
  readonly pack: Promise<Buffer | null>
}

/** An import that accepts drafts one by one. */
export interface DraftImport {
  add(draft: Draft): void
  /** @throws ImportError, SigningError, ObjectReadError */
  finish(): Promise<Import>
}

/** Creates commits in the cache on top of `base`, one for each draft that is added. */
export async function openDrafts(deps: WriteDeps, base: string): Promise<DraftImport> {
  const { cache, author, clock, signal } = deps
  await deps.reached?.('import')
  const atSeconds = Math.floor(clock.now() / 1000)
  const { generation, profile } = cache
  const commits = openImport(profile, base, author, atSeconds, signal)
  const drafts: Draft[] = []
  // The pack lacks signed commits and objects left in the cache by an import that did not land. A
  // remote may reject such a pack, so with a push rate limit git packs the objects instead.
  let whole = !deps.signed && cache.http !== null && deps.pace === unpaced
  return {
    add(draft) {
      const tree = heldTree(draft, generation)
      if (tree !== null) whole = false
      commits.add({ ...draft, tree })
      drafts.push(draft)
    },
    async finish() {
      const { ids: made, ref, pack } = await commits.finish()
      cache.discard(ref)
      await assertDescends(cache, made[0] ?? '', base)
      const sign = async () =>
        signCommits(profile, base, await unsigned(cache, made, drafts), author, atSeconds, signal)
      const ids = deps.signed ? await sign() : made
      for (const { request } of drafts) request.imported(generation)
      const imported = drafts.map((draft, n) => ({
        draft,
        commit: ownCommit(readCommit(ids[n] ?? '', atSeconds, author.name, draft.message)),
      }))
      return { imported, pack: whole ? pack() : Promise.resolve(null) }
    },
  }
}

async function unsigned(
  { objects }: Cache,
  ids: readonly string[],
  drafts: readonly Draft[],
): Promise<readonly Unsigned[]> {
  const trees = await Promise.all(ids.map((id) => objects.info(`${id}^{tree}`)))
  return drafts.map(({ message }, n) => ({ message, tree: trees[n]?.id ?? '' }))
}

/** Tree of the store's folder if an earlier import of the same files left it in the cache. */
function heldTree({ request, move }: Draft, generation: number): string | null {
  return request.isHeldBy(generation) && move.after !== null ? move.after.id : null
}

/**
 * Ensures that the push can never rewrite the branch: the first commit's parent must be the base.
 */
async function assertDescends(cache: Cache, first: string, base: string): Promise<void> {
  const commit = await cache.objects.read(first)
  const parent = /^tree [0-9a-f]+\nparent ([0-9a-f]+)\n/.exec(
    commit?.content.toString('utf8') ?? '',
  )
  if (parent?.[1] !== base) throw new ObjectReadError('a new commit does not descend from its base')
}
