import { expect, it } from 'vitest'
import type { Operation } from '../../src/contract/operation.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { httpFixture } from './fixture.ts'

it('GET /operations lists landed requests, newest first, by store and state, and an unknown id is 404', async () => {
  const http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
  await http.post('/api/v1/stores', { name: 'other' })
  await http.post('/api/v1/stores/shop/suspend', {})
  const list = async (query = '') =>
    (await (await http.get(`/api/v1/operations${query}`)).json()) as Operation[]
  const kinds = (operations: Operation[]) => operations.map(({ kind, stores }) => [kind, ...stores])
  expect(kinds(await list())).toEqual([
    ['suspend', 'shop'],
    ['create', 'other'],
    ['create', 'shop'],
  ])
  expect(kinds(await list('?store=shop&limit=1'))).toEqual([['suspend', 'shop']])
  // A change that a later one superseded counts as live.
  expect(kinds(await list('?state=Live'))).toEqual([['create', 'shop']])
  const [newest] = await list()
  expect(await (await http.get(`/api/v1/operations/${newest?.id}`)).json()).toEqual(newest)
  const unknown = await http.get('/api/v1/operations/01JZZZZZZZZZZZZZZZZZZZZZZZ')
  expect([unknown.status, ((await unknown.json()) as Problem).code]).toEqual([
    ...[404, 'operation_not_found'],
  ])
  expect((await http.get('/api/v1/operations?state=gone')).status).toBe(400)
})
