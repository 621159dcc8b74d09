/** Longest time in milliseconds that pushes of clients wait. An attempt takes well under a second. */
const MOST_MS = 5_000

/**
 * Lets pushes of clients wait while the server repeats a push that lost a race. The server has to
 * read the new head, render and push, so a client that pushes without pauses would win every race.
 */
export class PushHold {
  #held: PromiseWithResolvers<void> | null = null
  #timer: NodeJS.Timeout | undefined

  /** Pushes of clients wait from now on. */
  begin(): void {
    this.#held ??= Promise.withResolvers<void>()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.end(), MOST_MS)
  }

  /** Lets them pass. */
  end(): void {
    clearTimeout(this.#timer)
    this.#held?.resolve()
    this.#held = null
  }

  /** Resolves when pushes may pass. */
  async over(): Promise<void> {
    await this.#held?.promise
  }
}
