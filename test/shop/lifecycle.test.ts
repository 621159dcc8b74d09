import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { application, describeApplication, syncedAndHealthy } from '../cluster/argo-cd.ts'
import { getObject, kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { podsOf } from './pods.ts'
import { type Order, PLACED, placeOrder, readOrder } from './shopper.ts'
import { openShops, sellingShop, type Shop, type Shops } from './shops.ts'

describe.skipIf(inject('shopImages') === null)('the life of a store', () => {
  let shops: Shops
  let shop: Shop
  const orders: Order[] = []

  beforeAll(async () => {
    shops = await openShops()
    shop = await shops.open('life')
    orders.push(await placeOrder(shop.site))
  })
  afterAll(() => shops?.close())

  const change = (message: string, more: Partial<StoreFile>) =>
    shops.edit(shop.name, message, (store) => ({ ...store, ...more }))
  const since = (began: number) => (performance.now() - began) / 1000
  const now = () => new Date().toISOString().replace(/\.\d+/, '')
  const claims = () =>
    kubectl(['-n', shop.namespace, 'get', 'pvc', '-o', 'jsonpath={.items[*].metadata.uid}'])

  async function stopped(): Promise<void> {
    const ended = async () =>
      (await podsOf(shop.namespace)).every(({ status }) => /Succeeded|Failed/.test(status.phase))
    await until('no pod runs', ended, () => describeApplication(shop.name))
  }

  /** Checks that every earlier order exists and places another one. */
  async function losesNothing(): Promise<void> {
    for (const order of orders) expect(await readOrder(shop.site, order)).toBe(PLACED)
    orders.push(await placeOrder(shop.site))
  }

  async function back(what: string, began: number, aim: string): Promise<void> {
    shop = await sellingShop(shop.name)
    await figure(what, since(began), aim)
    await syncedAndHealthy(shop.name)
    await losesNothing()
  }

  it('is suspended: nothing runs, and Argo CD reports it as healthy', async () => {
    const began = performance.now()
    await shops.ask(shop.name, 'suspend')
    await stopped()
    await figure('suspend -> last pod gone', since(began), '9 s by hand')
    await syncedAndHealthy(shop.name)
  })

  it('is resumed, with every order', async () => {
    const began = performance.now()
    await shops.ask(shop.name, 'resume')
    await back('resume -> sells', began, '≤ 16 s')
  })

  it('S2-31 changes its plan, and reverts it by a plain git revert', async () => {
    const limit = async () =>
      kubectl([
        ...['-n', shop.namespace, 'get', 'deployment', 'wordpress', '-o'],
        'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}',
      ])
    expect(await limit()).toBe('512Mi')
    // By git, as people who push would. The node's local volumes keep their size (0070).
    await change('plan medium', { plan: 'medium' })
    await until('the larger plan is there', async () => (await limit()) === '1Gi')
    await until('the old pods are going', async () =>
      (await podsOf(shop.namespace, 'wordpress')).some(
        ({ metadata }) => metadata.deletionTimestamp !== undefined,
      ),
    )
    shop = await sellingShop(shop.name)
    await syncedAndHealthy(shop.name)
    await losesNothing()
    const began = performance.now()
    await shops.revertLast()
    await until('the smaller plan is back', async () => (await limit()) === '512Mi')
    await syncedAndHealthy(shop.name)
    await back('git revert of a plan -> small, Healthy and sells', began, '≤ 15 s')
  })

  it('is soft-deleted: its data is kept', async () => {
    const before = await claims()
    expect(before.split(' ')).toHaveLength(2)
    const began = performance.now()
    const { status } = await shops.server.request('DELETE', `/api/v1/stores/${shop.name}`)
    expect([202, 204]).toContain(status)
    await stopped()
    await figure('delete -> last pod gone', since(began), '9 s by hand')
    await syncedAndHealthy(shop.name)
    expect(await claims()).toBe(before)
  })

  it('is restored, with every order', async () => {
    const began = performance.now()
    await shops.ask(shop.name, 'restore')
    await back('restore -> sells', began, '≤ 17 s')
  })

  it('is purged in two steps: nothing is left, the namespace is deleted last', async () => {
    await shops.server.request('DELETE', `/api/v1/stores/${shop.name}`)
    await stopped()
    await change('purge', { lifecycle: { state: 'purge', since: now() } })
    const armed = async () => ((await application(shop.name))?.metadata.finalizers ?? []).length > 0
    await until('the Application has its finalizer', armed, () => describeApplication(shop.name))
    await syncedAndHealthy(shop.name)
    const began = performance.now()
    await shops.removeFolder(shop.name)
    const claimsGone = async () => (await claims().catch(() => '')) === ''
    await until('the claims are gone', claimsGone, () => describeApplication(shop.name))
    const gone = async () => (await getObject('namespace', shop.namespace, 'default')) === null
    await until('the namespace is gone', gone, () => describeApplication(shop.name))
    const forgotten = async () => (await application(shop.name)) === null
    await until('the Application is gone', forgotten, () => describeApplication(shop.name))
    await figure('folder removed -> namespace and Application gone', since(began), '≤ 17 s')
  })
})
