import { beforeEach, describe, expect, it } from 'vitest'
import type { PlatformView } from '../src/contract/platform.ts'
import type { Problem } from '../src/contract/problem.ts'
import { type HttpFixture, httpFixture } from './http-fixture.ts'
import { storectlOf } from './storectl-fixture.ts'

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
  it('is refused with the numbers and commits nothing; other changes go on', async () => {
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
    // Gone already: nothing more goes.
    expect((await remove('shop-1')).status).toBe(204)
  })

  it('passes for an admin who types the count and says why, and the commit says so', async () => {
    const why = 'reason=end%20of%20the%20season'
    expect((await remove('shop-4', `?${why}&allowMassDelete=5`)).status).toBe(409)
    const unexplained = await problemIn(await remove('shop-4', '?allowMassDelete=4'))
    expect(unexplained).toMatchObject({ status: 400, errors: [{ pointer: '#/reason' }] })
    expect((await remove('shop-4', `?${why}&allowMassDelete=4`)).status).toBe(204)
    expect(http.repo.landed.at(-1)?.trailers).toEqual({ 'Mass-Delete-Approved-By': 'local' })
    expect(await banners()).toContain('mass_delete_brake')
    // It counts for the next one.
    expect(await problemIn(await remove('shop-5', `?${why}&allowMassDelete=4`))).toMatchObject({
      code: 'mass_delete_brake',
      count: 5,
    })
  })

  it('is refused by whatever way a shop ends: taking a restore back too', async () => {
    await http.post('/api/v1/stores/shop-3/restore', {})
    expect((await remove('shop-4')).status).toBe(409)
    // shop-3 went within the hour already, so that it goes again makes no difference.
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

it('F26 a purge counts like a deletion, and a store once: what was deleted in the hour may be purged in it', async () => {
  const purge = (name: string, more = {}) =>
    http.post(`/api/v1/stores/${name}/purge`, { confirm: name, acknowledgeDataLoss: true, ...more })
  expect((await purge('shop-1')).status).toBe(202)
  const why = '?reason=end%20of%20the%20season&allowMassDelete=4'
  expect((await remove('shop-4', why)).status).toBe(204)
  expect(await problemIn(await purge('shop-2'))).toMatchObject({
    code: 'mass_delete_brake',
    count: 4,
  })
  expect((await purge('shop-2', { allowMassDelete: 4 })).status).toBe(400)
  const approved = { allowMassDelete: 4, reason: 'end of the season' }
  expect((await purge('shop-2', approved)).status).toBe(202)
  expect(http.repo.landed.at(-1)).toMatchObject({
    action: 'purge',
    trailers: { 'Mass-Delete-Approved-By': 'local' },
  })
})

it('F26 storectl purge is refused with the count and passes with it, on the record', async () => {
  const storectl = await storectlOf(http)
  const words = ['purge', 'shop-5', '--yes', '--accept-data-loss']
  await http.post('/api/v1/stores/shop-1/purge', { confirm: 'shop-1', acknowledgeDataLoss: true })
  await remove('shop-4', '?reason=end%20of%20the%20season&allowMassDelete=4')
  await remove('shop-5', '?reason=end%20of%20the%20season&allowMassDelete=5')
  const refused = await storectl(...words)
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('5 stores would')])
  const bare = await storectl(...words, '--allow-mass-delete', '5')
  expect([bare.code, bare.err]).toEqual([1, expect.stringContaining('#/reason')])
  const many = [...words, '--reason', 'end of the season', '--allow-mass-delete']
  expect((await storectl(...many, '6')).code).toBe(4)
  expect((await storectl(...many, 'many')).code).toBe(2)
  expect((await storectl(...many, '5')).code).toBe(0)
  expect(http.repo.landed.at(-1)).toMatchObject({
    ...{ action: 'purge', name: 'shop-5', reason: 'end of the season' },
    trailers: { 'Mass-Delete-Approved-By': 'local' },
  })
})

describe('a release of pushed deletions', () => {
  it('is refused when nothing is held, and for another count', async () => {
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
