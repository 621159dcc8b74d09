import { setTimeout as pause } from 'node:timers/promises'
import type { GitProcessProfile } from '../process/plumbing.ts'
import { type Advertisement, HttpError, type HttpRemote } from './http-remote.ts'

/** Milliseconds between a response and the next request. */
const PAUSE_MS = 5
/** Request timeout. A slower response would be of no use in a race for the branch. */
const ASK_MS = 1000

/** A ref advertisement and its age. */
export interface Heard {
  readonly told: Advertisement
  /** Monotonic milliseconds at which it was requested. */
  readonly at: number
}

/**
 * Polls the remote until the branch moves. A push that starts right after a foreign push has the
 * most time before the next one.
 * @param from head from which it has to move; `null`: its current head
 * @param withinMs milliseconds after which polling stops; the last response may take another second
 * @returns `null`: the branch did not move in that time, or the remote did not return it
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
    // The following fetch meets the same error and handles it.
    if (!(error instanceof HttpError) && !signal.aborted) throw error
  }
  return null
}
