import { describe, expect, it } from 'vitest'
import { changedPlatform } from '../../testing/full-platform.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { platformWarnings, storeWarnings } from './warnings.ts'

const codes = (warnings: readonly { code: string; pointer: string }[]) =>
  warnings.map(({ code, pointer }) => `${code} ${pointer}`)
const local = testPlatform()
const production = (yaml: string) =>
  yaml.replace('profile: local', 'profile: production\nbaseDomain: shops.example.com')
const dotted = testPlatform((yaml) =>
  yaml.replace('profile: local', 'profile: local\nbaseDomain: 127.0.0.1.nip.io'),
)

describe('platform.yaml', () => {
  it.each<[string, (yaml: string) => string, string[]]>([
    ['the default', (yaml) => yaml, []],
    [
      'nginx, which is retired',
      (yaml) => `${yaml}exposure: {ingress: {className: nginx}}\n`,
      ['retired_ingress_class #/exposure/ingress/className'],
    ],
    [
      'a dotted address',
      (yaml) => yaml.replace('profile: local', 'profile: local\nbaseDomain: 10.1.2.3.nip.io'),
      ['ambiguous_base_domain #/baseDomain'],
    ],
    [
      'a dotted address of one cluster',
      (yaml) => yaml.replace('maxStores: 5000', 'baseDomain: 10.1.2.3.nip.io'),
      ['ambiguous_base_domain #/clusters/in-cluster/baseDomain'],
    ],
    [
      'more workers than the memory holds',
      () => changedPlatform({ 'plans/tiny/wordpress/workers': 15 }),
      ['many_workers #/plans/tiny/wordpress/workers'],
    ],
    [
      'production without the address of the API server',
      production,
      ['open_api_server_egress #/network/apiServer'],
    ],
    [
      'production with the address of its API server',
      (yaml) => `${production(yaml)}network: {apiServer: {cidrs: [10.0.0.1/32], ports: [6443]}}\n`,
      [],
    ],
    [
      'production without a Job that makes passwords',
      (yaml) => `${production(yaml)}secrets: {mode: external, external: {storeKind: Generator}}\n`,
      [],
    ],
    [
      'nginx configured but unused beside a Gateway',
      (yaml) =>
        `${yaml}exposure: {mode: gateway, ingress: {className: nginx}, gateway: {name: g, namespace: g}, peers: [{namespace: g}]}\n`,
      [],
    ],
  ])('with %s', (_what, change, expected) => {
    expect(codes(platformWarnings(testPlatform(change)))).toEqual(expected)
  })

  it('warns that BASE_DOMAIN is ignored if platform.yaml has another domain', () => {
    expect(codes(platformWarnings(local, 'shops.example.com'))).toEqual([
      'base_domain_ignored #/baseDomain',
    ])
    expect(platformWarnings(local, local.baseDomain)).toEqual([])
    expect(platformWarnings(local, null)).toEqual([])
  })

  it('suggests the address that nip.io reads correctly', () => {
    expect(platformWarnings(dotted)[0]?.message).toContain('use 127-0-0-1.nip.io')
  })
})

describe('a store', () => {
  it.each<[string, Parameters<typeof storeWarnings>, string[]]>([
    ['without peculiarities', [storeFile(), local, 0], []],
    ['whose name ends in a digit', [storeFile({ name: 'shop-1' }), local, 0], []],
    [
      'whose name ends in a digit before a dotted address',
      [storeFile({ name: 'shop-1' }), dotted, 0],
      ['ambiguous_host #/name'],
    ],
    ['before a dotted address', [storeFile(), dotted, 0], []],
    ['of a team with 999 others', [storeFile(), local, 999], []],
    ['of a team with 1,000 others', [storeFile(), local, 1000], ['large_team #/team']],
    ['with writable code', [storeFile({ code: 'writable' }), local, 0], ['unreviewed_code #/code']],
    [
      'in German',
      [storeFile({ site: { ...storeFile().site, locale: 'de_DE' } }), local, 0],
      ['no_language_pack #/site/locale'],
    ],
  ])('%s', (_what, given, expected) => {
    expect(codes(storeWarnings(...given))).toEqual(expected)
  })
})
