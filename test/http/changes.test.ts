import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import type { Change, ChangedStore, Store } from '../../src/contract/store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

let http: HttpFixture
const json = { 'Content-Type': 'application/json' }
const patch = (
  body: unknown,
  headers: Record<string, string> = { 'If-Match': '*' },
  name = 'shop',
) => http.send('PATCH', `/api/v1/stores/${name}`, { ...json, ...headers }, JSON.stringify(body))
const post = (what: string, body: unknown = {}, headers = {}) =>
  http.post(`/api/v1/stores/shop/${what}`, body, headers)
const storeIn = async (reply: Response) => (await reply.json()) as Store
const problemIn = async (reply: Response) => (await reply.json()) as Problem
const committed = () => http.repo.landed.length
const lastText = (path: string) =>
  new TextDecoder().decode(http.repo.landed.at(-1)?.files.get(path) ?? new Uint8Array())

beforeEach(async () => {
  http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop', labels: { tier: 'gold' } })
})

describe('PATCH of a store', () => {
  it('S1-19 applies the patch in one commit whose subject lists the changes', async () => {
    const { etag } = await storeIn(await http.get('/api/v1/stores/shop'))
    const reply = await patch(
      { plan: 'medium', title: 'New', reason: 'sale' },
      { 'If-Match': etag },
    )
    expect(reply.status).toBe(200)
    const store = await storeIn(reply)
    expect(store).toMatchObject({ plan: 'medium', title: 'New' })
    expect(reply.headers.get('ETag')).toBe(store.etag)
    expect(store.etag).not.toBe(etag)
    expect(http.repo.landed.at(-1)).toMatchObject({
      action: 'update',
      facts: expect.arrayContaining(['plan small -> medium', 'title']),
      reason: 'sale',
    })
    // A larger plan grows the volumes, and a smaller one keeps them.
    expect(lastText('store.yaml')).toContain('uploads: 10\n')
    await patch({ plan: 'small' })
    expect(lastText('store.yaml')).toContain('uploads: 10\n')
  })

  it('keeps the size of volumes that cannot be enlarged, with a warning', async () => {
    http = httpFixture(
      {},
      testPlatform((yaml) => yaml.replace('    allowVolumeExpansion: true\n', '')),
    )
    await http.post('/api/v1/stores', { name: 'shop' })
    const reply = await patch({ plan: 'medium' })
    const { plan, warnings } = (await reply.json()) as ChangedStore
    expect([reply.status, plan]).toEqual([200, 'medium'])
    expect(warnings.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['volumes_kept', '#/storage'],
    ])
    expect(lastText('store.yaml')).toContain('uploads: 2\n')
    expect(http.repo.landed.at(-1)?.facts).toEqual([
      'plan small -> medium',
      'volumes keep their size',
    ])
    const refused = await patch({ storage: { uploads: 10 } })
    const problem = await problemIn(refused)
    expect([refused.status, problem.code]).toEqual([422, 'invalid_store'])
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['#/storage/uploads'])
  })

  it('keeps absent members and removes null ones', async () => {
    await patch({ cache: null, labels: null, site: { currency: 'EUR' } })
    expect(lastText('store.yaml')).not.toContain('labels')
    expect(lastText('store.yaml')).toContain('currency: EUR\n')
    expect(lastText('store.yaml')).toContain('country: US\n')
  })

  it('makes no commit if nothing changes', async () => {
    expect((await patch({ plan: 'small' })).status).toBe(200)
    expect(committed()).toBe(1)
  })

  it('requires the current version: 428 without it, 412 with another', async () => {
    const without = await patch({ title: 'x' }, {})
    expect([without.status, (await problemIn(without)).code]).toEqual([
      428,
      'precondition_required',
    ])
    const { etag } = await storeIn(await http.get('/api/v1/stores/shop'))
    await patch({ title: 'first' })
    const stale = await patch({ title: 'second' }, { 'If-Match': etag })
    const problem = await problemIn(stale)
    const now = await storeIn(await http.get('/api/v1/stores/shop'))
    expect([stale.status, problem.code, problem['etag']]).toEqual([
      412,
      'precondition_failed',
      now.etag,
    ])
    expect(now.title).toBe('first')
  })

  it('accepts only one of several requests with the same version', async () => {
    const { etag } = await storeIn(await http.get('/api/v1/stores/shop'))
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((title) => patch({ title }, { 'If-Match': etag })),
    )
    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b)
    expect(statuses).toEqual([200, 412, 412, 412])
  })

  it.each([
    [404, 'store_not_found', { title: 'x' }, 'nobody'],
    [400, 'invalid_request', { name: 'other' }, 'shop'],
    [400, 'invalid_request', { cluster: 'other' }, 'shop'],
    [400, 'invalid_request', { lifecycle: { state: 'purge' } }, 'shop'],
    [400, 'password_not_accepted', { password: 'x' }, 'shop'],
    [422, 'invalid_store', { plan: 'huge' }, 'shop'],
    [422, 'grow_only', { storage: { uploads: 1 } }, 'shop'],
    [422, 'invalid_store', { domains: ['a.127-0-0-1.nip.io'] }, 'shop'],
  ] as const)(
    'answers %i %s, with a pointer, and commits nothing',
    async (status, code, body, name) => {
      const reply = await patch(body, { 'If-Match': '*' }, name)
      const problem = await problemIn(reply)
      expect([reply.status, problem.code]).toEqual([status, code])
      expect(problem.hint.length).toBeGreaterThan(5)
      expect(committed()).toBe(1)
    },
  )

  it('is refused for a store with hand edits, unless it is forced', async () => {
    const record = http.repo.snapshot().stores.get('shop')
    if (record === undefined) throw new Error('no shop')
    http.repo.put({ ...record, manifestsTree: 'f'.repeat(40) })
    const refused = await patch({ title: 'x' })
    expect([refused.status, (await problemIn(refused)).code]).toEqual([409, 'store_modified'])
    expect((await patch({ title: 'x', force: true })).status).toBe(200)
  })
})

