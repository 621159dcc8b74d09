import type { RepoFigures } from '../../../domain/repo-state.ts'
import type { Item } from './item.ts'
import type { Pace } from './pace.ts'

/** Applies the push rate limit and counts pushes and commits. */
export class PushGate {
  readonly #pace: Pace
  readonly #signal: AbortSignal
  readonly #figures = { pushes: 0, commits: 0, worstPushes: 0, pacedMs: 0 }

  constructor(pace: Pace, signal: AbortSignal) {
    this.#pace = pace
    this.#signal = signal
  }

  get figures(): Readonly<Omit<RepoFigures, 'cacheRebuilds'>> {
    return { ...this.#figures }
  }

  /**
   * Waits until the rate limit allows a push, and adds the delay to the items that `held` returns.
   */
  async holdBack(held: () => readonly Item[]): Promise<void> {
    const since = performance.now()
    if ((await this.#pace.turn(this.#signal)) !== false) return
    this.#figures.pacedMs += performance.now() - since
    for (const item of held()) item.paced(since)
  }

  /** Counts a push of these items. */
  begin(items: readonly Item[]): void {
    this.#pace.spend()
    this.#figures.pushes += 1
    for (const item of items) {
      item.pushes += 1
      this.#figures.worstPushes = Math.max(this.#figures.worstPushes, item.pushes)
    }
  }

  /** Counts commits that landed. */
  landed(commits: number): void {
    this.#figures.commits += commits
  }
}
