import { describe, expect, it } from 'vitest'
import { backoffMs, untilDelivered } from './backoff.ts'

describe('the wait after a failure', () => {
  it('doubles from 1 s to 60 s, and half of it is random', () => {
    const waits = (random: number) =>
      [1, 2, 3, 7, 60, 5000].map((failures) => backoffMs(failures, { random: () => random }))
    expect(waits(0)).toEqual([500, 1000, 2000, 30_000, 30_000, 30_000])
    expect(waits(1)).toEqual([1000, 2000, 4000, 60_000, 60_000, 60_000])
  })
})

describe('attempts', () => {
  const options = { firstMs: 1, random: () => 0 }
  const never = new AbortController().signal

  it('are repeated until one succeeds, and each failure is reported', async () => {
    const results = ['status 500', 'status 404', null, 'too many']
    const failures: string[] = []
    const attempt = async () => results.shift() ?? null
    const isDone = await untilDelivered(
      attempt,
      (reason) => void failures.push(reason),
      () => true,
      never,
      options,
    )
    expect([isDone, failures, results]).toEqual([true, ['status 500', 'status 404'], ['too many']])
  })

  it('end when another server has the turn, or on a shutdown', async () => {
    let attempts = 0
    const failing = async () => {
      attempts += 1
      return 'status 500'
    }
    const mayTry = () => attempts < 2
    expect(await untilDelivered(failing, () => {}, mayTry, never, options)).toBe(false)
    expect(attempts).toBe(2)
    const stop = new AbortController()
    const slow = { firstMs: 60_000, random: () => 0 }
    const waiting = untilDelivered(
      failing,
      () => stop.abort(),
      () => true,
      stop.signal,
      slow,
    )
    expect([await waiting, attempts]).toEqual([false, 3])
  })
})
