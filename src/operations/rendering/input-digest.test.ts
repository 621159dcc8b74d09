import { describe, expect, it } from 'vitest'
import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { PLATFORM_YAML, testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { inputDigest } from './input-digest.ts'
import { renderStore } from './render-store.ts'

const store = storeFile()
const platform = testPlatform()
const digest = inputDigest(store, platform)
const bytesOf = (of: StoreFile, on: Platform) => {
  const decoder = new TextDecoder()
  return JSON.stringify(
    Array.from(renderStore(of, on), ([path, text]) => [path, decoder.decode(text)]),
  )
}
const bytes = bytesOf(store, platform)

/** Edits of platform.yaml that do not affect this store. */
const FOREIGN: readonly (readonly [string, (yaml: string) => string])[] = [
  ['a limit', (yaml) => yaml.replace('20000', '19999')],
  ['another team', (yaml) => yaml.replace('title: Acme', 'title: Acme Ltd')],
  [
    'one more release',
    (yaml) =>
      yaml +
      PLATFORM_YAML.slice(PLATFORM_YAML.indexOf('  "2026.11":')).replace('2026.11', '2026.10'),
  ],
  ['reserved names', (yaml) => `${yaml}reservedNames: [brand]\n`],
  ['the namespace of Argo CD', (yaml) => `${yaml}argocd: {namespace: argo}\n`],
  ['defaults of new stores', (yaml) => `${yaml}defaults: {plan: large}\n`],
  ['the wait before a purge', (yaml) => `${yaml}deletion: {retentionDays: 3}\n`],
  ['another cluster', (yaml) => yaml.replace('in-cluster:\n', 'other: {}\n  in-cluster:\n')],
]

/** Edits that affect the rendered files of this store. */
const OWN_PLATFORM: readonly (readonly [string, (yaml: string) => string])[] = [
  [
    'base domain',
    (yaml) => yaml.replace('profile: local', 'profile: local\nbaseDomain: x.example'),
  ],
  ['scheme', (yaml) => yaml.replace('profile: local', 'profile: local\nscheme: https')],
  ['image', (yaml) => yaml.replace('mariadb:11.8.6', 'mariadb:11.8.7')],
  ['ingress class', (yaml) => `${yaml}exposure: {ingress: {className: nginx}}\n`],
  ['egress', (yaml) => `${yaml}egress: {https: deny}\n`],
  ['network', (yaml) => `${yaml}network: {nodeLocalDns: true}\n`],
]
const OWN_STORE: readonly (readonly [string, Partial<StoreFile>])[] = [
  ['title', { title: 'New' }],
  ['owner', { owner: 'ada' }],
  ['labels', { labels: { tier: 'gold' } }],
  ['pin', { pin: { until: '2026-12-24', reason: 'Christmas sale' } }],
  ['auto sync', { autoSync: false }],
  ['queue', { queued: true }],
  ['plan', { plan: 'medium' }],
  ['size', { storage: { ...store.storage, uploads: 9 } }],
  ['lifecycle', { lifecycle: { state: 'suspended' } }],
  ['reason', { lifecycle: { state: 'active', reason: 'because' } }],
  ['counter', { nonce: { ...store.nonce, retry: 1 } }],
]

describe('the input digest', () => {
  it('is equal for equal inputs and differs for another generator', () => {
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(inputDigest(structuredClone(store), testPlatform())).toBe(digest)
    expect(inputDigest(store, platform, null, '99.0.0')).not.toBe(digest)
  })

  it.each(FOREIGN)('does not change when platform.yaml changes %s', (_what, change) => {
    const changed = testPlatform(change)
    expect(changed).not.toEqual(platform)
    expect(inputDigest(store, changed)).toBe(digest)
    expect(bytesOf(store, changed)).toBe(bytes)
  })

  it.each(OWN_PLATFORM)('changes with the %s of the platform', (_what, change) => {
    const changed = testPlatform(change)
    expect(bytesOf(store, changed)).not.toBe(bytes)
    expect(inputDigest(store, changed)).not.toBe(digest)
  })

  it.each(OWN_STORE)('changes with the %s of the store', (_what, change) => {
    const changed = { ...store, ...change }
    expect(bytesOf(changed, platform)).not.toBe(bytes)
    expect(inputDigest(changed, platform)).not.toBe(digest)
  })
})
