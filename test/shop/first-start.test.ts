import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { containersOf, killContainer } from './pods.ts'
import { PLACED, placeOrder, readOrder } from './shopper.ts'
import { describeShop, openShops, sellingShop, type Shops } from './shops.ts'
import { folderOf } from './volumes.ts'

describe.skipIf(inject('shopImages') === null)('a database killed during its first start', () => {
  let shops: Shops

  beforeAll(async () => {
    shops = await openShops()
  })
  afterAll(() => shops?.close())

  it.each([0.1, 0.5, 1, 1.5, 2.2, 3])(
    'S1-57 S2-03 %f s after its first file is initialised again by itself, and the shop sells',
    async (afterSeconds) => {
      const { name, namespace, committedAt } = await shops.declare(`kill-${afterSeconds * 10}`)
      const why = () => describeShop(name)
      const bound = () => folderOf(namespace, 'mariadb-data')
      const { value: volume } = await until('the volume is bound', bound, why)
      const files = () => readdir(join(volume, 'mysql')).catch(() => [])
      // Our own file starts with a dot and exists before the server starts.
      const begun = async () => (await files()).some((file) => !file.startsWith('.'))
      await until('the database writes its first file', begun, why)
      const began = performance.now()
      const [id] = await containersOf(namespace, 'mariadb')
      const left = afterSeconds * 1000 - (performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)))
      await killContainer(id ?? '')
      const shop = await sellingShop(name)
      const words = ['-n', namespace, 'logs', 'mariadb-0', '-c', 'mariadb', '--previous']
      const last = (await kubectl(words)).trim().split('\n').at(-1) ?? ''
      expect(last, 'the first run of the database ended before it was done').not.toBe('')
      await figure(
        `killed ${afterSeconds} s into its first start (${last.replace(/^\S+ \S+ /, '').slice(0, 48)}) -> ready after commit`,
        (performance.now() - committedAt) / 1000,
      )
      expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
      await kubectl(['delete', 'namespace', namespace, '--wait=false'])
    },
  )
})
