import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { create, requester } from '../../../testing/writes.ts'
import { Gathering, Queue } from './queue.ts'
import { WriteRequest } from './write-request.ts'

const request = () => new WriteRequest(requester(), create('acme', 'shop-1'), {})

function full(requests: number): Queue {
  const queue = new Queue()
  for (let n = 0; n < requests; n += 1) queue.add(request())
  return queue
}

/** Takes requests until the batch is closed, and returns how many joined. */
async function joined(gathering: Gathering, queue: Queue): Promise<number> {
  let taken = 0
  while (await gathering.more(taken)) {
    taken += queue.take(1).length
    gathering.took()
  }
  return taken
}

it('stays open after a push of four for as many requests as the push answered', async () => {
  const queue = full(6)
  const over = AbortSignal.abort(true)
  expect(await joined(new Gathering(queue, { commits: 4, over }), queue)).toBe(4)
})

it('is closed after a push of three and after a failed push', async () => {
  const queue = full(6)
  const landed = new Gathering(queue, { commits: 3, over: AbortSignal.abort(true) })
  expect(await joined(landed, queue)).toBe(0)
  const lost = new Gathering(queue, { commits: 8, over: AbortSignal.abort(false) })
  expect([await joined(lost, queue), lost.futile]).toEqual([0, true])
})

it('does not count requests taken during the push', async () => {
  const queue = full(9)
  const over = new AbortController()
  const gathering = new Gathering(queue, { commits: 4, over: over.signal })
  for (let n = 0; n < 9; n += 1) {
    expect(await gathering.more(n)).toBe(true)
    queue.take(1)
    gathering.took()
  }
  over.abort(true)
  queue.add(request())
  expect(await gathering.more(9)).toBe(true)
})

it('takes requests that arrive in time without a push in flight, and ends at a lull', async () => {
  const queue = new Queue()
  const gathering = new Gathering(queue, null)
  setImmediate(() => queue.add(request()))
  expect(await gathering.more(1)).toBe(true)
  queue.take(1)
  expect(await gathering.more(2)).toBe(false)
  void pause(5).then(() => queue.add(request()))
  expect(await gathering.more(4)).toBe(true)
})

it('waits during a push until a request arrives or the push ends', async () => {
  const queue = new Queue()
  const over = new AbortController()
  const gathering = new Gathering(queue, { commits: 1, over: over.signal })
  void pause(60).then(() => queue.add(request()))
  expect(await gathering.more(2)).toBe(true)
  queue.take(1)
  setImmediate(() => over.abort(true))
  expect(await gathering.more(3)).toBe(false)
})

it('takes all requests waiting at the start without a time limit, and later ones for 600 ms', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const queue = full(6)
  const gathering = new Gathering(queue, null)
  for (let n = 0; n < 6; n += 1) {
    expect(await gathering.more(n)).toBe(true)
    queue.take(1)
    gathering.took()
    vi.advanceTimersByTime(400)
  }
  for (let n = 6; n < 8; n += 1) {
    queue.add(request())
    expect(await gathering.more(n)).toBe(true)
    queue.take(1)
    gathering.took()
    vi.advanceTimersByTime(400)
  }
  queue.add(request())
  expect(await gathering.more(8)).toBe(false)
})
