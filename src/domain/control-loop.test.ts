import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ControlLoopOptions, startControlLoop } from './control-loop.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A loop whose looks end on demand. */
function stage(change: Partial<ControlLoopOptions> = {}) {
  const causes: string[] = []
  const ends: ((error?: Error) => void)[] = []
  const failures: unknown[] = []
  let event = () => {}
  const loop = startControlLoop({
    look: (cause) => {
      causes.push(cause)
      return new Promise<void>((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)))
      })
    },
    onFailure: (error) => failures.push(error),
    intervalMs: 1000,
    events: [
      (listener) => {
        event = listener
        return () => (event = () => {})
      },
    ],
    ...change,
  })
  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { loop, causes, ends, failures, wait, event: () => event() }
}

it('looks at the start, on events and on the interval, and says which', async () => {
  const { causes, ends, event, wait } = stage()
  ends[0]?.()
  await wait(0)
  event()
  ends[1]?.()
  await wait(1000)
  expect(causes).toEqual(['new', 'new', 'old'])
})

it('never looks twice at once, and looks once more after events during a look', async () => {
  const { causes, ends, event, wait } = stage({ intervalMs: 0 })
  for (let n = 0; n < 5; n += 1) event()
  await wait(5000)
  expect(causes).toHaveLength(1)
  ends[0]?.()
  await wait(0)
  expect(causes).toHaveLength(2)
  ends[1]?.()
  await wait(5000)
  expect(causes).toHaveLength(2)
})

it('collects events before it looks', async () => {
  const { causes, ends, event, wait } = stage({ collectMs: 250, looksAtStart: false })
  event()
  await wait(200)
  event()
  expect(causes).toEqual([])
  await wait(50)
  expect(causes).toEqual(['new'])
  event()
  ends[0]?.()
  await wait(249)
  expect(causes).toHaveLength(1)
  await wait(1)
  expect(causes).toHaveLength(2)
})

it('goes on after a look that failed', async () => {
  const { causes, ends, failures, wait } = stage()
  ends[0]?.(new Error('broken'))
  await wait(1000)
  expect([causes.length, String(failures[0])]).toEqual([2, 'Error: broken'])
})

it('is idle when no look is running or due, and closes after the running one', async () => {
  const { loop, causes, ends, event, wait } = stage()
  event()
  const idle = vi.fn<() => void>()
  void loop.idle().then(idle)
  ends[0]?.()
  await wait(0)
  expect([causes.length, idle.mock.calls.length]).toEqual([2, 0])
  const closed = vi.fn<() => void>()
  void loop.close().then(closed)
  await wait(0)
  expect(closed).not.toHaveBeenCalled()
  ends[1]?.()
  await wait(0)
  expect([closed.mock.calls.length, idle.mock.calls.length]).toEqual([1, 1])
  event()
  loop.look()
  await wait(10_000)
  expect([causes.length, vi.getTimerCount()]).toEqual([2, 0])
})
