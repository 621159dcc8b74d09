import { describe, expect, it, vi } from 'vitest'
import { backOffMs } from './back-off.ts'
import { paced, pushesPerMinuteOf, unpaced } from './pace.ts'

const never = new AbortController().signal

describe('a paced remote', () => {
  it('takes a burst at once, then one push each ten seconds, and a lone push later at once', async () => {
    vi.useFakeTimers()
    try {
      const pace = paced(6, () => performance.now())
      const began = performance.now()
      const at: number[] = []
      const waited: (boolean | null)[] = []
      const pushes = (async () => {
        for (let n = 0; n < 9; n += 1) {
          waited.push(await pace.turn(never))
          pace.spend()
          at.push(Math.round((performance.now() - began) / 1000))
        }
      })()
      await vi.advanceTimersByTimeAsync(40_000)
      await pushes
      expect(at).toEqual([0, 0, 0, 0, 0, 0, 10, 20, 30])
      expect(waited.map((at_) => at_ === false).filter(Boolean)).toHaveLength(3)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(await pace.turn(never)).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('lets nobody wait who is told to stop', async () => {
    const pace = paced(1)
    pace.spend()
    const stop = new AbortController()
    const turn = pace.turn(stop.signal)
    stop.abort()
    expect(await turn).toBeNull()
    expect(await unpaced.turn(never)).toBe(true)
  })

  it.each([
    ['https://github.com/acme/stores.git', 6],
    ['ssh://git@github.com/acme/stores.git', 6],
    ['https://git.example.com/acme/stores.git', 0],
    ['https://github.com.evil.example/stores.git', 0],
    ['', 0],
  ])('%j asks for %i pushes a minute', (url, pushes) => {
    expect(pushesPerMinuteOf(url)).toBe(pushes)
  })
})

it.each([
  [1, 0.5, 10],
  [10, 0.5, 100],
  [50, 1, 250],
  [5000, 1, 250],
  [7, 0, 0],
])('backs off after attempt %i by a share %f of its span: %i ms', (attempt, random, wait) => {
  expect(backOffMs(attempt, random)).toBe(wait)
})
