import { beforeEach, describe, expect, it } from 'vitest'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { storectlOf } from '../storectl-fixture.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

let http: HttpFixture
const remove = (name: string, query = '') => http.send('DELETE', `/api/v1/stores/${name}${query}`)
const problemIn = async (reply: Response) => (await reply.json()) as Problem
const banners = async () =>
  ((await (await http.get('/api/v1/platform')).json()) as PlatformView).banners.map(
    ({ code }) => code,
  )

beforeEach(async () => {
  http = httpFixture()
  for (let n = 1; n <= 6; n += 1) await http.post('/api/v1/stores', { name: `shop-${n}` })
  for (let n = 1; n <= 3; n += 1) await remove(`shop-${n}`)
})

describe('F26 the fourth deletion within the hour', () => {
  it('N-06 is refused with the numbers and without a commit, while other changes are accepted', async () => {
    const landed = http.repo.landed.length
    expect(landed).toBe(9)
    const reply = await remove('shop-4')
    const problem = await problemIn(reply)
    expect([reply.status, problem.code]).toEqual([409, 'mass_delete_brake'])
    expect(problem).toMatchObject({ count: 4, limit: 3, windowMinutes: 60 })
    expect(problem.hint).toContain('allowMassDelete')
    expect(http.repo.landed).toHaveLength(landed)
    expect(await banners()).not.toContain('mass_delete_brake')
    expect((await http.post('/api/v1/stores/shop-4/suspend', {})).status).toBe(200)
    // Deleted already, so it does not count again.
    expect((await remove('shop-1')).status).toBe(204)
  })

  it('is accepted with the exact count and a reason, and the commit names the admin', async () => {
    const why = 'reason=end%20of%20the%20season'
    expect((await remove('shop-4', `?${why}&allowMassDelete=5`)).status).toBe(409)
    const unexplained = await problemIn(await remove('shop-4', '?allowMassDelete=4'))
    expect(unexplained).toMatchObject({ status: 400, errors: [{ pointer: '#/reason' }] })
    expect((await remove('shop-4', `?${why}&allowMassDelete=4`)).status).toBe(204)
    expect(http.repo.landed.at(-1)?.trailers).toEqual({ 'Mass-Delete-Approved-By': 'local' })
    expect(await banners()).toContain('mass_delete_brake')
    // It counts towards the next deletion.
    expect(await problemIn(await remove('shop-5', `?${why}&allowMassDelete=4`))).toMatchObject({
      code: 'mass_delete_brake',
      count: 5,
    })
  })

  it('is refused for a revert of a restore too, unless the store was counted already', async () => {
    await http.post('/api/v1/stores/shop-3/restore', {})
    expect((await remove('shop-4')).status).toBe(409)
    // shop-3 was deleted within the hour already, so deleting it again does not count.
    const [restored] = (await (await http.get('/api/v1/stores/shop-3/history')).json()) as {
      commit: string
    }[]
    const body = { commit: restored?.commit, reason: 'it was right to delete it' }
    expect((await http.post('/api/v1/stores/shop-3/revert', body)).status).toBe(200)
    expect(http.repo.landed.at(-1)).toMatchObject({
      action: 'revert',
      trailers: { Lifecycle: 'deleted' },
    })
  })
})

it('F26 any number of deleted stores may be purged, because each counted when it was deleted', async () => {
  const why = (count: number) => `?reason=end%20of%20the%20season&allowMassDelete=${count}`
  expect((await remove('shop-4', why(4))).status).toBe(204)
  for (const name of ['shop-1', 'shop-2', 'shop-3', 'shop-4']) {
    const body = { confirm: name, acknowledgeDataLoss: true }
    expect((await http.post(`/api/v1/stores/${name}/purge`, body)).status, name).toBe(202)
    expect(http.repo.landed.at(-1)?.trailers).toEqual({})
  }
  // Four stores count, not eight.
  expect(await problemIn(await remove('shop-5'))).toMatchObject({
    code: 'mass_delete_brake',
    count: 5,
  })
})

it('F26 storectl purge needs no count, because the store counted when it was deleted', async () => {
  const storectl = await storectlOf(http)
  const words = ['purge', 'shop-5', '--yes', '--accept-data-loss']
  await remove('shop-4', '?reason=end%20of%20the%20season&allowMassDelete=4')
  await remove('shop-5', '?reason=end%20of%20the%20season&allowMassDelete=5')
  expect((await storectl(...words, '--allow-mass-delete', 'many')).code).toBe(2)
  expect((await storectl(...words)).code).toBe(0)
  expect(http.repo.landed.at(-1)).toMatchObject({ action: 'purge', name: 'shop-5', trailers: {} })
})

it('F26 a deletion that was pushed and is held cannot be purged past the limit', async () => {
  const record = http.repo.snapshot().stores.get('shop-5')!
  const lifecycle = { state: 'deleted' as const, since: '2026-11-24T12:00:00Z' }
  const last = { ...record.last, requestId: null }
  http.repo.put({ ...record, intent: { ...record.intent!, lifecycle }, last })
  const landed = http.repo.landed.length
  const body = { confirm: 'shop-5', acknowledgeDataLoss: true }
  const reply = await http.post('/api/v1/stores/shop-5/purge', body)
  expect([reply.status, (await problemIn(reply)).code]).toEqual([409, 'lifecycle_conflict'])
  expect(http.repo.landed).toHaveLength(landed)
})

describe('a release of pushed deletions', () => {
  it('is refused if nothing is held or the count differs', async () => {
    const ask = (count: number) =>
      http.post('/api/v1/repository/release-deletions', { count, reason: 'really, all of them' })
    expect(await problemIn(await ask(3))).toMatchObject({ status: 409, code: 'conflict' })
    expect((await http.post('/api/v1/repository/release-deletions', { count: 3 })).status).toBe(400)
    http.repo.drop('shop-4')
    expect(await problemIn(await ask(3))).toMatchObject({ code: 'mass_delete_brake', count: 4 })
    const none = await problemIn(await ask(4))
    expect([none.code, none.hint]).toEqual(['conflict', expect.stringContaining('allowMassDelete')])
  })
})
