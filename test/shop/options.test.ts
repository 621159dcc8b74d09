import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { inPod, podsOf, sql } from './pods.ts'
import { leaksOf } from './secrets.ts'
import { type Order, PLACED, placeOrder, readOrder } from './shopper.ts'
import { describeShop, openShops, sellingShop, type Shop, type Shops } from './shops.ts'
import { folderOf } from './volumes.ts'

describe.skipIf(inject('shopImages') === null)('a store with backups and a cache', () => {
  let shops: Shops
  let shop: Shop
  let order: Order

  beforeAll(async () => {
    shops = await openShops()
  })
  afterAll(() => shops?.close())

  it('sells, and uses its cache', async () => {
    const options = { cache: true, backup: { destination: 'pvc' } }
    const { name, committedAt } = await shops.declare('options', options)
    shop = await sellingShop(name)
    await figure('cache, backups: ready after commit', (performance.now() - committedAt) / 1000)
    order = await placeOrder(shop.site)
    expect(await inPod(shop.namespace, 'valkey', ['valkey-cli', 'ping'])).toBe('PONG')
    const ping = 'exec 3<>/dev/tcp/valkey/6379 && printf "PING\\r\\n" >&3 && head -c 5 <&3'
    expect(await inPod(shop.namespace, 'wordpress', ['bash', '-c', ping])).toBe('+PONG')
  })

  it('is backed up on request: the restored dump contains the order', async () => {
    const upload = 'wp-content/uploads/proof.txt'
    await inPod(shop.namespace, 'wordpress', ['tee', upload], 'uploaded by a merchant')
    await shops.ask(shop.name, 'retry', { what: 'backup' })
    const done = async () =>
      (await podsOf(shop.namespace, 'backup')).some(({ status }) => status.phase === 'Succeeded')
    const { seconds } = await until('the backup is done', done, () => describeShop(shop.name))
    await figure('backup now: commit -> done', seconds)
    const folder = (await folderOf(shop.namespace, 'backups')) ?? ''
    const dumps = (await readdir(folder)).filter((name) => name.endsWith('.sql.zst'))
    expect(dumps).toEqual([expect.stringMatching(/^manual-[0-9a-f]{8}\.sql\.zst$/)])
    expect(await readFile(join(folder, 'uploads/proof.txt'), 'utf8')).toBe('uploaded by a merchant')
    const text = zstdDecompressSync(await readFile(join(folder, dumps[0] ?? ''))).toString()
    const { namespace } = shop
    await sql(namespace, `CREATE DATABASE loaded; USE loaded;\n${text}`)
    const row = `SELECT billing_email, total_amount FROM loaded.wp_wc_orders WHERE id = ${order.id}`
    expect(await sql(namespace, row)).toEqual(['grace@example.com\t19.99000000'])
  })

  it('sells without its cache too', async () => {
    const words = ['valkey-cli', 'shutdown', 'nosave']
    await inPod(shop.namespace, 'valkey', words).catch(() => '')
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })

  it('T7 shows no secret value in any log', async () => {
    const { leaks, values } = await leaksOf(shop.namespace)
    expect(values).toBe(11)
    expect(leaks).toEqual([])
  })
})
