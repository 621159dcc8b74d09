import { setImmediate } from 'node:timers/promises'
import { objectFormatOf } from '../../../domain/object-format.ts'
import type { Snapshot } from '../../../domain/snapshot.ts'
import { joinPacks } from '../cache/packs.ts'
import { changeRefOf } from '../read/commit-log.ts'
import { Arrivals, type InFlight } from './arrivals.ts'
import {
  type BatchDeps,
  deciderOf,
  type DraftImport,
  type Import,
  type Imported,
  importDrafts,
  openDrafts,
} from './batch.ts'
import type { Draft, Verdict } from './drafts.ts'
import type { Item } from './item.ts'
import type { Queue } from './queue.ts'
import { WorkingSnapshot } from './working-snapshot.ts'

/**
 * A batch decided and imported before its push can begin. Its base is the newest head, or the head
 * that a push in flight will leave. In the second case the batch is discarded if that push fails.
 */
export interface Ahead {
  /** Parent of the first commit. */
  readonly base: string
  readonly items: readonly Item[]
  readonly made: Import
  readonly verdicts: readonly Verdict[]
}

/**
 * Prepares the next push while one is in flight. Items are decided and rendered one at a time,
 * while git imports the item before. Requests that arrive just after the push lands join the same
 * batch, so clients that retry immediately do not split into two alternating batches.
 * @param push the push in flight; `null` gathers a burst of requests when no push is in flight
 * @param most maximum number of items
 * @returns `null` if no item arrived; `failed` lists items that must return to the queue
 */
export async function workAhead(
  deps: BatchDeps,
  push: InFlight | null,
  queue: Queue,
  most: number,
): Promise<Ahead | { readonly failed: readonly Item[] } | null> {
  const at = predicted(deps.mirror.edition.snapshot, push?.begun ?? [])
  const decider = deciderOf(deps, at)
  const items: Item[] = []
  const commits = new Commits(deps, at.head)
  const arrivals = new Arrivals(queue, push)
  try {
    while (items.length < most && arrivals.open) {
      const [item] = queue.take(1)
      if (item === undefined) {
        const lull = await arrivals.wait(items.length, commits.open)
        if (lull === 'end') break
        if (lull === 'rest') await commits.close()
        continue
      }
      items.push(item)
      arrivals.took()
      const draft = decider.decide(item, deps.clock.now())
      if (draft !== null) await commits.add(draft)
      // Let other events run, in particular the end of the push.
      await setImmediate()
    }
    if (items.length === 0) return null
    if (arrivals.futile) {
      // The push failed. The imported objects stay in the cache and are reused if the decision
      // repeats.
      commits.abandon()
      return { failed: items }
    }
    await commits.close()
    return { base: at.head, items, made: commits.made(), verdicts: decider.decisions.verdicts }
  } catch {
    // The regular path repeats the work and handles the error.
    commits.abandon()
    return { failed: items }
  }
}

/** Consecutive commits made by one or more imports. A pause between items ends an import. */
class Commits {
  readonly #deps: BatchDeps
  readonly #base: string
  #import: DraftImport | null = null
  #closed: readonly Import[] = []

  constructor(deps: BatchDeps, base: string) {
    this.#deps = deps
    this.#base = base
  }

  /** True while an import accepts more drafts. */
  get open(): boolean {
    return this.#import !== null
  }

  async add(draft: Draft): Promise<void> {
    this.#import ??= await openDrafts(this.#deps, this.#head)
    this.#import.add(draft)
  }

  /** @throws ImportError, SigningError, ObjectReadError */
  async close(): Promise<void> {
    const made = await this.#import?.finish()
    this.#import = null
    if (made !== undefined) this.#closed = [...this.#closed, made]
  }

  /** The commits of all closed imports. */
  made(): Import {
    const join = async () => {
      const packs = await Promise.all(this.#closed.map(({ pack }) => pack))
      const whole = packs.filter((pack) => pack !== null)
      return whole.length < packs.length ? null : joinPacks(whole, objectFormatOf(this.#base))
    }
    return { imported: this.#closed.flatMap(({ imported }) => imported), pack: join() }
  }

  abandon(): void {
    void this.#import?.finish().catch(() => {})
  }

  get #head(): string {
    return this.#closed.at(-1)?.imported.at(-1)?.commit.id ?? this.#base
  }
}

/** The snapshot after these commits have landed. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  const working = new WorkingSnapshot({ ...before, head: commits.at(-1)?.commit.id ?? before.head })
  for (const { draft, commit } of commits) working.put(draft, changeRefOf(commit))
  return working.snapshot
}

/** Drafts imported on a fetched head before that head has been read. */
export interface Early {
  /** The commits, if they were made from exactly these drafts on this head. */
  of(drafts: readonly Draft[], head: string): Import | null
}

/** @returns `null`: nothing to import, or the import failed and the regular path must report why */
export async function importEarly(
  deps: BatchDeps,
  base: string,
  guessed: readonly Draft[],
): Promise<Early | null> {
  if (guessed.length === 0) return null
  const made = await importDrafts(deps, base, guessed).catch(() => null)
  if (made === null) return null
  return {
    of(drafts, head) {
      const same = head === base && drafts.length === guessed.length
      return same && drafts.every((draft, n) => isSame(draft, guessed[n])) ? made : null
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
