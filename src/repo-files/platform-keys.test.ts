import { describe, expect, it } from 'vitest'
import { changedPlatform, FULL_PLATFORM, FULL_PLAN } from '../testing/full-platform.ts'
import { parsePlatformFile } from './platform-file.ts'

const pointersOf = (changes: Readonly<Record<string, unknown>>) =>
  parsePlatformFile(changedPlatform(changes)).problems.map(({ pointer }) => pointer)

describe('platform.yaml with every key', () => {
  it('is parsed into all values that rules and renders need', () => {
    const { value, problems } = parsePlatformFile(changedPlatform({}))
    expect(problems).toEqual([])
    expect(value).toMatchObject({
      profile: 'production',
      exposure: { mode: 'gateway', gateway: { name: 'public', sectionName: 'https' } },
      plans: { tiny: { wordpress: { cpuLimitMillis: 1000 } }, small: {}, medium: {}, large: {} },
      secrets: { mode: 'sealed', external: { storeName: 'vault' } },
      backup: { destination: 's3', retentionDays: 14, s3: { bucket: 'shop-backups' } },
      egressHttps: 'deny',
      clusters: {
        'eu-1': {
          baseDomain: 'eu.example.com',
          allowVolumeExpansion: true,
          uploadsAccess: 'RWX',
          maxStores: 1000,
        },
      },
      teams: { acme: { plans: ['tiny', 'small'], clusters: ['eu-1'], project: 'own' } },
      maxStores: 2000,
      maxStoresOfPlan: { large: 20 },
      provisioning: 4,
      nameQuarantineDays: 60,
      massDelete: { max: 5, percent: 2, windowMinutes: 120 },
      onModified: 'rerender',
      retentionDays: 14,
      autoPurge: false,
      confirmNamespace: true,
      argocdNamespace: 'argo',
      shards: ['[a-m]', '[n-z]'],
    })
  })

  it('refuses an unknown key at every level', () => {
    const paths = Object.keys(FULL_PLATFORM).flatMap((key) => {
      const value = FULL_PLATFORM[key as keyof typeof FULL_PLATFORM]
      return typeof value === 'object' &&
        !Array.isArray(value) &&
        !['clusters', 'teams'].includes(key)
        ? [`${key}/surprise`]
        : []
    })
    expect(paths.length).toBeGreaterThan(12)
    for (const path of [
      'surprise',
      'exposure/gateway/surprise',
      'limits/massDelete/surprise',
      ...paths,
    ]) {
      const found = pointersOf({ [path]: {} })
      expect(
        found.some((pointer) => pointer.startsWith(`#/${path}`)),
        path,
      ).toBe(true)
    }
  })

  it('requires only keys without a default and keys that others refer to', () => {
    const needed = Object.keys(FULL_PLATFORM).flatMap((key) =>
      pointersOf({ [key]: undefined }).map((pointer) => `${key}: ${pointer}`),
    )
    expect(needed).toEqual([
      'apiVersion: #/apiVersion',
      'kind: #/kind',
      'baseDomain: #/baseDomain',
      'plans: #/defaults/plan',
      'plans: #/teams/acme/plans/0',
      'releases: #/releases',
      'defaults: #/defaults/cluster',
      'defaults: #/defaults/team',
      'pluginHosts: #/releases/2026.11/woocommerce/url',
      'pluginHosts: #/releases/2026.11/redisCache/url',
      'clusters: #/defaults/cluster',
      'clusters: #/teams/acme/clusters/0',
      'teams: #/defaults/team',
    ])
  })
})

