import { expect, it } from 'vitest'
import type { Summary } from '../../src/contract/summary.ts'
import { httpFixture } from './fixture.ts'

it('counts stores by facet, each without its own filter, and deleted stores only on request', async () => {
  const http = httpFixture()
  for (const [name, plan, team] of [
    ['one', 'small', 'default'],
    ['two', 'medium', 'default'],
    ['three', 'medium', 'acme'],
    ['four', 'small', 'acme'],
  ]) {
    await http.post('/api/v1/stores', { name, plan, team })
  }
  await http.send('DELETE', '/api/v1/stores/four')
  const get = async (query = '') =>
    (await (await http.get(`/api/v1/summary${query}`)).json()) as Summary
  const all = await get()
  expect([all.total, all.matched, all.capacity.stores]).toEqual([3, 3, 3])
  expect(all.facets).toMatchObject({
    plan: { small: 1, medium: 2 },
    team: { default: 2, acme: 1 },
    release: { '2026.11': 3 },
  })
  const some = await get('?plan=medium&namespace=acme')
  expect([some.total, some.matched]).toEqual([3, 1])
  expect(some.facets).toMatchObject({ plan: { medium: 1 }, team: { default: 1, acme: 1 } })
  expect(some.unfiltered.facets).toEqual(all.facets)
  expect((await get('?deleted=include')).facets.plan).toEqual({ small: 2, medium: 2 })
  expect((await get('?deleted=only')).matched).toBe(1)
  expect((await http.get('/api/v1/summary?limit=3')).status).toBe(400)
})
