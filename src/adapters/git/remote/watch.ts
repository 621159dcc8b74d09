import { setTimeout as pause } from 'node:timers/promises'
import type { GitProcessProfile } from '../process/plumbing.ts'
import { type Advertisement, HttpError, type HttpRemote } from './http-remote.ts'

/** Milliseconds between an answer and the next question. */
const PAUSE_MS = 5
/** An answer that takes longer is of no use to whoever is in a hurry. */
const ASK_MS = 1000

/** What the remote told of its branch. */
export interface Heard {
  readonly told: Advertisement
  /** Monotonic milliseconds at which it was asked. */
  readonly at: number
}

/**
 * Asks the remote for the branch until that moves, and tells at once: whoever begins right after somebody else's push
 * has the longest time before the next one.
 * @param from head that it moves away from; `null`: the one that it has now
 * @param withinMs milliseconds after which nothing is asked any more; the last answer may take another second
 * @returns `null`: it did not move in that time, or cannot be asked
 */
export async function untilMoved(
  { environment, branch }: GitProcessProfile,
  remote: HttpRemote,
  from: string | null,
  withinMs: number,
  signal: AbortSignal,
): Promise<Heard | null> {
  const end = performance.now() + withinMs
  let known = from
  try {
    for (let at = performance.now(); at < end; at = performance.now()) {
      const authorization = environment['STORES_REPO_AUTH']
      const told = await remote.advertised('git-upload-pack', authorization, ASK_MS, signal)
      const head = told?.refs.get(`refs/heads/${branch}`)
      if (told === null || head === undefined) return null
      known ??= head
      if (head !== known) return { told, at }
      await pause(PAUSE_MS, undefined, { signal })
    }
  } catch (error) {
    // The fetch that follows meets the same trouble and has an answer to it.
    if (!(error instanceof HttpError) && !signal.aborted) throw error
  }
  return null
}
