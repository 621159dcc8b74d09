import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { boundedCounter } from './bounded-counter.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('counts each subject by itself, until its window ends', async () => {
  const count = boundedCounter(2, 60)
  const counts = [await count('a'), await count('a'), await count('a'), await count('b')]
  expect(counts.map(({ isAllowed, remaining }) => [isAllowed, remaining])).toEqual([
    [true, 1],
    [true, 0],
    [false, 0],
    [true, 1],
  ])
  await vi.advanceTimersByTimeAsync(60_001)
  expect((await count('a')).isAllowed).toBe(true)
})

it('forgets the subject that sent nothing for the longest time, above the maximum', async () => {
  const count = boundedCounter(1, 60, 2)
  await count('idle')
  await count('busy')
  expect((await count('busy')).isAllowed).toBe(false)
  await count('new')
  expect((await count('busy')).isAllowed).toBe(false)
  expect((await count('idle')).isAllowed).toBe(true)
})

it('T15 keeps one timer for each of at most 10,000 subjects', async () => {
  const count = boundedCounter(1, 60)
  for (let n = 0; n < 12_000; n += 1) await count(`2001:db8:0:${n.toString(16)}`)
  expect(vi.getTimerCount()).toBe(10_000)
})
