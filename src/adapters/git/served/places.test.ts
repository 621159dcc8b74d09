import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NoPlace, type Place, places, type PlacesOptions } from './places.ts'

const never = new AbortController().signal
const open = (change: Partial<PlacesOptions> = {}) =>
  places({ count: 1, perPeer: 8, waiting: 2, waitingPerPeer: 8, patienceMs: 60_000, ...change })
const place = (taken: Place | NoPlace): Place => {
  if (typeof taken === 'string') throw new Error(`no place: ${taken}`)
  return taken
}

describe('places', () => {
  it('gives places in the order of the requests', async () => {
    const free = open()
    const order: string[] = []
    const first = place(await free.take(null, never))
    const waiting = ['a', 'b'].map(async (name) => {
      const mine = place(await free.take(null, never))
      order.push(name)
      mine.give()
    })
    first.give()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b'])
    expect(await free.take(null, never)).toBeTypeOf('object')
  })

  it('refuses a request if the queue is full', async () => {
    const free = open({ waiting: 1 })
    const first = place(await free.take(null, never))
    const second = free.take(null, never)
    expect(await free.take(null, never)).toBe('all')
    first.give()
    expect(await second).toBeTypeOf('object')
  })

  it('gives no place to a request that has ended and keeps the place usable', async () => {
    const free = open({ waiting: 1 })
    const left = new AbortController()
    const first = place(await free.take(null, never))
    const leaving = free.take(null, left.signal)
    left.abort()
    expect(await leaving).toBe('left')
    expect(await free.take(null, left.signal)).toBe('left')
    first.give()
    first.give()
    const second = place(await free.take(null, never))
    const third = free.take(null, never)
    second.give()
    expect(await third).toBeTypeOf('object')
  })

  it('keeps places for other peers while one peer is at its limit', async () => {
    const free = open({ count: 4, perPeer: 3, waitingPerPeer: 1 })
    const mine = [
      await free.take('a', never),
      await free.take('a', never),
      await free.take('a', never),
    ]
    const waiting = free.take('a', never)
    expect(await free.take('a', never)).toBe('peer')
    const other = place(await free.take('b', never))
    // A freed place goes to the first queued request whose peer is below its limit.
    const late = free.take('b', never)
    place(mine[0] ?? 'all').give()
    expect(await waiting).toBeTypeOf('object')
    other.give()
    expect(await late).toBeTypeOf('object')
  })
})

describe('places for slow clients', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Reads `bytes` per second for `seconds`. */
  async function read(mine: Place, bytes: number, seconds: number) {
    for (let n = 0; n < seconds; n += 1) {
      mine.wait()
      await vi.advanceTimersByTimeAsync(1000)
      mine.moved(bytes)
    }
  }

  it('takes the place of a client below the minimum speed once another request waits', async () => {
    const free = open()
    const slow = place(await free.take('a', never))
    await read(slow, 1024, 10)
    expect(slow.lost.aborted).toBe(false)
    const waiting = free.take('b', never)
    await vi.advanceTimersByTimeAsync(300)
    expect(slow.lost.aborted).toBe(true)
    slow.give()
    expect(await waiting).toBeTypeOf('object')
  })

  it('takes the place of a client that stays below the minimum speed though no request waits', async () => {
    const free = open()
    const slow = place(await free.take('a', never))
    await read(slow, 1024, 60)
    expect(slow.lost.aborted).toBe(false)
    await read(slow, 1024, 10)
    expect(slow.lost.aborted).toBe(true)
  })

  it('takes the place of a client that sends a single byte now and then', async () => {
    const free = open()
    const slow = place(await free.take('a', never))
    for (let n = 0; n < 2; n += 1) {
      slow.wait()
      await vi.advanceTimersByTimeAsync(50_000)
      slow.moved(1)
    }
    expect(slow.lost.aborted).toBe(true)
  })

  it('keeps the place of a client at the minimum speed and of one that waits for git', async () => {
    const free = open({ count: 2 })
    const steady = place(await free.take('a', never))
    const idle = place(await free.take('b', never))
    idle.wait()
    idle.moved(1)
    void free.take('c', never)
    await read(steady, 16 * 1024, 120)
    expect([steady.lost.aborted, idle.lost.aborted]).toEqual([false, false])
  })

  it('takes the places of the slowest clients, one per waiting request', async () => {
    const free = open({ count: 3 })
    const held = [0, 1, 2].map(async () => place(await free.take(null, never)))
    const [a, b, c] = (await Promise.all(held)) as [Place, Place, Place]
    a.wait()
    await vi.advanceTimersByTimeAsync(3000)
    b.wait()
    c.wait()
    await vi.advanceTimersByTimeAsync(6000)
    void free.take(null, never)
    await vi.advanceTimersByTimeAsync(250)
    expect([a, b, c].map(({ lost }) => lost.aborted)).toEqual([true, false, false])
  })

  it('takes the place of a slow client of the same peer if that peer is at its limit', async () => {
    const free = open({ count: 3, perPeer: 1 })
    const other = place(await free.take('b', never))
    const mine = place(await free.take('a', never))
    other.wait()
    await vi.advanceTimersByTimeAsync(1000)
    mine.wait()
    await vi.advanceTimersByTimeAsync(10_000)
    void free.take('a', never)
    await vi.advanceTimersByTimeAsync(250)
    expect([other.lost.aborted, mine.lost.aborted]).toEqual([false, true])
  })
})