describe('the life of a store', () => {
  it('N-04 renders the same bytes after suspend and resume', async () => {
    const before = http.repo.landed.at(-1)?.files
    const suspended = await storeIn(await post('suspend', { reason: 'holiday' }))
    expect([suspended.lifecycle, http.repo.landed.at(-1)?.action]).toEqual(['suspended', 'suspend'])
    expect(lastText('manifests/50-wordpress.yaml')).toContain('replicas: 0\n')
    expect((await post('suspend')).status).toBe(200)
    expect(committed()).toBe(2)
    const resumed = await storeIn(await post('resume'))
    expect(resumed.lifecycle).toBe('active')
    expect(http.repo.landed.at(-1)?.files).toEqual(before)
  })

  it.each(['active', 'suspended'] as const)(
    'restores a deleted store to its earlier state %s',
    async (was) => {
      if (was === 'suspended') await post('suspend')
      await http.send('DELETE', '/api/v1/stores/shop')
      const restored = await storeIn(await post('restore', { reason: 'a mistake' }))
      expect([restored.lifecycle, restored.deletedAt]).toEqual([was, null])
      expect((await post('restore')).status).toBe(200)
      const history = (await (await http.get('/api/v1/stores/shop/history')).json()) as Change[]
      expect(history[0]?.action).toBe('restore')
    },
  )

  it('S1-30 deletes once, then returns 204 without a commit, and 404 for an unknown store', async () => {
    expect((await http.send('DELETE', '/api/v1/stores/shop')).status).toBe(204)
    expect((await http.send('DELETE', '/api/v1/stores/shop')).status).toBe(204)
    expect(committed()).toBe(2)
    expect((await http.send('DELETE', '/api/v1/stores/nobody')).status).toBe(404)
  })

  it('refuses to resume or suspend a deleted store', async () => {
    await http.send('DELETE', '/api/v1/stores/shop')
    for (const step of ['resume', 'suspend']) {
      const refused = await post(step)
      expect([refused.status, (await problemIn(refused)).code]).toEqual([409, 'lifecycle_conflict'])
    }
  })

  it('raises a counter to repeat set-up, rotate passwords or make a backup', async () => {
    for (const [what, line] of [
      ['init', 'retry: 1'],
      ['credentials', 'credentials: 2'],
      ['adminReset', 'adminReset: 1'],
      ['backup', 'backup: 1'],
    ] as const) {
      expect((await post('retry', { what })).status).toBe(200)
      expect(lastText('store.yaml')).toContain(`  ${line}\n`)
      expect(http.repo.landed.at(-1)).toMatchObject({ action: 'retry', facts: [what] })
    }
    expect((await post('retry', { what: 'everything' })).status).toBe(400)
  })

  it('renders over a hand edit, and makes no commit if the files are up to date', async () => {
    expect((await post('render')).status).toBe(200)
    expect(committed()).toBe(1)
    const record = http.repo.snapshot().stores.get('shop')
    if (record === undefined) throw new Error('no shop')
    http.repo.put({ ...record, manifestsTree: 'f'.repeat(40) }, [
      { path: 'store.yaml', content: '# by hand\n' },
    ])
    const rendered = await storeIn(await post('render', { reason: 'undo a hand edit' }))
    expect([rendered.modified, http.repo.landed.at(-1)?.action]).toEqual([false, 'render'])
    expect(lastText('store.yaml')).toMatch(/^# by hand\n/)
  })
})
