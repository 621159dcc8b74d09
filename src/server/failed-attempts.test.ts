import { describe, expect, it } from 'vitest'
import { failedAttempts } from './failed-attempts.ts'

function fixture() {
  let at = 0
  const attempts = failedAttempts(() => at)
  const fail = (peer: string, times: number) =>
    Array.from({ length: times }, () => attempts.failed(peer))
  return { attempts, fail, pass: (ms: number) => (at += ms) }
}

describe('failedAttempts', () => {
  it('refuses a peer after ten wrong tokens, until a minute has passed since the first', () => {
    const { attempts, fail, pass } = fixture()
    expect(fail('10.0.0.1', 9)).toEqual(Array.from({ length: 9 }, () => false))
    expect(attempts.refusedFor('10.0.0.1')).toBe(0)
    pass(10_000)
    expect(fail('10.0.0.1', 1)).toEqual([true])
    expect(attempts.refusedFor('10.0.0.1')).toBe(50)
    pass(50_000)
    expect(attempts.refusedFor('10.0.0.1')).toBe(0)
    expect(fail('10.0.0.1', 1)).toEqual([false])
  })

  it('refuses no other peer', () => {
    const { attempts, fail } = fixture()
    fail('10.0.0.1', 10)
    expect(attempts.refusedFor('10.0.0.2')).toBe(0)
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '::2', true],
    ['2001::7:1:2:3:4', '2001:0:0:7::1', true],
    ['2001::7:1:2:3:4', '2001::8:1:2:3:4', false],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
  ])('counts %s and %s as one peer: %s', (one, other, same) => {
    const { attempts, fail } = fixture()
    fail(one, 10)
    expect(attempts.refusedFor(other) > 0).toBe(same)
  })

  it('forgets the oldest of more than 10,000 peers', () => {
    const { attempts, fail } = fixture()
    fail('first', 10)
    for (let n = 0; n < 10_000; n += 1) fail(`peer-${n}`, 1)
    expect(attempts.refusedFor('first')).toBe(0)
  })
})
