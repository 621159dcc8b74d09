import { describe, expect, it } from 'vitest'
import { PLATFORM_YAML, testPlatform } from '../testing/platform.ts'
import { parseAppFile, printAppFile } from './app-file.ts'
import { parsePlatformFile } from './platform-file.ts'
import { leadingComment, parseStoreFile, storeDocument } from './store-file.ts'

const STORE_YAML = `# kept
apiVersion: storewright.dev/v1
kind: Store
name: shop
team: acme
engine: woo
plan: small
release: "2026.11"
cluster: in-cluster
storage: {uploads: 2, database: 2, uploadsAccess: RWO}
secretsMode: job
lifecycle: {state: active}
autoSync: true
title: Shop
owner: local
admin: {user: shopkeeper}
site: {country: US, currency: USD, locale: en_US, timezone: UTC}
sampleProduct: true
labels: {b: "2", a: "1"}
nonce: {retry: 0, credentials: 1, adminReset: 0}
`

const pointers = (problems: readonly { pointer: string }[]) =>
  problems.map(({ pointer }) => pointer)

describe('store.yaml', () => {
  it('is parsed and printed in the documented key order', () => {
    const { value } = parseStoreFile(STORE_YAML, { team: 'acme', name: 'shop' })
    expect(Object.keys(storeDocument(value!))).toEqual(
      'apiVersion kind name team engine plan release cluster storage secretsMode lifecycle autoSync title owner admin site sampleProduct labels nonce'.split(
        ' ',
      ),
    )
    expect(storeDocument(value!)['labels']).toEqual({ a: '1', b: '2' })
    expect(leadingComment(STORE_YAML)).toBe('# kept\n')
  })

  it('reports every problem at once, each with its pointer', () => {
    const text = STORE_YAML.replace('plan: small', 'plan: 7\nsurprise: 1').replace(
      'currency: USD',
      'currency: dollars',
    )
    expect(pointers(parseStoreFile(text).problems).toSorted()).toEqual([
      '#/plan',
      '#/site/currency',
      '#/surprise',
    ])
  })

  it('must have the name and team of its folder', () => {
    expect(pointers(parseStoreFile(STORE_YAML, { team: 'x', name: 'y' }).problems)).toEqual([
      '#/name',
      '#/team',
    ])
  })

  it.each([
    ['two documents', `${STORE_YAML}---\na: 1\n`],
    ['a duplicate key', `${STORE_YAML}team: other\n`],
    ['an unknown tag', STORE_YAML.replace('title: Shop', 'title: !!js/function x')],
    [
      'an alias',
      STORE_YAML.replace('title: Shop', 'title: &a Shop').replace('owner: local', 'owner: *a'),
    ],
    ['more than 64 KiB', `# ${'x'.repeat(70_000)}\n${STORE_YAML}`],
    ['deep nesting', '['.repeat(5000)],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(parseStoreFile(text)).toMatchObject({ value: null, problems: [{ pointer: '#' }] })
  })
})

