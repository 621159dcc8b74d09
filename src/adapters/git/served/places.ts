/**
 * Minimum speed of a client, in bytes per second, counted only while the server waits for the
 * client.
 */
const MIN_BYTES_PER_SECOND = 16 * 1024
/**
 * Milliseconds that a client may fall behind the minimum speed while another request waits for its
 * place.
 */
const CONTENDED_MS = 5_000
/** Milliseconds between two checks for slow clients. */
const LOOK_MS = 250

export interface PlacesOptions {
  /** Maximum number of requests served at once. */
  readonly count: number
  /** Maximum of these per peer. An unknown peer has no limit. */
  readonly perPeer: number
  /** Maximum number of requests that wait for a place, in order of arrival. */
  readonly waiting: number
  /** Maximum of these per peer. */
  readonly waitingPerPeer: number
  /** Milliseconds that a client may fall behind the minimum speed while no request waits. */
  readonly patienceMs: number
  /** @default 5000 */
  readonly contendedMs?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number
}

/**
 * One place. Its holder reports when it waits for the client, so time spent in git does not count
 * against the client.
 */
export interface Place {
  /**
   * Aborts if the client is too slow. The holder then ends the request and gives the place back.
   */
  readonly lost: AbortSignal
  /** Starts a wait for the client. */
  wait(): void
  /** Ends the wait; the client received or sent `bytes`. */
  moved(bytes: number): void
  give(): void
}

/**
 * Why there is no place. `peer`: the peer is at its limit; `all`: the server is at its limit;
 * `left`: the request has ended.
 */
export type NoPlace = 'peer' | 'all' | 'left'

export interface Places {
  /** @param signal signal of the request */
  take(peer: string | null, signal: AbortSignal): Promise<Place | NoPlace>
}

/**
 * Limits concurrent requests in total and per peer, and queues further ones. A client slower than
 * the minimum speed loses its place after `contendedMs` if another request waits for it, and after
 * `patienceMs` in any case.
 */
export function places(options: PlacesOptions): Places {
  const { count, perPeer, waiting, waitingPerPeer, patienceMs } = options
  const { contendedMs = CONTENDED_MS, now = () => performance.now() } = options
  const held = new Set<Held>()
  const line = new Set<Waiter>()
  let timer: NodeJS.Timeout | null = null

  const of = (all: Iterable<{ readonly peer: string | null }>, peer: string | null) =>
    Array.from(all).filter((each) => each.peer === peer).length
  const peerIsFull = (peer: string | null) => peer !== null && of(held, peer) >= perPeer
  const isFree = (peer: string | null) => held.size < count && !peerIsFull(peer)

  const look = () => {
    const at = now()
    const behind = Array.from(held, (each) => ({ each, ms: each.behind(at) }))
      .filter(({ each }) => !each.lost.aborted)
      .toSorted((a, b) => b.ms - a.ms)
    const losing = new Set(behind.filter(({ ms }) => ms > patienceMs).map(({ each }) => each))
    // Lost places that are not given back yet already serve as many queued requests.
    const waiters = Array.from(line).slice(held.size - behind.length)
    for (const { peer } of waiters) {
      const found = behind.find(
        ({ each, ms }) =>
          ms > contendedMs && !losing.has(each) && (!peerIsFull(peer) || each.peer === peer),
      )
      if (found !== undefined) losing.add(found.each)
    }
    for (const each of losing) each.lose()
  }
  const watch = () => {
    if (held.size > 0) timer ??= setInterval(look, Math.min(LOOK_MS, patienceMs / 2)).unref()
    else if (timer !== null) {
      clearInterval(timer)
      timer = null
    }
  }
  const hold = (peer: string | null): Place => {
    const mine = new Held(peer, now, () => {
      if (!held.delete(mine)) return
      const next = Array.from(line).find((each) => isFree(each.peer))
      if (next !== undefined) {
        line.delete(next)
        next.proceed(hold(next.peer))
      }
      watch()
    })
    held.add(mine)
    watch()
    return mine
  }

  return {
    async take(peer, signal) {
      if (signal.aborted) return 'left'
      if (isFree(peer)) return hold(peer)
      if (peer !== null && of(line, peer) >= waitingPerPeer) return 'peer'
      if (line.size >= waiting) return 'all'
      return new Promise((resolve) => {
        const leave = () => {
          line.delete(waiter)
          resolve('left')
        }
        const waiter: Waiter = {
          peer,
          proceed(place) {
            signal.removeEventListener('abort', leave)
            resolve(place)
          },
        }
        line.add(waiter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}

interface Waiter {
  readonly peer: string | null
  readonly proceed: (place: Place) => void
}

class Held implements Place {
  readonly peer: string | null
  readonly give: () => void
  readonly #now: () => number
  readonly #lost = new AbortController()
  /** Milliseconds that the client is behind the minimum speed, without the current wait. */
  #behindMs = 0
  #waitingSince: number | null = null

  constructor(peer: string | null, now: () => number, give: () => void) {
    this.peer = peer
    this.give = give
    this.#now = now
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  wait(): void {
    this.#waitingSince = this.#now()
  }

  moved(bytes: number): void {
    const owed = this.behind(this.#now()) - (bytes / MIN_BYTES_PER_SECOND) * 1000
    this.#behindMs = Math.max(0, owed)
    this.#waitingSince = null
  }

  behind(at: number): number {
    return this.#behindMs + (this.#waitingSince === null ? 0 : at - this.#waitingSince)
  }

  lose(): void {
    this.#lost.abort()
  }
}
