import { peerKey } from '../domain/git-client.ts'

/** After this many wrong tokens within {@link WINDOW_MS} more are refused until the window ends. */
const LIMIT = 10
const WINDOW_MS = 60_000
/** Maximum number of sources remembered. The one that failed longest ago is dropped first. */
const MAX_SOURCES = 10_000

/** Counts wrong tokens by source: a peer, or the id of a token. An IPv6 peer has a whole /64. */
export interface FailedAttempts {
  /** Seconds for which this source is still refused. 0 if it may try. */
  refusedFor(source: string): number
  /** @returns whether this attempt used up the attempts of the source */
  failed(source: string): boolean
}

/** @param now monotonic milliseconds */
export function failedAttempts(now: () => number = () => performance.now()): FailedAttempts {
  const windows = new Map<string, { count: number; readonly ends: number }>()
  const current = (source: string) => {
    const found = windows.get(peerKey(source))
    return found !== undefined && found.ends > now() ? found : undefined
  }
  return {
    refusedFor(source) {
      const found = current(source)
      if (found === undefined || found.count < LIMIT) return 0
      return Math.ceil((found.ends - now()) / 1000)
    },
    failed(source) {
      const found = current(source) ?? { count: 0, ends: now() + WINDOW_MS }
      found.count += 1
      windows.delete(peerKey(source))
      windows.set(peerKey(source), found)
      const [oldest] = windows.keys()
      if (windows.size > MAX_SOURCES && oldest !== undefined) windows.delete(oldest)
      return found.count === LIMIT
    },
  }
}
