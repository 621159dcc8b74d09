import { type GitProcessProfile, runGit } from '../process/plumbing.ts'

const LIMIT_MS = 60_000

/** Pairs remembered: a pass over the fleet asks of each store whether one head led to another. */
const PAIRS = 64

/** Answers whether one commit is in the history of another. Two object ids, so a yes holds for ever and is remembered. */
export class Ancestry {
  readonly #known = new Map<string, Promise<boolean>>()

  /** Is `ancestor` in the history of `id`? False also when it is unknown here. */
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