describe('platform.yaml', () => {
  it('gets the defaults of its profile', () => {
    const { value } = parsePlatformFile(
      PLATFORM_YAML.replace(
        'profile: local',
        'profile: production\nbaseDomain: shops.example.com',
      ).replace('limits:\n  maxStores: 20000\n  provisioning: 0\n', ''),
    )
    expect(value).toMatchObject({
      scheme: 'https',
      maxStores: 50,
      retentionDays: 7,
      exposure: { tls: 'wildcard' },
    })
    expect(
      testPlatform((yaml) => yaml.replace('limits:\n  maxStores: 20000\n  provisioning: 0\n', '')),
    ).toMatchObject({
      scheme: 'http',
      maxStores: 10,
      retentionDays: 0,
      exposure: { tls: 'none', className: 'traefik', peers: [{ namespace: 'kube-system' }] },
    })
  })

  it('parses quantities of plans and refuses those that Kubernetes would rewrite', () => {
    const plan = (cpu: string) =>
      `${PLATFORM_YAML}plans:\n  tiny:\n    wordpress: {cpuRequest: 50m, cpuLimit: ${cpu}, memoryRequest: 256Mi, memoryLimit: 512Mi, workers: 5}\n    mariadb: {cpuRequest: 50m, cpuLimit: 500m, memoryRequest: 256Mi, memoryLimit: 384Mi, bufferPool: 128Mi}\n    storage: {uploads: 1, database: 1}\n    quota: {requestsCpu: 600m, requestsMemory: 1Gi, limitsCpu: "4", limitsMemory: 2Gi, pods: 12}\n    initDeadlineSeconds: 900\n`
    expect(parsePlatformFile(plan('"1"')).value?.plans['tiny']?.wordpress.cpuLimitMillis).toBe(1000)
    expect(pointers(parsePlatformFile(plan('1000m')).problems)).toEqual([
      '#/plans/tiny/wordpress/cpuLimit',
    ])
    expect(pointers(parsePlatformFile(plan('10m')).problems)).toEqual([
      '#/plans/tiny/wordpress/cpuRequest',
    ])
  })

  it('refuses a plan whose store would exceed its own quota', () => {
    const plan = `plans:\n  tiny:\n    wordpress: {cpuRequest: 50m, cpuLimit: "1", memoryRequest: 256Mi, memoryLimit: 2Gi, workers: 5}\n    mariadb: {cpuRequest: 50m, cpuLimit: 500m, memoryRequest: 256Mi, memoryLimit: 384Mi, bufferPool: 128Mi}\n    storage: {uploads: 1, database: 1}\n    quota: {requestsCpu: 100m, requestsMemory: 1Gi, limitsCpu: "4", limitsMemory: 2Gi, pods: 12}\n`
    expect(pointers(parsePlatformFile(PLATFORM_YAML + plan).problems)).toEqual([
      '#/plans/tiny/quota/requestsCpu',
      '#/plans/tiny/quota/limitsMemory',
    ])
  })

  it.each([
    [
      '#/exposure/gateway',
      (yaml: string) => `${yaml}exposure: {mode: gateway, peers: [{cidr: 10.0.0.0/8}]}\n`,
    ],
    ['#/exposure/clusterIssuer', (yaml: string) => `${yaml}exposure: {tls: per-store}\n`],
    ['#/secrets/sealed/certificate', (yaml: string) => `${yaml}secrets: {mode: sealed}\n`],
    ['#/secrets/external', (yaml: string) => `${yaml}secrets: {mode: external}\n`],
    ['#/backup/s3', (yaml: string) => `${yaml}backup: {destination: s3}\n`],
    ['#/write/mode', (yaml: string) => `${yaml}write: {mode: pull-request}\n`],
    ['#/teams/acme/plans/0', (yaml: string) => yaml.replace('title: Acme', 'plans: [huge]')],
    ['#/defaults/plan', (yaml: string) => `${yaml}defaults: {plan: constructor}\n`],
    ['#/exposure/peers', (yaml: string) => `${yaml}exposure: {ingress: {className: haproxy}}\n`],
    ['#/baseDomain', (yaml: string) => yaml.replace('profile: local', 'profile: production')],
    [
      '#/releases/2026.11/woocommerce/url',
      (yaml: string) => yaml.replace('https://downloads.wordpress.org', 'https://evil.example'),
    ],
    [
      '#/releases/2026.11/images/mariadb',
      (yaml: string) => yaml.replace(/(mariadb:11.8.6)@sha256:a+/, '$1'),
    ],
  ])('reports the pointer %s', (pointer, change) => {
    expect(pointers(parsePlatformFile(change(PLATFORM_YAML)).problems)).toContain(pointer)
  })

  it('treats 2026.11 as newer than 2026.9', () => {
    const older = PLATFORM_YAML.slice(PLATFORM_YAML.indexOf('  "2026.11":')).replace(
      '2026.11',
      '2026.9',
    )
    expect(parsePlatformFile(PLATFORM_YAML + older).value?.defaults.release).toBe('2026.11')
  })
})

describe('app.json', () => {
  const app = {
    schema: '1' as const,
    application: 'store-shop',
    namespace: 'store-shop',
    name: 'shop',
    team: 'acme',
    engine: 'woo',
    plan: 'small',
    release: '2026.11',
    cluster: 'in-cluster',
    lifecycle: 'active' as const,
    autoSync: true,
    host: 'h',
    url: 'u',
    tree: 'a'.repeat(40),
    generator: '0.1.0',
  }

  it('has sorted keys and parses to the same value', () => {
    const text = printAppFile(app)
    const keys = [...text.matchAll(/^ {2}"([a-zA-Z]+)":/gm)].map((match) => match[1])
    expect(keys).toEqual(keys.toSorted())
    expect(parseAppFile(text)).toEqual(app)
  })

  it.each(['', '{}', '[]', 'null', '{"schema":"1"}', 'not json'])(
    'treats %j as unreadable',
    (text) => {
      expect(parseAppFile(text)).toBeNull()
    },
  )
})
