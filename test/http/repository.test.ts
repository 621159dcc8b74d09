import { expect, it } from 'vitest'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { httpFixture } from './fixture.ts'

const PATH = '/api/v1/repository/accept-rewrite'
const HEAD = 'a'.repeat(40)
const reason = 'restored from the backup of Monday'
const vanished = [{ team: 'acme', name: 'shop-1' }]

it('F16 shows the stores that a rewrite lost, and continues once that head is accepted', async () => {
  const { repo, get, post } = httpFixture()
  repo.setState({ blockedBy: 'history_rewritten', rewrite: { head: HEAD, vanished } })
  const platform = (await (await get('/api/v1/platform')).json()) as PlatformView
  expect([platform.readOnly, platform.rewrite]).toEqual([true, { head: HEAD, vanished }])
  expect(platform.banners[0]).toMatchObject({ code: 'history_rewritten' })
  const other = await post(PATH, { expectedHead: 'b'.repeat(40), reason })
  expect([other.status, ((await other.json()) as Problem).code]).toEqual([409, 'conflict'])
  const accepted = await post(PATH, { expectedHead: HEAD, reason })
  expect([accepted.status, await accepted.json()]).toEqual([200, { revision: HEAD, vanished }])
  const after = (await (await get('/api/v1/platform')).json()) as PlatformView
  expect([after.readOnly, after.rewrite]).toEqual([false, null])
})

it.each([
  [{ expectedHead: HEAD }, '#/reason'],
  [{ expectedHead: HEAD, reason: 'short' }, '#/reason'],
  [{ expectedHead: 'main', reason }, '#/expectedHead'],
  [{ expectedHead: HEAD, reason, force: true }, '#/force'],
])('refuses %j with the pointer %s', async (body, pointer) => {
  const reply = await httpFixture().post(PATH, body)
  const problem = (await reply.json()) as Problem
  expect([reply.status, problem.code]).toEqual([400, 'invalid_request'])
  expect(problem.errors?.map((each) => each.pointer)).toContain(pointer)
})

it('F30 names acknowledged stores that the branch lost', async () => {
  const { repo, get } = httpFixture()
  repo.setState({ lost: vanished })
  const platform = (await (await get('/api/v1/platform')).json()) as PlatformView
  expect(platform.lost).toEqual(vanished)
  expect(platform.banners).toContainEqual(
    expect.objectContaining({
      code: 'store_lost',
      message: expect.stringContaining('acme/shop-1'),
    }),
  )
})

it('reports in Server-Timing how long a write took and how long the push limit delayed it', async () => {
  const reply = await httpFixture().post('/api/v1/stores', { name: 'shop-1' })
  expect(reply.headers.get('Server-Timing')).toMatch(/^write;dur=[\d.]+, pace;dur=[\d.]+$/)
})

it('T10 creates a store named constructor like any other', async () => {
  const reply = await httpFixture().post('/api/v1/stores', { name: 'constructor' })
  expect(reply.status).toBe(201)
})
