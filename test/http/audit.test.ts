import { beforeEach, describe, expect, it } from 'vitest'
import type { Diff } from '../../src/contract/diff.ts'
import type { Change } from '../../src/contract/store.ts'
import type { LogFields } from '../../src/domain/ports.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { PLATFORM_YAML, testPlatform } from '../../src/testing/platform.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const SHOP = '/api/v1/stores/shop'
const json = { 'Content-Type': 'application/json', 'If-Match': '*' }
const release = /  "2026\.11":\n[\s\S]*/.exec(PLATFORM_YAML)?.[0] ?? ''
const newer = release
  .replace('2026.11', '2026.12')
  .replace('woocommerce: 11.1.0', 'woocommerce: 11.2.0')
  .replace('mariadb: "11.8"', 'mariadb: "12.0"')
const later = release.replace('2026.11', '2026.13')

let http: HttpFixture
let repo: MemoryRepo
let lines: LogFields[] = []
beforeEach(async () => {
  lines = []
  const quiet = () => undefined
  const info = (message: string, fields: LogFields = {}) => {
    if (message === 'audit') lines.push(fields)
  }
  repo = memoryRepo(
    testPlatform((yaml) => `${yaml}${newer}${later}backup:\n  destination: pvc\n`),
    () => Date.parse('2026-11-24T12:00:00Z'),
  )
  http = httpFixture({ repo, log: { debug: quiet, info, warn: quiet, error: quiet } })
  await http.post('/api/v1/stores', { name: 'shop', release: '2026.11', reason: 'opened' })
})
const set = (body: object) => http.send('PATCH', SHOP, json, JSON.stringify(body))
const get = async <T>(path: string) => (await (await http.get(path)).json()) as T
const audit = (query = '') => get<Change[]>(`/api/v1/audit${query}`)
const newest = async () => (await get<Change[]>(`${SHOP}/history`))[0]!

describe('an attempt to write', () => {
  it('S1-26 is logged once with store, subject and result, and is in the audit if it landed', async () => {
    await http.post('/api/v1/stores', { name: 'shop' })
    await http.post('/api/v1/stores', { name: 'shop', plan: 7 })
    await http.post('/api/v1/stores', 'no json', {})
    await http.send('PATCH', SHOP, { 'Content-Type': 'application/json' }, '{"title":"x"}')
    await http.post(`${SHOP}/suspend`, {}, { Origin: 'https://evil.example' })
    await set({ title: 'Sale' })
    await http.send('DELETE', SHOP)
    await http.get(SHOP)
    await http.post('/api/v1/stores:preview', { name: 'other' })
    expect(lines.map(({ action, store, status, code }) => [action, store, status, code])).toEqual([
      ['createStore', 'shop', 201, undefined],
      ['createStore', 'shop', 409, 'name_taken'],
      ['createStore', 'shop', 400, 'invalid_request'],
      ['createStore', undefined, 400, 'invalid_json'],
      ['updateStore', 'shop', 428, 'precondition_required'],
      ['suspendStore', 'shop', 403, 'csrf_rejected'],
      ['updateStore', 'shop', 200, undefined],
      ['deleteStore', 'shop', 204, undefined],
    ])
    expect(new Set(lines.map(({ subject }) => subject))).toEqual(new Set(['local']))
    const ids = lines.filter(({ status = 0 }) => status < 300).map(({ req_id }) => req_id)
    expect((await audit()).map(({ requestId }) => requestId)).toEqual(ids.toReversed())
  })
})

