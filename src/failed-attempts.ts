import { peerKey } from './domain/git-client.ts'

/** Wrong tokens of one peer within {@link WINDOW_MS} after which it is refused until the window ends. */
const LIMIT = 10
const WINDOW_MS = 60_000
/** Peers remembered at once; beyond that the oldest is forgotten. */
const MAX_PEERS = 10_000

export interface FailedAttempts {
  /** Seconds for which this peer is refused; 0: it may try. */
  refusedFor(peer: string): number
  /** @returns whether this attempt was the last one that the peer has for now */
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
