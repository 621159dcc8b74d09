import { describe, expect, it, vi } from 'vitest'
import { paced, pushesPerMinuteOf } from './pace.ts'

const never = new AbortController().signal

describe('push rate limit', () => {
  it('allows a burst of six pushes, then one every ten seconds, and a later single push without a wait', async () => {
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

  it('stops waiting when the signal aborts', async () => {
    const pace = paced(1)
    pace.spend()
    const stop = new AbortController()
    const turn = pace.turn(stop.signal)
    stop.abort()
    expect(await turn).toBeNull()
  })

  it.each([
    ['https://github.com/acme/stores.git', 6],
    ['ssh://git@github.com/acme/stores.git', 6],
    ['https://git.example.com/acme/stores.git', 0],
    ['https://github.com.evil.example/stores.git', 0],
    ['', 0],
  ])('allows for %j %i pushes a minute, 0 meaning no limit', (url, pushes) => {
    expect(pushesPerMinuteOf(url)).toBe(pushes)
  })
})
