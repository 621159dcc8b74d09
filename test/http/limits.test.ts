import { expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import type { Store } from '../../src/contract/store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { httpFixture } from './fixture.ts'

const json = { 'Content-Type': 'application/json', 'If-Match': '*' }

it('S2-42 enforces the limits of platform, team, plan and cluster on create, restore and change of plan', async () => {
  const http = httpFixture(
    {},
    testPlatform((yaml) =>
      yaml
        .replace('maxStores: 20000', 'maxStores: 5\n  plans: {large: 1, medium: 0}')
        .replace('title: Acme', 'title: Acme\n    maxStores: 2')
        .replace('clusters:\n', 'clusters:\n  second:\n    maxStores: 1\n'),
    ),
  )
  const create = (name: string, more = {}) => http.post('/api/v1/stores', { name, ...more })
  const plan = (name: string, to: string) =>
    http.send('PATCH', `/api/v1/stores/${name}`, json, JSON.stringify({ plan: to }))
  const refused = async (attempt: Promise<Response>, scope: string, limit: number) => {
    const reply = await attempt
    const problem = (await reply.json()) as Problem
    expect([reply.status, problem.code, problem['scope'], problem['limit']]).toEqual([
      ...[409, 'store_limit_reached', scope, limit],
    ])
  }
  expect((await create('a', { team: 'acme', plan: 'large' })).status).toBe(201)
  await refused(create('b', { plan: 'large' }), 'plan', 1)
  await refused(create('b', { plan: 'medium' }), 'plan', 0)
  expect((await create('b', { cluster: 'second' })).status).toBe(201)
  await refused(create('c', { cluster: 'second' }), 'cluster', 1)
  await refused(plan('b', 'large'), 'plan', 1)
  expect((await plan('a', 'small')).status).toBe(200)
  expect((await plan('b', 'large')).status).toBe(200)
  await refused(plan('a', 'large'), 'plan', 1)
  expect((await create('c', { team: 'acme' })).status).toBe(201)
  await refused(create('d', { team: 'acme' }), 'team', 2)
  for (const name of ['d', 'e']) expect((await create(name)).status).toBe(201)
  await refused(create('f'), 'platform', 5)
  // A deleted store frees its place. If another store takes the place, the deleted one cannot be restored.
  await http.send('DELETE', '/api/v1/stores/b')
  expect((await create('f', { plan: 'large' })).status).toBe(201)
  await refused(http.post('/api/v1/stores/b/restore', {}), 'platform', 5)
  await http.send('DELETE', '/api/v1/stores/e')
  await refused(http.post('/api/v1/stores/b/restore', {}), 'plan', 1)
})

it('S2-40 accepts a store that must wait, reports it in the preview, and commits the previewed bytes', async () => {
  const http = httpFixture(
    {},
    testPlatform((yaml) => yaml.replace('provisioning: 0', 'provisioning: 2')),
  )
  for (const name of ['a', 'b']) await http.post('/api/v1/stores', { name })
  const preview = (await (await http.post('/api/v1/stores:preview', { name: 'c' })).json()) as {
    warnings: { code: string }[]
    files: { path: string; content: string }[]
  }
  expect(preview.warnings.map(({ code }) => code)).toEqual(['queued'])
  const reply = await http.post('/api/v1/stores', { name: 'c' })
  expect([reply.status, ((await reply.json()) as Store).status]).toEqual([201, 'Provisioning'])
  const committed = http.repo.landed.at(-1)?.files
  for (const { path, content } of preview.files) {
    expect(new TextDecoder().decode(committed?.get(path)), path).toBe(content)
  }
  // Suspending or deleting a queued store takes effect at once. Resumed or restored, it is queued again.
  const app = () => new TextDecoder().decode(http.repo.landed.at(-1)?.files.get('app.json'))
  expect(app()).toContain('"autoSync": false')
  for (const [ends, begins] of [
    ['suspend', 'resume'],
    ['delete', 'restore'],
  ]) {
    if (ends === 'delete') await http.send('DELETE', '/api/v1/stores/c')
    else await http.post(`/api/v1/stores/c/${ends}`, {})
    expect(app(), ends).toContain('"autoSync": true')
    expect((await http.post(`/api/v1/stores/c/${begins}`, {})).status).toBe(200)
    expect(app(), begins).toContain('"autoSync": false')
  }
  // A store without auto-sync is never queued.
  await http.post('/api/v1/stores', { name: 'd', autoSync: false })
  const text = new TextDecoder().decode(http.repo.landed.at(-1)?.files.get('store.yaml'))
  expect(text).not.toContain('queued')
})
