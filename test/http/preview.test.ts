import { beforeEach, describe, expect, it } from 'vitest'
import type { Preview } from '../../src/contract/preview.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Reverted } from '../../src/contract/revert.ts'
import type { Change } from '../../src/contract/store.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const SHOP = '/api/v1/stores/shop'
const json = { 'Content-Type': 'application/json', 'If-Match': '*' }
let http: HttpFixture
beforeEach(async () => {
  http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
})
const ask = (body: object) => http.post('/api/v1/stores:preview', { name: 'shop', ...body })
const preview = async (body: object) => (await (await ask(body)).json()) as Preview
const refused = async (body: object) => (await (await ask(body)).json()) as Problem
const committed = () =>
  Array.from(http.repo.landed.at(-1)!.files, ([path, bytes]) => [
    path,
    new TextDecoder().decode(bytes),
  ])
const filesOf = ({ files }: Preview) => files.map(({ path, content }) => [path, content])

describe('a preview of a change', () => {
  it.each([
    ['patch', { patch: { plan: 'medium', title: 'Sale' } }],
    ['suspend', { action: 'suspend' }],
    ['delete', { action: 'delete' }],
  ] as const)('of a %s has the bytes of the next commit and writes nothing', async (what, body) => {
    const found = await preview(body)
    expect(http.repo.landed).toHaveLength(1)
    if (what === 'patch') await http.send('PATCH', SHOP, json, JSON.stringify(body.patch))
    else if (what === 'suspend') await http.post(`${SHOP}/suspend`, {})
    else await http.send('DELETE', SHOP)
    expect(filesOf(found)).toEqual(committed())
    const said = found.diff!.files.flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines))
    expect(said).toContain(what === 'patch' ? '+plan: medium' : '-  state: active')
  })

  it('is accepted for steps that the lifecycle allows, and refused for others', async () => {
    expect(await refused({ action: 'purge' })).toMatchObject({ code: 'lifecycle_conflict' })
    await http.send('DELETE', SHOP)
    for (const action of ['restore', 'purge'] as const) {
      const { diff } = await preview({ action })
      expect(diff?.files[0]?.path).toBe('store.yaml')
    }
    expect(http.repo.landed).toHaveLength(2)
  })

  it('has an empty diff if nothing changes, and shows the required resources', async () => {
    const same = await preview({ patch: { plan: 'small' } })
    expect([same.diff?.files, same.warnings]).toEqual([[], []])
    const grown = await preview({ patch: { plan: 'medium' } })
    expect(grown.impact.requests).toEqual({ cpu: '500m', memory: '1280Mi', storage: '15Gi' })
  })

  it.each([
    [404, 'store_not_found', { name: 'nobody', patch: {} }],
    [422, 'grow_only', { patch: { storage: { uploads: 1 } } }],
    [422, 'invalid_store', { patch: { plan: 'huge' } }],
    [400, 'invalid_request', { patch: { name: 'other' } }],
    [400, 'invalid_request', { patch: { plan: 7 } }],
    [400, 'invalid_request', { patch: {}, title: 'New' }],
    [400, 'invalid_request', { patch: {}, action: 'suspend' }],
    [400, 'invalid_request', { action: 'burn' }],
  ] as const)('returns %i %s like the change itself', async (status, code, body) => {
    const problem = await refused(body)
    expect([problem.status, problem.code]).toEqual([status, code])
    expect(http.repo.landed).toHaveLength(1)
  })

  it.each([
    [{ labels: { tier: 'gold' }, autoSync: false, pin: null }, []],
    [{ title: 'Sale' }, ['set_up_runs']],
    [{ site: { currency: 'EUR' }, sampleProduct: false }, ['set_up_runs']],
    [{ backup: { destination: 'none' } }, []],
    [{ domains: ['shop.example.com'] }, ['address_changes', 'shop_restarts', 'set_up_runs']],
    [{ smtp: true }, ['shop_restarts', 'set_up_runs']],
    [{ plan: 'medium' }, ['volumes_grow', 'database_restarts', 'shop_restarts']],
  ])('lists the side effects of %j on a running store', async (patch, codes) => {
    const { effects } = await preview({ patch })
    expect(effects?.map(({ code }) => code)).toEqual(codes)
  })

  it('lists the side effects of a revert, and no restart for a stopped store', async () => {
    await http.send('PATCH', SHOP, json, '{"plan":"medium"}')
    const [{ commit }] = (await (await http.get(`${SHOP}/history`)).json()) as [Change]
    const wish = { commit, reason: 'the sale is over', dryRun: true }
    const back = (await (await http.post(`${SHOP}/revert`, wish)).json()) as Reverted
    expect(back.effects?.map(({ code }) => code)).toContain('database_restarts')
    await http.post(`${SHOP}/suspend`, {})
    const stopped = await preview({ patch: { plan: 'large' } })
    expect(stopped.effects?.map(({ code }) => code)).toEqual(['volumes_grow'])
  })

  it('of a revert is its dry run with the diff', async () => {
    await http.send('PATCH', SHOP, json, '{"title":"Sale"}')
    const [{ commit }] = (await (await http.get(`${SHOP}/history`)).json()) as [Change]
    const wish = { commit, reason: 'the sale is over' }
    const dry = (await (
      await http.post(`${SHOP}/revert`, { ...wish, dryRun: true })
    ).json()) as Reverted
    expect(dry.commit).toBeNull()
    expect(http.repo.landed).toHaveLength(2)
    const [intent] = dry.diff!.files
    expect(intent?.hunks.flatMap(({ lines }) => lines)).toEqual(
      expect.arrayContaining(['-title: Sale', '+title: shop']),
    )
    const done = (await (await http.post(`${SHOP}/revert`, wish)).json()) as Reverted
    expect([done.diff, done.changes]).toEqual([null, dry.changes])
  })
})
