import { describe, expect, it, onTestFinished } from 'vitest'
import { sharedLimits } from '../../src/adapters/limits/shared-limits.ts'
import { redisCheck } from '../../src/server/checks/redis-check.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { hasRedis, startRedis, unlessRedis } from '../redis-server.ts'

const NONE = { address: 0, read: 0, preview: 0, write: 0, creates: 0 }

async function redisServer(options: readonly string[] = []) {
  const redis = await startRedis(options)
  onTestFinished(() => redis.close())
  return redis
}

async function server(address: string, change: Partial<typeof NONE> = {}, password?: string) {
  const [host = '', port] = address.split(':')
  const log = memoryLog()
  let fallbacks = 0
  const limits = await sharedLimits({
    limits: { ...NONE, write: 5, ...change },
    windowSeconds: 60,
    redis: { host, port: Number(port), password: password ?? null, tls: false },
    log,
    onFallback: () => (fallbacks += 1),
  })
  onTestFinished(() => limits.close())
  const allowed = async (count: number, subject = 'ada') => {
    let passed = 0
    for (let n = 0; n < count; n += 1) {
      if ((await limits.count('write', subject))?.isAllowed === true) passed += 1
    }
    return passed
  }
  return { limits, log, allowed, fallbacks: () => fallbacks }
}

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(!hasRedis)(`limits in Redis${unlessRedis}`, () => {
  it('S1-21 two servers share one bucket per identity', async () => {
    const redis = await redisServer()
    const [one, two] = await Promise.all([server(redis.address), server(redis.address)])
    expect([await one.allowed(3), await two.allowed(4), await one.allowed(2)]).toEqual([3, 2, 0])
    expect(await two.allowed(1, 'bob')).toBe(1)
    expect(await two.limits.count('write', 'bob')).toMatchObject({
      limit: 5,
      windowSeconds: 60,
      remaining: 3,
      isAllowed: true,
    })
    expect(await one.limits.count('read', 'ada')).toBeNull()
    expect([one.fallbacks(), one.log.lines]).toEqual([0, []])
  })

  it('all identities of all servers share the creates', async () => {
    const redis = await redisServer()
    const [one, two] = await Promise.all([
      server(redis.address, { creates: 2 }),
      server(redis.address, { creates: 2 }),
    ])
    const counts = [
      await one.limits.count('creates', 'ada'),
      await two.limits.count('creates', 'bob'),
      await one.limits.count('creates', 'eve'),
    ]
    expect(counts.map((counted) => counted?.isAllowed)).toEqual([true, true, false])
  })

  it('F22 a killed Redis leaves half of the limit, and one that is back is shared again', async () => {
    const redis = await redisServer()
    const [one, two] = await Promise.all([server(redis.address), server(redis.address)])
    expect(await one.allowed(1)).toBe(1)
    const check = () =>
      redisCheck({ config: { redisAddr: { host: '', port: 0 } }, limits: one.limits })
    expect(await check()).toMatchObject({ level: 'ok' })
    await redis.kill()
    expect(await one.allowed(10)).toBe(3)
    expect((await check()).level).toBe('warn')
    await expect.poll(async () => (await check()).detail).toContain('ECONNREFUSED')
    expect(await one.limits.count('write', 'bob')).toMatchObject({ limit: 3, remaining: 2 })
    expect(one.fallbacks()).toBe(11)
    expect(one.log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringContaining('at half the limits')],
    ])
    await redis.start()
    await expect
      .poll(async () => (await one.limits.count('write', 'eve'))?.limit, { timeout: 10_000 })
      .toBe(5)
    await expect
      .poll(async () => (await two.limits.count('write', 'eve'))?.limit, { timeout: 10_000 })
      .toBe(5)
    expect([await one.allowed(3, 'new'), await two.allowed(4, 'new')]).toEqual([3, 2])
    expect(one.log.lines.at(-1)?.message).toContain('Redis answers again')
  })

  it('F22 a Redis that hangs delays a request by at most a quarter of a second', async () => {
    const redis = await redisServer()
    const one = await server(redis.address, { write: 1000 })
    await one.allowed(1)
    redis.pause()
    const slowest = { ms: 0 }
    let delayed = 0
    for (let n = 0; n < 100; n += 1) {
      const began = performance.now()
      expect((await one.limits.count('write', 'ada'))?.isAllowed).toBe(true)
      const ms = performance.now() - began
      slowest.ms = Math.max(slowest.ms, ms)
      if (ms > 100) delayed += 1
    }
    expect(slowest.ms).toBeLessThan(600)
    expect(delayed).toBeLessThanOrEqual(2)
    await settle(3000)
    redis.resume()
    await expect
      .poll(async () => (await one.limits.count('write', 'ada'))?.limit, { timeout: 10_000 })
      .toBe(1000)
  }, 30_000)

  it('a Redis that is down at the start leaves half, and is used when it comes', async () => {
    const redis = await redisServer()
    await redis.kill()
    const one = await server(redis.address)
    expect(one.log.lines.map(({ level }) => level)).toEqual(['warn'])
    expect(await one.allowed(10)).toBe(3)
    await redis.start()
    await expect
      .poll(async () => (await one.limits.count('write', 'eve'))?.limit, { timeout: 10_000 })
      .toBe(5)
  })

  it('F22 a full Redis leaves half, and the log has the reason', async () => {
    const redis = await redisServer(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    const one = await server(redis.address)
    expect(await one.allowed(10)).toBe(3)
    expect(JSON.stringify(one.log.lines)).toContain('OOM')
  })

  it('a wrong password leaves half, and the log has the reason without the password', async () => {
    const redis = await redisServer(['--requirepass', 'the-right-one'])
    const right = await server(redis.address, {}, 'the-right-one')
    expect([await right.allowed(10), right.log.lines]).toEqual([5, []])
    const wrong = await server(redis.address, {}, 'CANARY7')
    expect(await wrong.allowed(10)).toBe(3)
    const text = JSON.stringify(wrong.log.lines)
    expect(text).toContain('WRONGPASS')
    expect(text).not.toContain('CANARY7')
  })
})
