import { type GitProcessProfile, runGit } from '../process/git.ts'

const LIMIT_MS = 60_000

/** Remembered pairs. A pass over all stores repeats the same few pairs once per store. */
const PAIRS = 64

/**
 * Checks whether one commit is an ancestor of another. A positive result never changes, so it is
 * remembered.
 */
export class Ancestry {
  readonly #known = new Map<string, Promise<boolean>>()

  /** True if `ancestor` is in the history of `id`; false also if the repository lacks it. */
  async isAncestor(profile: GitProcessProfile, ancestor: string, id: string): Promise<boolean> {
    const key = `${ancestor} ${id}`
    const answer = this.#known.get(key) ?? ask(profile, ancestor, id)
    this.#known.delete(key)
    this.#known.set(key, answer)
    const [oldest] = this.#known.keys()
    if (this.#known.size > PAIRS && oldest !== undefined) this.#known.delete(oldest)
    let isSo = false
    try {
      isSo = await answer
      return isSo
    } finally {
      if (!isSo) this.#known.delete(key)
    }
  }
}

async function ask(profile: GitProcessProfile, ancestor: string, id: string): Promise<boolean> {
  const words = ['merge-base', '--is-ancestor', ancestor, id]
  return (await runGit(profile, words, { timeoutMs: LIMIT_MS })).exitCode === 0
}
