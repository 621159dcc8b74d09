import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import type { Reverted } from '../../src/contract/revert.ts'
import type { Change } from '../../src/contract/store.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { PLATFORM_YAML, testPlatform } from '../../src/testing/platform.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const SHOP = '/api/v1/stores/shop'
const reason = 'the sale is over'
const release = /  "2026\.11":\n[\s\S]*/.exec(PLATFORM_YAML)?.[0] ?? ''
const newer = release.replace('2026.11', '2026.12').replace('mariadb: "11.8"', 'mariadb: "12.0"')
const later = release.replace('2026.11', '2026.13')

let fixture: HttpFixture
let repo: MemoryRepo
beforeEach(async () => {
  repo = memoryRepo(testPlatform((yaml) => yaml + newer + later))
  fixture = httpFixture({ repo })
  await fixture.post('/api/v1/stores', { name: 'shop', release: '2026.11' })
})
const set = (body: object) =>
  fixture.send(
    'PATCH',
    SHOP,
    { 'Content-Type': 'application/json', 'If-Match': '*' },
    JSON.stringify(body),
  )
const intent = () => repo.snapshot().stores.get('shop')!.intent!
const history = async () => (await (await fixture.get(`${SHOP}/history`)).json()) as Change[]
const newest = async () => (await history())[0]!.commit
const revert = (body: object) => fixture.post(`${SHOP}/revert`, { reason, ...body })
const done = async (body: object) => (await (await revert(body)).json()) as Reverted
const problem = async (body: object) => (await (await revert(body)).json()) as Problem

describe('undo', () => {
  it('undoes one change and keeps later ones', async () => {
    await set({ title: 'Sale', labels: { tier: 'gold' } })
    const commit = await newest()
    await set({ site: { currency: 'EUR' } })
    const { changes, warnings, store } = await done({ commit })
    expect(changes).toEqual([
      { pointer: '#/title', from: 'Sale', to: 'shop' },
      { pointer: '#/labels/tier', from: 'gold', to: null },
    ])
    expect([warnings, store.title]).toEqual([[], 'shop'])
    expect(intent()).toMatchObject({ title: 'shop', site: { currency: 'EUR' } })
    expect(intent()).not.toHaveProperty('labels')
    expect(repo.landed.at(-1)).toMatchObject({
      action: 'revert',
      reason,
      trailers: { Reverts: commit },
    })
  })

  it('can itself be undone', async () => {
    await set({ title: 'Sale' })
    await done({ commit: await newest() })
    await done({ commit: await newest() })
    expect(intent().title).toBe('Sale')
  })

  it('is refused with the pointer if a later change set the same member', async () => {
    await set({ title: 'one', cache: false })
    const commit = await newest()
    await set({ title: 'two' })
    const refused = await problem({ commit })
    expect(refused).toMatchObject({ status: 409, code: 'revert_conflict' })
    expect(refused.errors).toEqual([{ pointer: '#/title', detail: 'was changed again since' }])
    expect(refused.hint).toContain('restore-to')
    expect(intent().title).toBe('two')
  })

  it('of a plan keeps the volumes, with a warning', async () => {
    await set({ plan: 'medium' })
    const { storage } = intent()
    const { warnings } = await done({ commit: await newest() })
    expect(intent()).toMatchObject({ plan: 'small', storage })
    expect(warnings.map(({ code }) => code)).toEqual(['volumes_kept'])
  })

  it('of a larger volume is refused, because volumes never shrink', async () => {
    await set({ storage: { uploads: 20 } })
    expect(await problem({ commit: await newest() })).toMatchObject({
      status: 422,
      code: 'grow_only',
    })
  })

  it('S2-31 of a release is allowed, but not across a database upgrade, which offers alternatives', async () => {
    await set({ release: '2026.13' })
    await done({ commit: await newest() })
    expect(intent().release).toBe('2026.11')
    await set({ release: '2026.12' })
    const refused = await problem({ commit: await newest() })
    expect(refused).toMatchObject({
      status: 409,
      code: 'revert_crosses_schema',
      offers: ['roll_forward', 'restore_point'],
    })
    expect(refused.errors?.[0]?.detail).toContain('mariadb')
    expect(intent().release).toBe('2026.12')
    expect((await history()).map(({ action }) => action)).toEqual([
      ...['update', 'revert', 'update', 'create'],
    ])
  })

  it.each(['suspend', 'delete'])('of a %s restores the earlier intent', async (what) => {
    const before = intent()
    if (what === 'delete') await fixture.send('DELETE', SHOP)
    else await fixture.post(`${SHOP}/suspend`, {})
    await done({ commit: await newest() })
    expect(intent()).toEqual(before)
  })

  it('of a retry changes nothing, with a warning', async () => {
    await fixture.post(`${SHOP}/retry`, { what: 'init' })
    const landed = repo.landed.length
    const { commit, changes, warnings } = await done({ commit: await newest() })
    expect([commit, changes, warnings.map(({ code }) => code)]).toEqual([
      ...[null, [], ['counters_kept']],
    ])
    expect(repo.landed).toHaveLength(landed)
  })

  it('of the creation is refused', async () => {
    expect(await problem({ commit: await newest() })).toMatchObject({ code: 'revert_conflict' })
  })
})

describe('restore-to', () => {
  it('restores the intent, except for counters and larger volumes', async () => {
    await set({ title: 'one' })
    const commit = await newest()
    await set({ title: 'two', plan: 'medium' })
    await fixture.post(`${SHOP}/retry`, { what: 'credentials' })
    await fixture.post(`${SHOP}/suspend`, {})
    const { storage, nonce } = intent()
    const { warnings } = await done({ commit, mode: 'restore-to' })
    expect(intent()).toMatchObject({
      title: 'one',
      plan: 'small',
      lifecycle: { state: 'active' },
      storage,
      nonce,
    })
    expect(warnings.map(({ code }) => code)).toEqual(['counters_kept', 'volumes_kept'])
  })

  it('can restore the state at creation', async () => {
    const commit = await newest()
    const before = intent()
    await set({ title: 'one', cache: false, labels: { a: 'b' } })
    await done({ commit, mode: 'restore-to' })
    expect(intent()).toEqual(before)
  })
})

describe('a revert', () => {
  it('with dryRun lists the changes and commits nothing', async () => {
    await set({ title: 'Sale' })
    const { length } = repo.landed
    const { commit, changes } = await done({ commit: await newest(), dryRun: true })
    expect([commit, changes]).toEqual([null, [{ pointer: '#/title', from: 'Sale', to: 'shop' }]])
    expect(repo.landed).toHaveLength(length)
  })

  it('requires a commit of this store and a reason of ten characters', async () => {
    await set({ title: 'Sale' })
    const commit = await newest()
    expect(await problem({ commit: 'f'.repeat(40) })).toMatchObject({ code: 'commit_not_found' })
    expect(await problem({ commit: 'abc' })).toMatchObject({ code: 'invalid_request' })
    expect(await problem({ commit, reason: 'too short' })).toMatchObject({
      code: 'invalid_request',
    })
    expect(await problem({ commit, mode: 'other' })).toMatchObject({ code: 'invalid_request' })
    const stale = await fixture.post(
      `${SHOP}/revert`,
      { commit, reason },
      { 'If-Match': '"stale"' },
    )
    expect(stale.status).toBe(412)
  })
})