describe('GET /audit', () => {
  beforeEach(async () => {
    await http.post('/api/v1/stores', { name: 'other' }, { 'User-Agent': 'storectl/1' })
    await set({ title: 'Sale' })
  })

  it('part of S2-42: lists action, store, subject and progress of each change, without addresses', async () => {
    const all = await audit()
    expect(all.map(({ action, stores, result }) => [action, ...stores, result])).toEqual([
      ...[
        ['update', 'shop', 'Committed'],
        ['create', 'other', 'Committed'],
      ],
      ...[['create', 'shop', 'Superseded']],
    ])
    expect(all[2]).toMatchObject({ requestedBy: 'local', reason: 'opened', source: 'api' })
    expect(JSON.stringify(all)).not.toMatch(/127\.0\.0\.1|@/)
  })

  it.each([
    ['store=shop', ['update', 'create']],
    ['store=nobody', []],
    ['action=create', ['create', 'create']],
    ['action=create&store=shop', ['create']],
    ['source=cli', ['create']],
    ['by=local', ['update', 'create', 'create']],
    ['by=mallory', []],
    ['result=Superseded', ['create']],
    ['since=2026-11-24T12:00:00Z', ['update', 'create', 'create']],
    ['since=2026-11-24T12:00:01Z', []],
    ['until=2026-11-24T12:00:00Z', []],
    ['limit=1', ['update']],
  ])('filters by %s', async (query, actions) => {
    expect((await audit(`?${query}`)).map(({ action }) => action)).toEqual(actions)
  })

  it.each(['action=burn', 'result=good', 'since=yesterday', 'limit=0', 'cursor=HEAD', 'ip=::1'])(
    'refuses %s',
    async (query) => {
      expect((await http.get(`/api/v1/audit?${query}`)).status).toBe(400)
    },
  )

  it('exports all matches as CSV without cells that a spreadsheet would run as formulas', async () => {
    await set({ title: 'B', reason: '=HYPERLINK("http://evil.example"),"x"' })
    const reply = await http.get('/api/v1/audit?format=csv&store=shop')
    expect(reply.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(reply.headers.get('Content-Disposition')).toContain('audit.csv')
    const [head, first, ...rest] = (await reply.text()).trimEnd().split('\r\n')
    expect(head).toMatch(/^at,commit,action,stores,summary,reason,requestedBy,/)
    expect(first).toContain(`"'=HYPERLINK(""http://evil.example""),""x"""`)
    expect(rest).toHaveLength(2)
  })
})

describe('a change of release', () => {
  it('has the trailers Schema-Change and Restore-Point if and only if it upgrades the data', async () => {
    await set({ release: '2026.13' })
    expect(repo.landed.at(-1)?.trailers).toEqual({})
    await set({ release: '2026.12' })
    const { trailers } = repo.landed.at(-1)!
    expect(trailers).toEqual({
      'Schema-Change': 'mariadb 11.8 -> 12.0, woocommerce 11.1.0 -> 11.2.0',
      'Restore-Point': expect.stringMatching(/^pre-[0-9a-f]{8}$/),
    })
    const upgrade = await newest()
    expect([upgrade.schemaChange, upgrade.restorePoint]).toEqual(Object.values(trailers!))
    const wish = { commit: upgrade.commit, reason: 'back to before' }
    expect(await (await http.post(`${SHOP}/revert`, wish)).json()).toMatchObject({
      status: 409,
      code: 'revert_crosses_schema',
      offers: ['roll_forward', 'restore_point'],
      upgrade: upgrade.commit,
      restorePoint: upgrade.restorePoint,
    })
  })
})

describe('history', () => {
  it('links a revert and the reverted change in both directions', async () => {
    await set({ title: 'Sale' })
    const { commit } = await newest()
    await http.post(`${SHOP}/revert`, { commit, reason: 'the sale is over' })
    const [revert, sale, create] = await get<Change[]>(`${SHOP}/history`)
    expect([revert?.reverts, revert?.revertedBy]).toEqual([commit, null])
    expect([sale?.commit, sale?.revertedBy]).toEqual([commit, revert?.commit])
    expect(create?.revertedBy).toBeNull()
  })
})

describe('GET /stores/{name}/diff', () => {
  const diff = (query = '') => get<Diff>(`${SHOP}/diff${query}`)
  it('shows one change, with the intent before the rendered files', async () => {
    await set({ plan: 'medium' })
    const { commit } = await newest()
    await set({ title: 'Sale' })
    const found = await diff(`?to=${commit}`)
    expect(found).toMatchObject({ to: commit, truncated: false })
    expect(found.files.map(({ path, kind }) => [path, kind]).slice(0, 2)).toEqual([
      ...[
        ['store.yaml', 'intent'],
        ['app.json', 'app'],
      ],
    ])
    const intent = found.files[0]!
    expect(intent.hunks.flatMap(({ lines: all }) => all)).toEqual(
      expect.arrayContaining(['-plan: small', '+plan: medium']),
    )
    expect(intent.hunks.flatMap(({ lines: all }) => all)).not.toContain('+title: Sale')
    expect(found.files.slice(2).every(({ kind }) => kind === 'manifest')).toBe(true)
    for (const { additions, deletions, hunks } of found.files) {
      const all = hunks.flatMap(({ lines: each }) => each)
      expect(all.filter((line) => line.startsWith('+'))).toHaveLength(additions)
      expect(all.filter((line) => line.startsWith('-'))).toHaveLength(deletions)
    }
  })

  it('compares any two commits, and a creation with an empty folder', async () => {
    const first = await newest()
    await set({ title: 'Sale' })
    const last = await newest()
    expect(await diff(`?from=${last.commit}&to=${first.commit}`)).toMatchObject({
      from: last.commit,
      to: first.commit,
    })
    expect((await diff(`?from=${first.commit}`)).files[0]?.path).toBe('store.yaml')
    const creation = await diff(`?to=${first.commit}`)
    expect(creation.from).toBeNull()
    expect(creation.files.every(({ deletions }) => deletions === 0)).toBe(true)
    expect(creation.files.length).toBeGreaterThan(5)
    expect((await diff(`?from=${last.commit}`)).files).toEqual([])
  })

  it.each([
    ['/api/v1/stores/nobody/diff', 404],
    [`${SHOP}/diff?to=${'e'.repeat(40)}`, 404],
    [`${SHOP}/diff?from=${'e'.repeat(40)}`, 404],
    [`${SHOP}/diff?from=HEAD`, 400],
    [`${SHOP}/diff?to=main`, 400],
  ])('answers %s with %i', async (path, status) => {
    expect((await http.get(path)).status).toBe(status)
  })
})
