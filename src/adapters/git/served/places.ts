/** Bytes a second that a client must take or send while it alone is waited for. */
const MIN_BYTES_PER_SECOND = 16 * 1024
/** Milliseconds that a client may be behind the minimum speed while another request waits for its place. */
const CONTENDED_MS = 5_000
/** Milliseconds between two looks at clients that may be behind. */
const LOOK_MS = 250

export interface PlacesOptions {
  /** Requests served at once. */
  readonly count: number
  /** Of these, by one peer; a peer that is not known has no limit. */
  readonly perPeer: number
  /** Requests that wait for a place, in order of arrival. */
  readonly waiting: number
  /** Of these, of one peer. */
  readonly waitingPerPeer: number
  /** Milliseconds that a client may be behind the minimum speed when no request waits. */
  readonly patienceMs: number
  /** @default 5000 */
  readonly contendedMs?: number
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number
}

/** One place. Its holder says when the client alone is waited for, so a slow git counts against no client. */
export interface Place {
  /** Aborts when the client is too slow: the holder ends the request and gives the place back. */
  readonly lost: AbortSignal
  /** The client alone is waited for, from now on. */
  wait(): void
  /** The client took or sent so many bytes. */
  moved(bytes: number): void
  give(): void
}

/** Why there is no place: `peer` has as many as one peer gets, all are taken, or the request has ended. */
export type NoPlace = 'peer' | 'all' | 'left'

export interface Places {
  /** @param signal of the request */
  take(peer: string | null, signal: AbortSignal): Promise<Place | NoPlace>
}

/**
 * A fixed number of places, a smaller number for each peer, and a line for those that find none. A client that is slower than
 * the minimum speed loses its place: after `contendedMs` while another request waits for it, after `patienceMs` in any case.
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
    // Places that were lost and are not given back yet are enough for as many requests of the line.
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
  /** Milliseconds that the client is behind the minimum speed, without the wait under way. */
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
