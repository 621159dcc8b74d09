import { peerKey } from '../domain/git-client.ts'

/**
 * A peer that sends this many wrong tokens within {@link WINDOW_MS} is refused until the window
 * ends.
 */
const LIMIT = 10
const WINDOW_MS = 60_000
/** Maximum number of peers remembered. The oldest is dropped first. */
const MAX_PEERS = 10_000

export interface FailedAttempts {
  /** Seconds for which this peer is still refused. 0 if it may try. */
  refusedFor(peer: string): number
  /** @returns whether this attempt used up the peer's attempts */
  failed(peer: string): boolean
}

/** @param now monotonic milliseconds */
export function failedAttempts(now: () => number = () => performance.now()): FailedAttempts {
  const windows = new Map<string, { count: number; readonly ends: number }>()
  const current = (peer: string) => {
    const found = windows.get(peerKey(peer))
    return found !== undefined && found.ends > now() ? found : undefined
  }
  return {
    refusedFor(peer) {
      const found = current(peer)
      if (found === undefined || found.count < LIMIT) return 0
      return Math.ceil((found.ends - now()) / 1000)
    },
    failed(peer) {
      const found = current(peer) ?? { count: 0, ends: now() + WINDOW_MS }
      found.count += 1
      windows.delete(peerKey(peer))
      windows.set(peerKey(peer), found)
      const [oldest] = windows.keys()
      if (windows.size > MAX_PEERS && oldest !== undefined) windows.delete(oldest)
      return found.count === LIMIT
    },
  }
}
