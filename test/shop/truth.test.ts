import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { BROKEN_RELEASE } from './platform.ts'
import { readyPod } from './pods.ts'
import { PLACED, placeOrder, readOrder, sells } from './shopper.ts'
import { describeShop, openShops, sellingShop, type Shop, type Shops } from './shops.ts'

/** How long the API is watched for a wrong phase. */
const WATCHED_MS = 45_000

/** Compares the API's status of a shop with the responses of the shop itself. */
describe.skipIf(inject('shopImages') === null)('S1-09 the phase Ready', () => {
  let shops: Shops
  let shop: Shop
  let node: string

  beforeAll(async () => {
    shops = await openShops()
    node = await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}'])
  })
  afterAll(async () => {
    await kubectl(['uncordon', node])
    await shops?.close()
  })

  const since = (began: number) => (performance.now() - began) / 1000
  const said = async (name: string) =>
    (await shops.server.request('GET', `/api/v1/stores/${name}`)).body as Store
  const why = async (name: string) =>
    `${JSON.stringify(await said(name))}\n${await describeShop(name)}`

  /** Waits for Ready and checks the shop immediately afterwards. */
  async function toldReady(name: string): Promise<void> {
    const ready = async () => (await said(name)).phase === 'Ready'
    await until(`the API calls ${name} Ready`, ready, () => why(name), 240)
    // Checked once: if the shop does not sell now, Ready was reported too early.
    await sellingShop(name, 0)
  }

  /** Every phase that the API reports in this time. */
  async function words(name: string, milliseconds: number): Promise<ReadonlySet<string>> {
    const heard = new Set<string>()
    const end = performance.now() + milliseconds
    while (performance.now() < end) {
      const { phase, reason } = await said(name)
      heard.add(`${phase} ${reason}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    return heard
  }
  const ready = (heard: ReadonlySet<string>) =>
    [...heard].filter((word) => word.startsWith('Ready'))

  it('is reported for two new shops once their Store API returns 200, not before', async () => {
    const declared = [await shops.declare('truth'), await shops.declare('other')]
    await Promise.all(
      declared.map(async ({ name, committedAt }) => {
        await toldReady(name)
        await figure('commit -> told as Ready, two shops at once', since(committedAt))
      }),
    )
    shop = await sellingShop(declared[0]?.name ?? '')
  })

  it('is withdrawn when the database stops for good, and stays withdrawn', async () => {
    const pod = await readyPod(shop.namespace, 'mariadb')
    // Neither Argo CD nor the kubelet can restart a pod that no node accepts.
    await kubectl(['cordon', node])
    const began = performance.now()
    await kubectl(['-n', shop.namespace, 'delete', 'pod', pod?.metadata.name ?? '', '--wait=false'])
    const takenBack = async () => (await said(shop.name)).phase !== 'Ready'
    await until('the API has taken Ready back', takenBack, () => why(shop.name))
    await figure('database stopped for good -> not Ready', since(began), '≤ 60 s')
    const heard = await words(shop.name, WATCHED_MS)
    expect(heard.size).toBeGreaterThan(0)
    expect(ready(heard)).toEqual([])
    expect([...heard].at(-1)).toBe('Progressing Unschedulable')
    expect(await sells(shop.site)).toBe(false)
  })

  it('returns with the database', async () => {
    await kubectl(['uncordon', node])
    const began = performance.now()
    await toldReady(shop.name)
    await figure('database may start again -> told as Ready', since(began))
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })

  it('is not reported for an image that does not exist, which is named', async () => {
    await shops.patch(shop.name, { release: BROKEN_RELEASE })
    const began = performance.now()
    const heard = new Set<string>()
    const named = async () => {
      const { phase, reason } = await said(shop.name)
      heard.add(`${phase} ${reason}`)
      return reason === 'ImagePull'
    }
    await until('the API names the image', named, () => why(shop.name), 240)
    await figure('image that does not exist -> named by the API', since(began))
    expect((await said(shop.name)).message).toContain('1'.repeat(64))
    for (const word of await words(shop.name, WATCHED_MS)) heard.add(word)
    expect(ready(heard)).toEqual([])
  })

  it('returns after a plain git revert, without further action', async () => {
    const began = performance.now()
    await shops.revertLast()
    await toldReady(shop.name)
    await figure('git revert of a broken image -> told as Ready', since(began))
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })
})
