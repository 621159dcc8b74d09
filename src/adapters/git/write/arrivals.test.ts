import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { create, requester } from '../../../testing/writes.ts'
import { Arrivals } from './arrivals.ts'
import { Item } from './item.ts'
import { Queue } from './queue.ts'

const item = () => new Item(requester(), create('acme', 'shop-1'), {})

function landed(commits: number): Arrivals {
  const over = AbortSignal.abort(true)
  return new Arrivals(new Queue(), { begun: Array(commits).fill(null), over })
}

it('stays open after a push of four for as many items as the push answered', () => {
  const arrivals = landed(4)
  const open = Array.from({ length: 6 }, () => {
    const was = arrivals.open
    arrivals.took()
    return was
  })
  expect(open).toEqual([true, true, true, true, false, false])
})

it('is closed after a push of three and after a failed push', () => {
  expect(landed(3).open).toBe(false)
  const lost = new Arrivals(new Queue(), {
    begun: Array(8).fill(null),
    over: AbortSignal.abort(false),
  })
  expect([lost.open, lost.futile]).toEqual([false, true])
})

it('does not count items taken during the push', async () => {
  const over = new AbortController()
  const arrivals = new Arrivals(new Queue(), { begun: Array(4).fill(null), over: over.signal })
  for (let n = 0; n < 9; n += 1) arrivals.took()
  over.abort(true)
  expect(arrivals.open).toBe(true)
})

it('takes items that arrive in time without a push in flight, and ends at a pause', async () => {
  const queue = new Queue()
  const arrivals = new Arrivals(queue, null)
  setImmediate(() => queue.add(item()))
  expect(await arrivals.wait(1, true)).toBe('came')
  queue.take(1)
  expect(await arrivals.wait(2, true)).toBe('end')
  void pause(5).then(() => queue.add(item()))
  expect(await arrivals.wait(4, true)).toBe('came')
})

it('reports a pause during a push as rest, and the end of the push as an arrival', async () => {
  const over = new AbortController()
  const arrivals = new Arrivals(new Queue(), { begun: Array(4).fill(null), over: over.signal })
  expect(await arrivals.wait(2, true)).toBe('rest')
  setImmediate(() => over.abort(true))
  expect(await arrivals.wait(2, false)).toBe('came')
})

it('takes all items queued at the start without a time limit, and later ones for 600 ms', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const queue = new Queue()
  for (let n = 0; n < 3; n += 1) queue.add(item())
  const arrivals = new Arrivals(queue, null)
  const open: boolean[] = []
  for (let n = 0; n < 5; n += 1) {
    open.push(arrivals.open)
    arrivals.took()
    vi.advanceTimersByTime(400)
  }
  expect(open).toEqual([true, true, true, true, true])
  expect(arrivals.open).toBe(false)
})
