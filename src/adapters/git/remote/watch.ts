import { setTimeout as pause } from 'node:timers/promises'
import type { GitProcessProfile } from '../process/plumbing.ts'
import { type Advertisement, HttpError, type HttpRemote } from './http-remote.ts'

/** Milliseconds between an answer and the next question. */
const PAUSE_MS = 5
const ASK_MS = 10_000

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
 * @returns `null`: it did not move within `withinMs`, or cannot be asked
 */
export async function untilMoved(
  { environment, branch }: GitProcessProfile,
  remote: HttpRemote,
  from: string | null,
  withinMs: number,
  signal?: AbortSignal,
): Promise<Heard | null> {
  const end = performance.now() + withinMs
  let known = from
  try {
    while (performance.now() < end) {
      const at = performance.now()
      const told = await remote.advertised(
        'git-upload-pack',
        environment['STORES_REPO_AUTH'],
        ASK_MS,
        signal,
      )
      const head = told?.refs.get(`refs/heads/${branch}`)
      if (told === null || head === undefined) return null
      known ??= head
      if (head !== known) return { told, at }
      await pause(PAUSE_MS, undefined, signal === undefined ? {} : { signal })
    }
  } catch (error) {
    // The fetch that follows meets the same trouble and has an answer to it.
    if (!(error instanceof HttpError) && signal?.aborted !== true) throw error
  }
  return null
}
