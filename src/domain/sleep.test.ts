import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { sleep } from './sleep.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('waits for the given time and leaves no timer', async () => {
  const { signal } = new AbortController()
  const slept = vi.fn<(whole: boolean) => void>()
  void sleep(100, signal).then(slept)
  await vi.advanceTimersByTimeAsync(99)
  expect(slept).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(slept).toHaveBeenCalledWith(true)
  expect(vi.getTimerCount()).toBe(0)
})

it('ends when its signal aborts, also if it had aborted before', async () => {
  const stop = new AbortController()
  const slept = sleep(100, stop.signal)
  stop.abort()
  expect([await slept, await sleep(100, stop.signal), vi.getTimerCount()]).toEqual([
    false,
    false,
    0,
  ])
})
