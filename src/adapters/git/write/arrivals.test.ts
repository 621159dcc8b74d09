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

it('after a push of four as many are taken as it answered', () => {
  const arrivals = landed(4)
  const open = Array.from({ length: 6 }, () => {
    const was = arrivals.open
    arrivals.took()
    return was
  })
  expect(open).toEqual([true, true, true, true, false, false])
})

it('after a push of three, and after one that did not land, nothing more is taken', () => {
  expect(landed(3).open).toBe(false)
  const lost = new Arrivals(new Queue(), {
    begun: Array(8).fill(null),
    over: AbortSignal.abort(false),
  })
  expect([lost.open, lost.futile]).toEqual([false, true])
})

it('what came during a push does not count', async () => {
  const over = new AbortController()
  const arrivals = new Arrivals(new Queue(), { begun: Array(4).fill(null), over: over.signal })
  for (let n = 0; n < 9; n += 1) arrivals.took()
  over.abort(true)
  expect(arrivals.open).toBe(true)
})

it('without a push whoever is in time is taken, and a lull is the end', async () => {
  const queue = new Queue()
  const arrivals = new Arrivals(queue, null)
  setImmediate(() => queue.add(item()))
  expect(await arrivals.wait(1, true)).toBe('came')
  queue.take(1)
  expect(await arrivals.wait(2, true)).toBe('end')
  void pause(5).then(() => queue.add(item()))
  expect(await arrivals.wait(4, true)).toBe('came')
})

it('during a push a lull is a rest, and the end of the push is none', async () => {
  const over = new AbortController()
  const arrivals = new Arrivals(new Queue(), { begun: Array(4).fill(null), over: over.signal })
  expect(await arrivals.wait(2, true)).toBe('rest')
  setImmediate(() => over.abort(true))
  expect(await arrivals.wait(2, false)).toBe('came')
})

it('what waited at the beginning is one batch, however long that takes; what comes later has 600 ms', () => {
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
