import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { application, describeApplication, syncedAndHealthy } from '../cluster/argo-cd.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { underLoad } from './load.ts'
import { BROKEN_RELEASE } from './platform.ts'
import { containersOf, killContainer, podsOf, readyPod, sql } from './pods.ts'
import { secretsOf } from './secrets.ts'
import { type Order, PLACED, placeOrder, readOrder, sells } from './shopper.ts'
import { describeShop, openShops, sellingShop, type Shop, type Shops } from './shops.ts'

describe.skipIf(inject('shopImages') === null)('the database of a store', () => {
  let shops: Shops
  let shop: Shop
  let order: Order

  beforeAll(async () => {
    shops = await openShops()
    shop = await shops.open('database')
    order = await placeOrder(shop.site)
  })
  afterAll(() => shops?.close())

  it.each([2, 3])(
    'rotates to password %i on request, while shoppers keep buying',
    async (credentials) => {
      const before = (await secretsOf(shop.namespace)).get('db-credentials/password')
      const pod = (await readyPod(shop.namespace, 'mariadb'))?.metadata.uid
      const load = underLoad(shop.site)
      const began = performance.now()
      await shops.ask(shop.name, 'retry', { what: 'credentials' })
      const replaced = async () => {
        const now = await readyPod(shop.namespace, 'mariadb')
        return now !== null && now.metadata.uid !== pod
      }
      await until('the database runs with the new password', replaced, () =>
        describeShop(shop.name),
      )
      await figure(
        `rotation ${credentials - 1}: commit -> new password in the database`,
        (performance.now() - began) / 1000,
      )
      // The kubelet updates a changed Secret in running pods within about a minute.
      await new Promise((resolve) => setTimeout(resolve, 75_000))
      const seen = await load.stop()
      const statuses = [...seen.statuses].map(([status, times]) => `${times} × ${status || 'none'}`)
      await figure(
        `rotation ${credentials - 1}: failed requests (${seen.failures} of ${seen.requests}; ${statuses.join(', ')})`,
        seen.failedSeconds,
        '≤ 5 s',
      )
      await figure(`rotation ${credentials - 1}: slowest good request`, seen.slowestSeconds)
      const secrets = await secretsOf(shop.namespace)
      expect(secrets.get('db-credentials/password')).not.toBe(before)
      expect(secrets.get('db-credentials/previous-password')).toBe(before)
      expect(await readOrder(shop.site, order)).toBe(PLACED)
      expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
    },
  )

  it('recovers when it was scaled to zero by hand, together with the shop', async () => {
    await kubectl(['-n', shop.namespace, 'scale', 'statefulset', 'mariadb', '--replicas=0'])
    const began = performance.now()
    const away = async () => (await readyPod(shop.namespace, 'mariadb')) === null
    await until('the database is away', away)
    // Argo CD restores the declared replica by self-heal.
    await sellingShop(shop.name)
    await figure('database scaled away by hand -> sells again', (performance.now() - began) / 1000)
  })

  it('recovers from SIGKILL by itself, together with the shop', async () => {
    const [id] = await containersOf(shop.namespace, 'mariadb')
    const began = performance.now()
    await killContainer(id ?? '')
    const restarted = async () => {
      const pod = await readyPod(shop.namespace, 'mariadb')
      return (pod?.status.containerStatuses ?? []).some(({ restartCount }) => restartCount > 0)
    }
    await until('the database was restarted', restarted)
    await sellingShop(shop.name)
    await figure('running database killed -> sells again', (performance.now() - began) / 1000)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
  })

  it('with an image that does not exist is fixed by a plain git revert', async () => {
    await shops.patch(shop.name, { release: BROKEN_RELEASE })
    await until('the shop is closed', async () => !(await sells(shop.site)))
    const broken = async () =>
      (await podsOf(shop.namespace, 'mariadb')).some(({ spec }) =>
        spec.containers.some(({ image }) => image.endsWith('1'.repeat(64))),
      )
    await until('the broken pod is there', broken, () => describeApplication(shop.name))
    const said = (await application(shop.name))?.status
    await figure(
      'Argo CD of a database image that does not exist',
      `${said?.sync?.status}, ${said?.health?.status}`,
    )
    const began = performance.now()
    await shops.revertLast()
    await sellingShop(shop.name)
    await figure(
      'git revert of a broken image -> sells',
      (performance.now() - began) / 1000,
      '≤ 15 s',
    )
    await syncedAndHealthy(shop.name)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })

  it('S1-57 is usable after the store was re-created over its volume with new passwords', async () => {
    const orders = await sql(shop.namespace, 'SELECT COUNT(*) FROM wp_wc_orders')
    const before = await secretsOf(shop.namespace)
    const began = performance.now()
    await kubectl(['-n', shop.namespace, 'delete', 'secret', 'db-credentials'])
    const jobs = ['-l', 'app.kubernetes.io/name=secrets-init']
    await kubectl(['-n', shop.namespace, 'delete', 'jobs', ...jobs])
    const made = async () => (await secretsOf(shop.namespace)).has('db-credentials/password')
    await until('the Secret is made again', made, () => describeApplication(shop.name))
    await kubectl(['-n', shop.namespace, 'delete', 'pods', '--all', '--wait=false'])
    await until('the shop is closed', async () => !(await sells(shop.site)))
    await sellingShop(shop.name)
    await figure('new passwords over an old volume -> sells', (performance.now() - began) / 1000)
    const after = await secretsOf(shop.namespace)
    expect(after.get('db-credentials/password')).not.toBe(before.get('db-credentials/password'))
    expect(await sql(shop.namespace, 'SELECT COUNT(*) FROM wp_wc_orders')).toEqual(orders)
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })
})