describe('platform.yaml with an error', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['#/apiVersion', { apiVersion: 'storewright.dev/v2' }],
    ['#/kind', { kind: 'Store' }],
    ['#/profile', { profile: 'staging' }],
    ['#/baseDomain', { baseDomain: 'Shops.example.com' }],
    ['#/baseDomain', { baseDomain: `${'a'.repeat(60)}.`.repeat(4) }],
    ['#/scheme', { scheme: 'ftp' }],
    ['#/exposure/mode', { 'exposure/mode': 'nodePort' }],
    ['#/exposure/gateway', { 'exposure/gateway': undefined }],
    ['#/exposure/peers', { 'exposure/peers': undefined }],
    ['#/exposure/peers', { 'exposure/peers': [] }],
    ['#/exposure/peers', { 'exposure/peers': Array(9).fill({ namespace: 'a' }) }],
    ['#/exposure/peers/0', { 'exposure/peers': [{ namespace: 'a', cidr: '10.0.0.0/8' }] }],
    ['#/exposure/peers/0', { 'exposure/peers': [{ namespace: 'a', podLabels: { 'a b': 'c' } }] }],
    ['#/exposure/tls', { 'exposure/tls': 'per-store' }],
    [
      '#/exposure/clusterIssuer',
      {
        'exposure/mode': 'ingress',
        'exposure/tls': 'per-store',
        'exposure/clusterIssuer': undefined,
      },
    ],
    [
      '#/exposure/peers',
      {
        'exposure/mode': 'ingress',
        'exposure/ingress': { className: 'haproxy' },
        'exposure/peers': undefined,
      },
    ],
    ['#/network/podSecurityVersion', { 'network/podSecurityVersion': '1.34' }],
    ['#/network/apiServer/ports/0', { 'network/apiServer/ports': [0] }],
    ['#/network/apiServer/cidrs/0', { 'network/apiServer/cidrs': ['10.96.0.1'] }],
    ['#/plans/Tiny', { plans: { Tiny: FULL_PLAN } }],
    ['#/plans/tiny/wordpress/cpuLimit', { 'plans/tiny/wordpress/cpuLimit': '1000m' }],
    ['#/plans/tiny/wordpress/memoryLimit', { 'plans/tiny/wordpress/memoryLimit': '1024Mi' }],
    ['#/plans/tiny/wordpress/memoryLimit', { 'plans/tiny/wordpress/memoryLimit': '512M' }],
    ['#/plans/tiny/wordpress/workers', { 'plans/tiny/wordpress/workers': 1 }],
    ['#/plans/tiny/wordpress/workers', { 'plans/tiny/wordpress/workers': 151 }],
    [
      '#/plans/tiny/wordpress/replicas/max',
      { 'plans/tiny/wordpress/replicas': { min: 1, max: 11 } },
    ],
    [
      '#/plans/tiny/wordpress/replicas/min',
      { 'plans/tiny/wordpress/replicas': { min: 2, max: 1 } },
    ],
    ['#/plans/tiny/wordpress/cpuRequest', { 'plans/tiny/wordpress/cpuRequest': '2' }],
    ['#/plans/tiny/mariadb/memoryRequest', { 'plans/tiny/mariadb/memoryRequest': '1Gi' }],
    ['#/plans/tiny/mariadb/bufferPool', { 'plans/tiny/mariadb/bufferPool': '384Mi' }],
    ['#/plans/tiny/storage/uploads', { 'plans/tiny/storage/uploads': 1001 }],
    ['#/plans/tiny/storage/database', { 'plans/tiny/storage/database': '2Gi' }],
    ['#/plans/tiny/quota/pods', { 'plans/tiny/quota/pods': 10 }],
    ['#/plans/tiny/quota/requestsCpu', { 'plans/tiny/quota/requestsCpu': '600m' }],
    ['#/plans/tiny/quota/limitsMemory', { 'plans/tiny/quota/limitsMemory': '2Gi' }],
    ['#/releases', { releases: {} }],
    ['#/releases/11', { releases: { 11: FULL_PLATFORM.releases['2026.11'] } }],
    [
      '#/releases/2026.11/images/wordpress',
      { 'releases/2026.11/images/wordpress': 'wordpress:7.1.0' },
    ],
    [
      '#/releases/2026.11/images/mariadb',
      { 'releases/2026.11/images/mariadb': `mariadb@sha256:${'a'.repeat(64)}` },
    ],
    ['#/releases/2026.11/images/valkey', { 'releases/2026.11/images/valkey': 'valkey:latest' }],
    ['#/releases/2026.11/code', { 'releases/2026.11/code': 'git' }],
    [
      '#/releases/2026.11/woocommerce/url',
      { 'releases/2026.11/woocommerce/url': 'http://plugins.example.com/x.zip' },
    ],
    [
      '#/releases/2026.11/woocommerce/url',
      { 'releases/2026.11/woocommerce/url': 'https://evil.example/x.zip' },
    ],
    [
      '#/releases/2026.11/woocommerce/sha256',
      { 'releases/2026.11/woocommerce/sha256': 'A'.repeat(64) },
    ],
    ['#/releases/2026.11/schema/mariadb', { 'releases/2026.11/schema/mariadb': 11.8 }],
    ['#/defaults/release', { 'defaults/release': '2020.1' }],
    ['#/defaults/cluster', { 'defaults/cluster': 'nowhere' }],
    ['#/defaults/team', { 'defaults/team': 'nobody' }],
    ['#/defaults/plan', { 'defaults/plan': 'huge' }],
    ['#/secrets/mode', { 'secrets/mode': 'vault' }],
    ['#/secrets/sealed/certificate', { 'secrets/sealed': undefined }],
    [
      '#/secrets/sealed/certificate',
      {
        'secrets/sealed/certificate':
          '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
      },
    ],
    ['#/secrets/external', { 'secrets/mode': 'external', 'secrets/external': undefined }],
    ['#/secrets/external/storeName', { 'secrets/external/storeName': undefined }],
    ['#/secrets/external/refresh', { 'secrets/external/refresh': '1 hour' }],
    ['#/backup/schedule', { 'backup/schedule': '99 2 * * *' }],
    ['#/backup/schedule', { 'backup/schedule': '0 24 * * *' }],
    ['#/backup/schedule', { 'backup/schedule': '0 2 0 * *' }],
    ['#/backup/schedule', { 'backup/schedule': '0 2 * * 7' }],
    ['#/backup/schedule', { 'backup/schedule': '5-1 2 * * *' }],
    ['#/backup/schedule', { 'backup/schedule': '*/0 2 * * *' }],
    ['#/backup/schedule', { 'backup/schedule': '@daily' }],
    ['#/backup/schedule', { 'backup/schedule': '0 H * * *' }],
    ['#/backup/schedule', { 'backup/schedule': '0 2 * *' }],
    ['#/backup/retentionDays', { 'backup/retentionDays': 0 }],
    ['#/backup/retentionDays', { 'backup/retentionDays': 91 }],
    ['#/backup/s3', { 'backup/s3': undefined }],
    ['#/backup/s3/bucket', { 'backup/s3/bucket': 'a' }],
    ['#/egress/https', { 'egress/https': true }],
    ['#/pluginHosts', { pluginHosts: [] }],
    ['#/pluginHosts/0', { pluginHosts: ['https://plugins.example.com'] }],
    ['#/clusters/a b', { 'clusters/a b': {} }],
    ['#/clusters/eu-1/allowVolumeExpansion', { 'clusters/eu-1/allowVolumeExpansion': 'yes' }],
    ['#/clusters/eu-1/uploadsAccess', { 'clusters/eu-1/uploadsAccess': 'ROX' }],
    ['#/clusters/eu-1/maxStores', { 'clusters/eu-1/maxStores': 5001 }],
    ['#/clusters/eu-1/labels', { 'clusters/eu-1/labels': { 'a b': 'c' } }],
    ['#/teams/all', { 'teams/all': {} }],
    ['#/teams/acme/title', { 'teams/acme/title': 'a\u202eb' }],
    ['#/teams/acme/codeowners/0', { 'teams/acme/codeowners': ['ada@example.com'] }],
    ['#/teams/acme/maxStores', { 'teams/acme/maxStores': 2501 }],
    ['#/teams/acme/plans/0', { 'teams/acme/plans': ['huge'] }],
    ['#/teams/acme/clusters/0', { 'teams/acme/clusters': ['nowhere'] }],
    ['#/teams/acme/project', { 'teams/acme/project': 'mine' }],
    ['#/limits/maxStores', { 'limits/maxStores': 20_001 }],
    ['#/limits/provisioning', { 'limits/provisioning': 1001 }],
    ['#/limits/nameQuarantineDays', { 'limits/nameQuarantineDays': 366 }],
    ['#/limits/massDelete/percent', { 'limits/massDelete/percent': 101 }],
    ['#/limits/massDelete/windowMinutes', { 'limits/massDelete/windowMinutes': 4 }],
    ['#/write/mode', { 'write/mode': 'pull-request' }],
    ['#/write/rules', { 'write/rules': [{ when: {}, mode: 'pull-request' }] }],
    ['#/review/method', { 'review/method': 'rebase' }],
    ['#/review/reviewers/0', { 'review/reviewers': ['@ada'] }],
    ['#/reconcile/onModified', { 'reconcile/onModified': 'ignore' }],
    ['#/rollout/waves/0', { 'rollout/waves': ['0%'] }],
    ['#/rollout/waves/0', { 'rollout/waves': ['101%'] }],
    ['#/rollout/minReady', { 'rollout/minReady': 0.4 }],
    ['#/rollout/soakMinutes', { 'rollout/soakMinutes': 1441 }],
    ['#/deletion/retentionDays', { 'deletion/retentionDays': 366 }],
    ['#/argocd/namespace', { 'argocd/namespace': 'Argo' }],
    ['#/argocd/shards/0', { 'argocd/shards': ['a-m'] }],
    ['#/argocd/shards/0', { 'argocd/shards': ['[m-a]', '[a-z]'] }],
    ['#/argocd/shards', { 'argocd/shards': ['[a-m]', '[o-z]'] }],
    ['#/argocd/shards/1', { 'argocd/shards': ['[a-m]', '[m-z]'] }],
    ['#/argocd/shards/2', { 'argocd/shards': ['[a-m]', '[n-z]', '[q]'] }],
    ['#/reservedNames/0', { reservedNames: ['*'] }],
  ])('is refused at %s for %j', (pointer, changes) => {
    const found = pointersOf(changes)
    expect(
      found.some((each) => each === pointer || each.startsWith(`${pointer}/`)),
      found.join(),
    ).toBe(true)
  })

  it('names the missing letters of shards, the shared ones, and the other shard', () => {
    const { problems } = parsePlatformFile(
      changedPlatform({ 'argocd/shards': ['[a-f]', '[f-m]', '[o-y]'] }),
    )
    expect(problems).toEqual([
      {
        pointer: '#/argocd/shards/1',
        detail: 'shares letters with [a-f], but each store must belong to one shard',
      },
      {
        pointer: '#/argocd/shards',
        detail:
          'leaves out n, z, so stores whose names start with them would not be deployed; cover a to z',
      },
    ])
    expect(pointersOf({ 'argocd/shards': [] })).toEqual([])
    expect(pointersOf({ 'argocd/shards': ['[n-z]', '[b-m]', '[a]'] })).toEqual([])
  })

  it('reports every problem at once', () => {
    expect(
      pointersOf({
        profile: 'staging',
        'limits/maxStores': 0,
        'rollout/minReady': 2,
        'plans/tiny/wordpress/cpuLimit': '1000m',
      }),
    ).toHaveLength(4)
    expect(
      pointersOf({
        'exposure/tls': 'per-store',
        'defaults/team': 'nobody',
        'teams/acme/plans': ['huge'],
        'plans/tiny/quota/pods': 8,
      }),
    ).toEqual([
      '#/exposure/tls',
      '#/defaults/team',
      '#/teams/acme/plans/0',
      '#/plans/tiny/quota/pods',
    ])
  })
})
