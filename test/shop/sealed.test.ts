import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { describeApplication } from '../cluster/argo-cd.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { readyPod } from './pods.ts'
import { leaksOf, secretsOf } from './secrets.ts'
import { type Order, PLACED, placeOrder, readOrder } from './shopper.ts'
import { openShops, sellingShop, type Shop, type Shops } from './shops.ts'

const certificate = process.env['SEALED_SECRETS_CERT'] ?? ''
const ready = inject('shopImages') !== null && certificate !== ''

describe.skipIf(!ready)('a store whose secrets are sealed in Git (SEALED_SECRETS_CERT)', () => {
  let shops: Shops
  let shop: Shop
  let order: Order

  beforeAll(async () => {
    const pem = await readFile(certificate, 'utf8')
    shops = await openShops({ secrets: { mode: 'sealed', sealed: { certificate: pem } } })
  })
  afterAll(() => shops?.close())

  it('S1-07 sells with passwords that the controller decrypted', async () => {
    const { name, committedAt } = await shops.declare('sealed')
    shop = await sellingShop(name)
    await figure('sealed: ready after commit', (performance.now() - committedAt) / 1000, '≤ 40 s')
    order = await placeOrder(shop.site)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
    const sealed = await kubectl(['-n', shop.namespace, 'get', 'sealedsecrets', '-o', 'name'])
    expect(sealed.split('\n')).toHaveLength(3)
    const roles = ['-n', shop.namespace, 'get', 'roles,rolebindings,jobs', '-o', 'name']
    expect(await kubectl(roles)).not.toContain('secrets-init')
  })

  it('survives a rotation: the current password becomes the previous one', async () => {
    const before = await secretsOf(shop.namespace)
    const pod = (await readyPod(shop.namespace, 'mariadb'))?.metadata.uid
    await shops.ask(shop.name, 'retry', { what: 'credentials' })
    const replaced = async () => {
      const now = await readyPod(shop.namespace, 'mariadb')
      return now !== null && now.metadata.uid !== pod
    }
    await until('the database has the new password', replaced, () => describeApplication(shop.name))
    const after = await secretsOf(shop.namespace)
    expect(after.get('db-credentials/previous-password')).toBe(
      before.get('db-credentials/password'),
    )
    expect(after.get('db-credentials/password')).not.toBe(before.get('db-credentials/password'))
    await sellingShop(shop.name)
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
  })

  it('keeps its Secrets when a SealedSecret is deleted, and adopts them again', async () => {
    const before = await secretsOf(shop.namespace)
    const words = ['-n', shop.namespace, 'delete', 'sealedsecret', 'db-credentials']
    await kubectl(words)
    const back = async () =>
      (await kubectl(['-n', shop.namespace, 'get', 'sealedsecrets', '-o', 'name'])).split('\n')
        .length === 3
    await until('Argo CD brings it back', back, () => describeApplication(shop.name))
    expect(await secretsOf(shop.namespace)).toEqual(before)
    expect(await readOrder(shop.site, order)).toBe(PLACED)
  })

  it('T7 shows no secret value in any log', async () => {
    const { leaks, values } = await leaksOf(shop.namespace)
    expect(values).toBe(12)
    expect(leaks).toEqual([])
  })
})
