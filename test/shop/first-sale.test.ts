import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { type Browser, logIn } from './admin.ts'
import { figure } from './figures.ts'
import { inPod, podsOf, sql, throughPortForward } from './pods.ts'
import { leaksOf } from './secrets.ts'
import { type Order, PLACED, placeOrder, productsBySku, readOrder, SAMPLE_SKU } from './shopper.ts'
import { openShops, sellingShop, type Shop, type Shops } from './shops.ts'
import { exchange } from './web.ts'

describe.skipIf(inject('shopImages') === null)('a store created by API', () => {
  let shops: Shops
  let shop: Shop
  let order: Order
  let browser: Browser

  beforeAll(async () => {
    shops = await openShops()
  })
  afterAll(() => shops?.close())

  it('S1-01 S1-49 S2-17 sells: its Store API returns exactly 200', async () => {
    const { name, committedAt } = await shops.declare('first')
    shop = await sellingShop(name)
    await figure('ready after commit', (performance.now() - committedAt) / 1000, '≤ 40 s')
  })

  it('S2-20 has the sample product once, by its SKU, at 19.99 USD', async () => {
    const products = await productsBySku(shop.site, SAMPLE_SKU)
    expect(products.map(({ name, prices }) => [name, prices.price, prices.currency_code])).toEqual([
      ['Sample Product', '1999', 'USD'],
    ])
  })

  it('S2-21 accepts an order with cash on delivery, stored in the order tables', async () => {
    order = await placeOrder(shop.site)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
    const row = `SELECT status, total_amount FROM wp_wc_orders WHERE id = ${order.id}`
    expect(await sql(shop.namespace, row)).toEqual(['wc-processing\t19.99000000'])
    const option =
      "SELECT option_value FROM wp_options WHERE option_name = 'woocommerce_custom_orders_table_enabled'"
    expect(await sql(shop.namespace, option)).toEqual(['yes'])
  })

  it('S2-22 accepts the merchant login with the password that kubectl prints', async () => {
    const words = ['-n', shop.namespace, 'get', 'secret', 'wp-admin']
    const encoded = await kubectl([...words, '-o', 'jsonpath={.data.password}'])
    browser = await logIn(shop.site, 'shopkeeper', Buffer.from(encoded, 'base64').toString())
  })

  it('S2-23 shows the merchant the order', async () => {
    const page = await browser.open('/wp-admin/admin.php?page=wc-orders')
    expect(page.status).toBe(200)
    expect(page.text).toContain(`#${order.id} Grace Hopper`)
  })

  it('S2-21 still sells after the first login of its merchant', async () => {
    const page = await exchange(shop.site, '/shop/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Sample Product')
    expect(page.text).not.toMatch(/coming soon/i)
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })

  it('S2-14 S2-19 is reachable by port-forward too', async () => {
    const page = await throughPortForward(shop.namespace, (port) =>
      exchange({ address: '127.0.0.1', host: shop.site.host, port }, '/shop/'),
    )
    expect([page.status, page.text.includes('Sample Product')]).toEqual([200, true])
  })

  // Before the pods and their logs are deleted. The log of set-up matters most.
  it('T7 shows no secret value in any log of any pod', async () => {
    const { leaks, values, bytes } = await leaksOf(shop.namespace)
    expect(values).toBe(11)
    // Apache, MariaDB and set-up have logged something, so there was text to check.
    expect(bytes).toBeGreaterThan(5000)
    expect(leaks).toEqual([])
  })

  it('S1-45 S2-04 keeps orders and uploads when every pod is deleted', async () => {
    const path = 'wp-content/uploads/2026/11/proof.txt'
    await inPod(shop.namespace, 'wordpress', ['mkdir', '-p', 'wp-content/uploads/2026/11'])
    await inPod(shop.namespace, 'wordpress', ['tee', path], 'uploaded by a merchant')
    const before = (await podsOf(shop.namespace)).map(({ metadata }) => metadata.uid)
    const began = performance.now()
    await kubectl(['-n', shop.namespace, 'delete', 'pods', '--all', '--wait=false'])
    const replaced = async () => {
      const now = await podsOf(shop.namespace)
      return now.length > 0 && now.every(({ metadata }) => !before.includes(metadata.uid))
    }
    await until('no pod of before is left', replaced)
    shop = await sellingShop(shop.name)
    await figure('every pod deleted -> sells again', (performance.now() - began) / 1000)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
    const upload = await exchange(shop.site, `/${path}`)
    expect([upload.status, upload.text]).toEqual([200, 'uploaded by a merchant'])
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })
})
