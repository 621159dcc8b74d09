import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import type { Store } from '../../src/contract/store.ts'
import { noMetrics } from '../../src/domain/metrics.ts'
import { openLimits } from '../../src/server/limits.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { httpFixture } from '../http/fixture.ts'

const STORES = '/api/v1/stores'

async function limits(rateLimit: number) {
  const settings = {
    rateLimit,
    rateLimitRead: null,
    rateLimitCreates: null,
    rateLimitAddress: null,
  }
  const redis = { redisAddr: null, redisPassword: null, redisTls: false }
  const access = { tokensFile: null, oidcIssuer: null, rateWindow: 60_000 }
  return openLimits({ ...settings, ...redis, ...access }, memoryLog(), noMetrics)
}

describe('errors', () => {
  it('S1-31 have the member error at 400, 404, 409, 429 and 500, and two texts of the first platform', async () => {
    const http = httpFixture({ limits: await limits(3) })
    await http.post(STORES, { name: 'shop' })
    const replies = [
      await http.post(STORES, { name: 'Not Valid' }),
      await http.get(`${STORES}/none`),
      await http.post(STORES, { name: 'shop' }),
      await http.post(STORES, { name: 'late' }),
    ]
    const broken = httpFixture()
    broken.repo.audit = () => {
      throw new Error('a fault of the program')
    }
    replies.push(await broken.get('/api/v1/audit'))
    const problems = await Promise.all(replies.map(async (each) => (await each.json()) as Problem))
    expect(replies.map(({ status }) => status)).toEqual([400, 404, 409, 429, 500])
    expect(problems.map(({ error }) => error)).toEqual(problems.map(({ detail }) => detail))
    expect(problems[2]?.error).toBe('store already exists')
    expect(problems[3]?.error).toBe('rate limit exceeded')
    expect(JSON.stringify(problems[4])).not.toContain('fault of the program')
  })
})

describe('a store', () => {
  it('S1-29 is 404 only if it is absent, and 200 with stale while Argo CD does not answer', async () => {
    const at = Date.parse('2026-11-24T12:00:00Z')
    const applications = fakeApplications(() => at)
    const http = httpFixture({ applications })
    await http.post(STORES, { name: 'shop' })
    applications.silentSince(at - 3_600_000)
    const reply = await http.get(`${STORES}/shop`)
    expect(reply.status).toBe(200)
    expect(((await reply.json()) as Store).stale).toBe(true)
    expect((await http.get(`${STORES}/none`)).status).toBe(404)
  })
})
