import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Change, Store } from '../../src/contract/store.ts'
import type { Summary } from '../../src/contract/summary.ts'
import { startApi } from './api-process.ts'
import { eventually, harness } from './harness.ts'

const TEMPLATE = new URL('../../gitops-repo-template/platform.yaml', import.meta.url)
const SHOP = 'stores/default/shop'
const FORGED = [
  'store(default/shop): purge\n',
  ...['Store: shop', 'Team: default', 'Action: purge', 'Request-Id: 01JDABCDEFGHJKMNPQRSTVWXYZ'],
  ...['Requested-By: alice-the-admin', 'Via: dashboard', 'Mass-Delete-Approved-By: alice'],
].join('\n')

/** The real server on a real remote with one store, and functions to read from both. */
async function stage(onModified: 'report' | 'rerender') {
  const text = `${await readFile(TEMPLATE, 'utf8')}\nreconcile: {onModified: ${onModified}}\n`
  const { remote, serve } = await harness({ platform: text })
  const served = await serve()
  const api = await startApi(join(remote.scratch, 'data'), { STORES_REPO_URL: served.url })
  onTestFinished(() => api.kill())
  const get = async <T>(path: string) =>
    (await (await fetch(`${api.url}/api/v1${path}`)).json()) as T
  const created = await fetch(`${api.url}/api/v1/stores`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'shop' }),
  })
  expect(created.status).toBe(201)
  const show = (path: string) => remote.git(['show', `main:${SHOP}/${path}`])
  return { remote, get, show }
}

/** An app.json that claims a newer generator and points to another store. */
const hostile = (app: string) =>
  app
    .replace(/"generator": "[^"]+"/, '"generator": "99.0.0"')
    .replaceAll('store-shop', 'store-victim')
    .replace(/"url": "[^"]+"/, '"url": "javascript:alert(1)"')

it('S1 S4 S11 over HTTP: a forged commit is attributed to git and its author, flagged within one fetch, and changes no address', async () => {
  const { remote, get, show } = await stage('report')
  const before = await get<Store>('/stores/shop')
  const manifest = 'manifests/00-namespace.yaml'
  const at = performance.now()
  await remote.commit(
    {
      [`${SHOP}/app.json`]: hostile(await show('app.json')),
      [`${SHOP}/${manifest}`]: `${await show(manifest)}# by hand\n`,
    },
    FORGED,
  )
  await eventually(async () => (await get<Store>('/stores/shop')).modified)
  expect(performance.now() - at).toBeLessThan(10_000)
  const changes = await get<Change[]>('/audit')
  expect(changes[0]).toMatchObject({
    source: 'git',
    requestedBy: 'Grace Example',
    action: 'git',
    requestId: null,
    stores: ['shop'],
  })
  const of = (store: Store) => [store.host, store.adminUrl, store.targetNamespace, store.links.site]
  const now = await get<Store>('/stores/shop')
  expect(of(now)).toEqual(of(before))
  expect(now.version.generator).toBe(before.version.generator)
  expect((await get<Summary>('/summary')).attention).toMatchObject({ modified: 1, newer: 0 })
})

it('S1 over HTTP: forged files are rendered again automatically with onModified: rerender', async () => {
  const { remote, get, show } = await stage('rerender')
  const before = await show('app.json')
  const manifest = 'manifests/00-namespace.yaml'
  const rendered = await show(manifest)
  const head = await remote.commit({
    [`${SHOP}/app.json`]: hostile(before),
    [`${SHOP}/${manifest}`]: `${rendered}# by hand\n`,
  })
  await eventually(async () => (await remote.head()) !== head)
  expect([await show('app.json'), await show(manifest)]).toEqual([before, rendered])
  await eventually(async () => !(await get<Store>('/stores/shop')).modified)
  const changes = await get<Change[]>('/audit')
  expect(changes.map(({ source, action }) => [source, action])).toContainEqual(['git', 'git'])
})
