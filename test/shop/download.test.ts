import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { application, describeApplication } from '../cluster/argo-cd.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { type Mirror, openMirror } from './mirror.ts'
import { images, RELEASE, releaseOf } from './platform.ts'
import { inPod, logsOf } from './pods.ts'
import { PLACED, placeOrder, readOrder } from './shopper.ts'
import { openShops, sellingShop, type Shop, type Shops } from './shops.ts'

const BAD_RELEASE = '2026.12'

describe.skipIf(inject('shopImages') === null)('a store whose code is downloaded', () => {
  let mirror: Mirror
  let shops: Shops
  let shop: Shop

  beforeAll(async () => {
    mirror = await openMirror()
    const release = (sha256: string) => ({
      ...releaseOf({ ...images(), baked: mirror.wordpress }),
      code: 'download',
      woocommerce: { version: images().woocommerceVersion, url: mirror.url, sha256 },
    })
    shops = await openShops({
      pluginHosts: [mirror.host],
      releases: { [RELEASE]: release(mirror.sha256), [BAD_RELEASE]: release('0'.repeat(63) + '1') },
    })
  })
  afterAll(async () => {
    await shops?.close()
    await mirror?.close()
  })

  it('S2-04 sells, with the plugin of the mirror in a read-only folder', async () => {
    const { name, committedAt } = await shops.declare('download')
    shop = await sellingShop(name)
    await figure('download: ready after commit', (performance.now() - committedAt) / 1000, '≤ 40 s')
    expect(mirror.asked.length).toBeGreaterThanOrEqual(2)
    expect(await readOrder(shop.site, await placeOrder(shop.site))).toBe(PLACED)
    const touch = 'touch wp-content/plugins/woocommerce/x 2>&1 || :'
    expect(await inPod(shop.namespace, 'wordpress', ['bash', '-c', touch])).toContain('Read-only')
  })

  it('does not start with a zip of another checksum, and names the plugin', async () => {
    const { name, namespace } = await shops.declare('checksum', { release: BAD_RELEASE })
    const said = async () =>
      [...(await logsOf(namespace)).values()].find((text) => text.includes('mismatch')) ?? null
    const { value } = await until('the pod says why', said, () => describeApplication(name))
    expect(value).toContain(`woocommerce ${images().woocommerceVersion}: checksum mismatch`)
    expect((await application(name))?.status?.health?.status).not.toBe('Healthy')
    await kubectl(['delete', 'namespace', namespace, '--wait=false'])
  })
})
