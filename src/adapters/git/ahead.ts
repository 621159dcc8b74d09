import { setImmediate } from 'node:timers/promises'
import type { Snapshot } from '../../domain/snapshot.ts'
import { copyStores, putStore } from '../../domain/store-map.ts'
import {
  type BatchDeps,
  deciderOf,
  type DraftImport,
  type Imported,
  importDrafts,
  openDrafts,
} from './batch.ts'
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
 * Works on what arrives while a push is in flight, so that the next push can begin when this one ends: one item at a time
 * is decided and rendered here, while git imports the one before it. Returns `null` when nothing came.
 * @param begun what is being pushed
 * @param over aborted when that push has ended; its reason is `true` when it landed
 * @param most items in all
 */
export async function workAhead(
  deps: BatchDeps,
  begun: readonly Imported[],
  queue: Queue,
  over: AbortSignal,
  most: number,
): Promise<Ahead | { readonly failed: readonly Item[] } | null> {
  const at = predicted(deps.mirror.edition.snapshot, begun)
  const decider = deciderOf(deps, at)
  const items: Item[] = []
  let commits: DraftImport | null = null
  try {
    while (!over.aborted && items.length < most) {
      const [item] = queue.take(1)
      if (item === undefined) {
        await queue.arrival(over)
        continue
      }
      items.push(item)
      const draft = decider.decide(item, deps.clock.now())
      if (draft !== null) {
        commits ??= await openDrafts(deps, at.head)
        commits.add(draft)
      }
      // Whatever else came in meanwhile, the end of the push above all, has its turn.
      await setImmediate()
    }
    if (items.length === 0) return null
    if (over.aborted && over.reason !== true) {
      // Made for nothing; what it leaves in the cache is used when the same is decided again.
      void commits?.finish().catch(() => {})
      return { failed: items }
    }
    const imported = (await commits?.finish()) ?? []
    return { base: at.head, items, imported, verdicts: decider.decisions.verdicts }
  } catch {
    // The usual path meets the same trouble and has an answer to it.
    void commits?.finish().catch(() => {})
    return { failed: items }
  }
}

/** The snapshot once these commits are on the branch. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  const stores = copyStores(before.stores)
  for (const { draft, commit } of commits) {
    const { team, name, after } = draft.move
    const last = changeRefOf(commit)
    const old = stores.get(name)
    const created = old?.team === team ? old.created : last
    putStore(stores, name, after === null ? null : recordOf(after, { created, last }))
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
