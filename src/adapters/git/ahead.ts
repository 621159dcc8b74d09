import type { Snapshot, StoreRecord } from '../../domain/snapshot.ts'
import { type BatchDeps, decideBatch, type Imported, importDrafts } from './batch.ts'
import { changeRefOf } from './commit-log.ts'
import type { Draft, Verdict } from './drafts.ts'
import type { Item } from './item.ts'
import type { Queue } from './queue.ts'
import { recordOf } from './snapshots.ts'

/** Decided and imported on top of a push that is still in flight; worth something only if that push lands. */
export interface Ahead {
  /** Head that the push in flight will leave. */
  readonly base: string
  readonly items: readonly Item[]
  readonly imported: readonly Imported[]
  readonly verdicts: readonly Verdict[]
}

/**
 * Works on what arrives while a push is in flight, chunk by chunk, so that the next push can begin when this one ends:
 * rendering and `git fast-import` cost nothing then. Returns `null` when nothing came, or its import failed.
 * @param begun what is being pushed
 * @param over aborted when that push has ended
 * @param most items in all
 */
export async function workAhead(
  deps: BatchDeps,
  begun: readonly Imported[],
  queue: Queue,
  over: AbortSignal,
  most: number,
): Promise<Ahead | { readonly failed: readonly Item[] } | null> {
  let at = predicted(deps.mirror.edition.snapshot, begun)
  const base = at.head
  const items: Item[] = []
  const imported: Imported[] = []
  const verdicts: Verdict[] = []
  while (!over.aborted && items.length < most) {
    const chunk = queue.take(most - items.length)
    if (chunk.length === 0) {
      await queue.arrival(over)
      continue
    }
    items.push(...chunk)
    try {
      const decided = decideBatch(deps, chunk, at)
      const conditional = imported.length > 0
      verdicts.push(
        ...decided.verdicts.map((verdict) => ({
          ...verdict,
          conditional: conditional || verdict.conditional,
        })),
      )
      if (decided.drafts.length === 0) continue
      const made = await importDrafts(deps, at.head, decided.drafts)
      imported.push(...made)
      at = predicted(at, made)
    } catch {
      // The usual path meets the same trouble and has an answer to it.
      return { failed: items }
    }
  }
  return items.length === 0 ? null : { base, items, imported, verdicts }
}

/** The snapshot once these commits are on the branch. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  const stores = new Map<string, StoreRecord>(before.stores)
  for (const { draft, commit } of commits) {
    const { team, name, after } = draft.move
    const last = changeRefOf(commit)
    const old = stores.get(name)
    if (after === null) stores.delete(name)
    else
      stores.set(name, recordOf(after, { created: old?.team === team ? old.created : last, last }))
  }
  return { ...before, head: commits.at(-1)?.commit.id ?? before.head, stores }
}

/** Imported on a head of which nothing is known yet. */
export interface Early {
  /** The commits, if these very drafts on this very head are what they were made of. */
  of(drafts: readonly Draft[], head: string): readonly Imported[] | null
}

/** @returns `null`: there was nothing to import, or the usual path must find out what is wrong */
export async function importEarly(
  deps: BatchDeps,
  base: string,
  guessed: readonly Draft[],
): Promise<Early | null> {
  if (guessed.length === 0) return null
  const imported = await importDrafts(deps, base, guessed).catch(() => null)
  if (imported === null) return null
  return {
    of(drafts, head) {
      const same = head === base && drafts.length === guessed.length
      return same && drafts.every((draft, n) => isSame(draft, guessed[n])) ? imported : null
    },
  }
}

function isSame(draft: Draft, guessed: Draft | undefined): boolean {
  const { item, message, move } = draft
  return (
    guessed?.item === item &&
    guessed.message === message &&
    guessed.move.name === move.name &&
    guessed.move.team === move.team &&
    guessed.move.after?.id === move.after?.id
  )
}
