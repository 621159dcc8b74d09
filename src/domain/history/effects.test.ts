import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../../contract/store-file.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { effectsOf, type RenderedObject } from './effects.ts'

const NEWER = `  "2026.12":
    images:
      wordpress: wordpress:7.2.0@sha256:${'b'.repeat(64)}
      wordpressCli: wordpress:cli-2.12.0@sha256:${'b'.repeat(64)}
      mariadb: mariadb:11.8.6@sha256:${'a'.repeat(64)}
    code: baked
    woocommerce:
      version: 11.2.0
      url: https://downloads.wordpress.org/plugin/woocommerce.11.2.0.zip
      sha256: ${'a'.repeat(64)}
    schema:
      wordpress: 60717
      woocommerce: 11.2.0
      mariadb: "11.8"
`
const platform = testPlatform((yaml) => yaml + NEWER)
const store = storeFile({ release: '2026.11' })

const workload = (kind: string, name: string, spec: RenderedObject['spec']): RenderedObject => ({
  kind,
  metadata: { name },
  spec: spec ?? null,
})
const shop = (env: string, more: object = {}) =>
  workload('Deployment', 'wordpress', {
    template: { env },
    strategy: { type: 'Recreate' },
    ...more,
  })
const database = (env: string) => workload('StatefulSet', 'mariadb', { template: { env } })
const job = (name: string) => workload('Job', name, {})

const of = (
  change: Partial<StoreFile>,
  before: readonly RenderedObject[] = [],
  after: readonly RenderedObject[] = [],
) =>
  effectsOf(
    { intent: store, objects: before },
    { intent: { ...store, ...change }, objects: after },
    platform,
  )

describe('effectsOf', () => {
  it('returns nothing if no running object differs', () => {
    expect(
      of(
        { labels: { tier: 'gold' } },
        [shop('a'), job('wp-init-1')],
        [shop('a'), job('wp-init-1')],
      ),
    ).toEqual([])
  })

  it('reports a restart of exactly the workloads with a new pod template', () => {
    const codes = (...sides: [RenderedObject[], RenderedObject[]]) =>
      of({}, ...sides).map(({ code }) => code)
    expect(codes([shop('a'), database('a')], [shop('b'), database('a')])).toEqual(['shop_restarts'])
    expect(codes([shop('a'), database('a')], [shop('a'), database('b')])).toEqual([
      'database_restarts',
    ])
    const stopped = [shop('a', { replicas: 0 })]
    expect(codes(stopped, [shop('b', { replicas: 0 })])).toEqual([])
    expect(codes(stopped, [shop('b')])).toEqual([])
  })

  it('reports that a rolling update keeps the shop open', () => {
    const rolling = { strategy: { type: 'RollingUpdate' } }
    expect(of({}, [shop('a', rolling)], [shop('b', rolling)])[0]?.message).toMatch(/stays open/)
    expect(of({}, [shop('a')], [shop('b')])[0]?.message).toMatch(/closed until it is back/)
  })

  it('reports a run of each Job with a new name', () => {
    const found = of({}, [job('wp-init-1')], [job('wp-init-2'), job('backup-1')])
    expect(found.map(({ code }) => code)).toEqual(['set_up_runs', 'backup_runs'])
  })

  it('marks growing volumes and upgraded data as final', () => {
    const storage = { ...store.storage, uploads: store.storage.uploads + 5 }
    const found = of({ storage, release: '2026.12' })
    expect(found.map(({ code, final }) => [code, final])).toEqual([
      ['data_upgraded', true],
      ['volumes_grow', true],
    ])
    expect(found[0]?.message).toContain('woocommerce 11.1.0 to 11.2.0')
  })

  it('reports a new address if the first domain changes', () => {
    expect(of({ domains: ['shop.example.com'] })).toMatchObject([
      { code: 'address_changes', message: expect.stringContaining('to shop.example.com') },
    ])
  })
})
