import { expect, it, onTestFinished, vi } from 'vitest'
import { type Pace, paced } from './pace.ts'
import { Schedule } from './schedule.ts'

function stage(
  makePace: () => Pace | null = () => null,
  ages: { readonly people?: number; readonly servers?: number } = {},
) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const stop = new AbortController()
  const schedule = new Schedule({
    pace: makePace(),
    signal: stop.signal,
    random: () => 1,
    peopleAge: () => ages.people ?? Infinity,
    serversAge: () => ages.servers ?? Infinity,
  })
  /** Milliseconds until the next push may be prepared. */
  const waits = async () => {
    const began = performance.now()
    const turn = schedule.turn(() => [])
    await vi.runAllTimersAsync()
    await turn
    return performance.now() - began
  }
  return { schedule, waits, stop }
}

it('keeps three quarters of the commits after each lost race, at least four, and doubles them after each landing', () => {
  const { schedule } = stage()
  expect(schedule.most).toBe(256)
  const sizes = Array.from({ length: 6 }, (_, n) => {
    schedule.raced(n === 0 ? 64 : schedule.most)
    return schedule.most
  })
  expect(sizes).toEqual([48, 36, 27, 20, 15, 11])
  for (let n = 0; n < 9; n += 1) schedule.raced(schedule.most)
  expect(schedule.most).toBe(4)
  schedule.landed(1, 4)
  expect(schedule.most).toBe(8)
  for (let n = 0; n < 9; n += 1) schedule.landed(1, 8)
  expect(schedule.most).toBe(256)
})

it('halves the commits after a refusal by a rule of the remote, down to one', () => {
  const { schedule } = stage()
  schedule.refused(5)
  expect(schedule.most).toBe(3)
  schedule.refused(1)
  expect(schedule.most).toBe(1)
})

it('waits 20 ms longer after each failed attempt in a row, at most 250 ms, and not after a landing', async () => {
  const { schedule, waits } = stage()
  const waited: number[] = []
  for (let n = 0; n < 14; n += 1) {
    schedule.failed()
    waited.push(await waits())
  }
  expect(waited.slice(0, 3)).toEqual([20, 40, 60])
  expect(waited.slice(-2)).toEqual([250, 250])
  expect(await waits()).toBe(0)
  schedule.landed(1, 2)
  schedule.failed()
  expect(await waits()).toBe(20)
})

it('waits at random after a race that another server may have won, and not after one that a person won', async () => {
  const besidePerson = stage(() => null, { people: 0 })
  expect(besidePerson.schedule.raced(8)).toBe(false)
  expect(await besidePerson.waits()).toBe(0)
  const besideServer = stage(() => null, { servers: 0 })
  expect(besideServer.schedule.raced(8)).toBe(true)
  expect(await besideServer.waits()).toBe(20)
})

it('pauses after 16 pushes in a row, and stops waiting when the repository is closed', async () => {
  const { schedule, waits, stop } = stage()
  const waited: number[] = []
  for (let n = 0; n < 16; n += 1) {
    schedule.landed(100, 8)
    waited.push(await waits())
  }
  expect(waited).toEqual([...Array(15).fill(0), 400])
  for (let n = 0; n < 16; n += 1) schedule.landed(100, 8)
  stop.abort()
  const began = performance.now()
  await schedule.turn(() => [])
  expect(performance.now() - began).toBe(0)
})

it('with a push rate limit takes up to 2,000 commits and waits for that limit alone', async () => {
  const { schedule, waits } = stage(() => paced(1))
  expect([schedule.isPaced, schedule.most, schedule.mostWaiting]).toEqual([true, 2000, 2000])
  for (let n = 0; n < 40; n += 1) schedule.landed(100, 8)
  expect(await waits()).toBe(0)
  schedule.begins()
  expect(await waits()).toBe(60_000)
  expect(schedule.pacedMs).toBe(60_000)
})

it('does not delay a request that arrives after the pause', async () => {
  const { schedule, waits } = stage()
  for (let n = 0; n < 16; n += 1) schedule.landed(100, 8)
  await vi.advanceTimersByTimeAsync(200)
  expect(await waits()).toBe(200)
  for (let n = 0; n < 16; n += 1) schedule.landed(100, 8)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await waits()).toBe(0)
})
