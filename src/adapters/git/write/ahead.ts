import { setImmediate } from 'node:timers/promises'
import type { Snapshot } from '../../../domain/snapshot.ts'
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
import { changeRefOf } from '../read/commit-log.ts'
import { joinPacks } from '../cache/packs.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import type { Draft, Verdict } from './drafts.ts'
import type { Item } from './item.ts'
import type { Queue } from './queue.ts'
import { WorkingSnapshot } from './working-snapshot.ts'

/** Decided and imported on top of the newest head, or of a push in flight: then it is worth something only if that push lands. */
export interface Ahead {
  /** That head, or the one that push will leave. */
  readonly base: string
  readonly items: readonly Item[]
  readonly made: Import
  readonly verdicts: readonly Verdict[]
}

/**
 * Works on what arrives while a push is in flight, so that the next push can begin when this one ends: one item at a time
 * is decided and rendered here, while git imports the one before it. Whoever comes right after that push landed goes with the
 * next one: those who ask again as soon as they are answered share one push, and not two by turns.
 * Returns `null` when nothing came.
 * @param push `null`: none is in flight, and a burst that has begun is gathered
 * @param most items in all
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
      // Whatever else came in meanwhile, the end of the push above all, has its turn.
      await setImmediate()
    }
    if (items.length === 0) return null
    if (arrivals.futile) {
      // Made for nothing; what it leaves in the cache is used when the same is decided again.
      commits.abandon()
      return { failed: items }
    }
    await commits.close()
    return { base: at.head, items, made: commits.made(), verdicts: decider.decisions.verdicts }
  } catch {
    // The usual path meets the same trouble and has an answer to it.
    commits.abandon()
    return { failed: items }
  }
}

/** Commits made one after the other, by as many imports as there were lulls between them. */
class Commits {
  readonly #deps: BatchDeps
  readonly #base: string
  #import: DraftImport | null = null
  #closed: readonly Import[] = []

  constructor(deps: BatchDeps, base: string) {
    this.#deps = deps
    this.#base = base
  }

  /** An import waits for more. */
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

  /** All that was closed. */
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

/** The snapshot once these commits are on the branch. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  const working = new WorkingSnapshot({ ...before, head: commits.at(-1)?.commit.id ?? before.head })
  for (const { draft, commit } of commits) working.put(draft, changeRefOf(commit))
  return working.snapshot
}

/** Imported on a head of which nothing is known yet. */
export interface Early {
  /** The commits, if these very drafts on this very head are what they were made of. */
  of(drafts: readonly Draft[], head: string): Import | null
}

/** @returns `null`: there was nothing to import, or the usual path must find out what is wrong */
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
