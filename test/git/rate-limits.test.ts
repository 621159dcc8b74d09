import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { post, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { hasRedis, type RedisServer, startRedis, unlessRedis } from '../redis-server.ts'
import { certificates } from '../tls.ts'

async function redisServer(...given: Parameters<typeof startRedis>): Promise<RedisServer> {
  const redis = await startRedis(...given)
  onTestFinished(() => redis.close())
  return redis
}

async function server(environment: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(await scratch(), environment)
  onTestFinished(async () => void (await started.end('SIGTERM')))
  return started
}

let made = 0
const create = ({ url }: ServerProcess) =>
  post(url, '/api/v1/stores', { name: `shop-${(made += 1)}` })
const list = ({ url }: ServerProcess) => fetch(`${url}/api/v1/stores`)
const warnings = (one: ServerProcess) =>
  one
    .log()
    .split('\n')
    .filter((line) => line.includes('Redis does not answer'))

/** Sends `total` reads to each server, 20 at a time. Counts the answers by status. */
async function load(servers: readonly ServerProcess[], total: number) {
  const counts: Record<number, number> = {}
  const left = new Map(servers.map((one) => [one, total]))
  const client = async (one: ServerProcess) => {
    for (let n = left.get(one) ?? 0; n > 0; n = left.get(one) ?? 0) {
      left.set(one, n - 1)
      const reply = await list(one)
      await reply.arrayBuffer()
      counts[reply.status] = (counts[reply.status] ?? 0) + 1
    }
  }
  await Promise.all(servers.flatMap((one) => Array.from({ length: 20 }, () => client(one))))
  return counts
}

describe.skipIf(!hasRedis)(`rate limits of two servers with one Redis${unlessRedis}`, () => {
  it('S1-21 the fourth write in a window is 429 on either server, and reads count apart', async () => {
    const { address } = await redisServer()
    const limits = { REDIS_ADDR: address, RATE_LIMIT: '3', RATE_WINDOW: '5m' }
    const [one, two] = await Promise.all([server(limits), server(limits)])
    const allowed = [await create(one), await create(two), await create(two)]
    expect(allowed.map(({ status }) => status)).toEqual([201, 201, 201])
    for (const each of [one, two]) {
      const refused = await create(each)
      expect([refused.status, refused.headers.get('RateLimit-Policy')]).toEqual([
        429,
        '"write";q=3;w=300',
      ])
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(200)
      expect(await refused.json()).toMatchObject({
        code: 'rate_limited',
        error: 'rate limit exceeded',
      })
      expect((await list(each)).status).toBe(200)
    }
    expect([...warnings(one), ...warnings(two)]).toEqual([])
  })

  it('S1-21 F22 Redis killed under load leaves half on each server and no 5xx, and is shared again when it is back', async () => {
    const redis = await redisServer()
    const limits = { REDIS_ADDR: redis.address, RATE_LIMIT_READ: '100', RATE_WINDOW: '1h' }
    const [one, two] = await Promise.all([server(limits), server(limits)])
    expect(await load([one, two], 30)).toEqual({ 200: 60 })

    const busy = load([one, two], 500)
    await redis.kill()
    const during = await busy
    expect(Object.keys(during)).toEqual(['200', '429'])
    // At most the rest of the shared bucket, and half on each server.
    expect(during[200]).toBeGreaterThanOrEqual(100)
    expect(during[200]).toBeLessThanOrEqual(40 + 50 + 50)
    expect(await load([one, two], 60)).toEqual({ 429: 120 })
    expect((await list(one)).headers.get('RateLimit-Policy')).toBe('"read";q=50;w=3600')
    expect([warnings(one).length, warnings(two).length]).toEqual([1, 1])

    await redis.start()
    for (const each of [one, two]) {
      await expect
        .poll(async () => (await list(each)).headers.get('RateLimit-Policy'))
        .toBe('"read";q=100;w=3600')
    }
    const again = await load([one, two], 100)
    expect(again[200]).toBeGreaterThan(80)
    expect(again[200]).toBeLessThanOrEqual(100)
    expect(Object.keys(again)).toEqual(['200', '429'])
    expect(one.log()).toContain('Redis answers again')
  })

  it('F22 a Redis that hangs slows requests down once, and none fails', async () => {
    const redis = await redisServer()
    const one = await server({ REDIS_ADDR: redis.address, RATE_LIMIT_READ: '1000000' })
    await load([one], 20)
    redis.pause()
    const began = performance.now()
    expect(await load([one], 200)).toEqual({ 200: 200 })
    expect(performance.now() - began).toBeLessThan(5000)
    redis.resume()
    await expect
      .poll(async () => (await list(one)).headers.get('RateLimit-Policy'))
      .toContain('q=1000000')
  })

  it('Redis is used over TLS with a password, if its certificate is trusted', async () => {
    const { authority, cert, key } = certificates('IP:127.0.0.1')
    const folder = await scratch()
    for (const [name, text] of Object.entries({ authority, cert, key })) {
      await writeFile(join(folder, name), text)
    }
    const { address } = await redisServer(['--requirepass', 'of-sixteen-chars'], folder)
    const shared = {
      REDIS_ADDR: address,
      REDIS_TLS: 'true',
      REDIS_PASSWORD: 'of-sixteen-chars',
      RATE_LIMIT_READ: '3',
    }
    const trusting = await server({ ...shared, NODE_EXTRA_CA_CERTS: join(folder, 'authority') })
    expect((await list(trusting)).headers.get('RateLimit')).toContain('"read";r=2')
    expect(warnings(trusting)).toEqual([])
    const wary = await server(shared)
    expect((await list(wary)).headers.get('RateLimit-Policy')).toContain('"read";q=2')
    expect(warnings(wary).join()).toMatch(/certificate/)
    expect(trusting.log() + wary.log()).not.toContain('of-sixteen-chars')
  })
})
