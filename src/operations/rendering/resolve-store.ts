import type {
  BackupProps,
  CacheProps,
  ComponentProps,
  ExposureProps,
  PeerProps,
  SecretsProps,
  WooStoreProps,
} from '../../../constructs/index.ts'
import { minuteOf } from '../../../constructs/index.ts'
import { extraOptions } from '../../contract/extra-options.ts'
import type { PinnedZip, Plan, Platform, Release } from '../../contract/platform-file.ts'
import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Component } from '../../contract/store-values.ts'
import { backupDestination, fitProblems } from '../../domain/admission/fit.ts'
import { workerMemory } from '../../domain/admission/plans.ts'
import { StoreError } from '../../domain/errors.ts'
import { hostOf, platformHostOf } from '../../domain/layout.ts'

const { cache, php, quarantine, smtp } = extraOptions

/**
 * Resolves all names and defaults, so that constructs receive plain values only.
 * @param sealed required in secrets mode `sealed`
 * @throws StoreError `invalid_store` if the intent does not fit the platform, with every reason
 */
export function propsOf(
  store: StoreFile,
  platform: Platform,
  sealed: SealedSecrets | null = null,
): WooStoreProps {
  const problems = fitProblems(store, platform)
  const plan = platform.plans[store.plan]
  const release = platform.releases[store.release]
  if (problems.length > 0 || plan === undefined || release === undefined) {
    throw new StoreError('invalid_store', 'the store does not fit platform.yaml', {
      errors: problems,
    })
  }
  const code = store.code === 'writable' ? 'writable' : release.code
  const scaled = store.storage.uploadsAccess === 'RWX' && code !== 'writable'
  const replicas = scaled ? plan.wordpress.replicas : { min: 1, max: 1 }
  return {
    name: store.name,
    team: store.team,
    plan: store.plan,
    host: hostOf(store, platform),
    platformHost: platformHostOf(store, platform),
    domains: store.domains ?? [],
    scheme: platform.scheme,
    images: {
      wordpress: release.images.wordpress,
      wordpressCli: release.images.wordpressCli,
      mariadb: release.images.mariadb,
    },
    code,
    components: componentsOf(store, platform, release),
    mariadbVersion: release.schema.mariadb,
    php: { uploadMaxMi: (store.php ?? php.default.value).uploadMaxMegabytes },
    ...sizesOf(plan, replicas.max),
    storage: {
      uploadsGi: store.storage.uploads,
      databaseGi: store.storage.database,
      className: store.storage.class ?? null,
      uploadsAccess: store.storage.uploadsAccess,
    },
    replicas,
    exposure: exposureOf(platform),
    secrets: secretsOf(store, platform, sealed),
    backup: backupOf(store, platform, plan, release),
    cache: (store.cache ?? cache.default.value) ? cacheOf(plan, release) : null,
    smtp: store.smtp ?? smtp.default.value,
    quarantine: store.quarantine ?? quarantine.default.value,
    origin:
      store.origin === undefined
        ? null
        : { store: store.origin.store, restorePoint: store.origin.restorePoint },
    network: {
      ...platform.network,
      httpsEgress: (store.egress?.https ?? platform.egressHttps) === 'allow',
    },
    settings: {
      title: store.title,
      adminUser: store.admin.user,
      emailSecret: store.admin.emailSecret ?? null,
      ...store.site,
      sampleProduct: store.sampleProduct,
    },
    nonce: { ...store.nonce, backup: store.nonce.backup ?? 0 },
    lifecycle: store.lifecycle.state,
    confirmNamespace: platform.confirmNamespace,
  }
}

/** Database connections: one per PHP worker of every replica plus 25 for people, rounded up to a multiple of ten. */
function sizesOf(plan: Plan, maxReplicas: number) {
  const { replicas: _, ...wordpress } = plan.wordpress
  const connections = plan.wordpress.workers * maxReplicas + 25
  return {
    wordpress: { ...wordpress, ...workerMemory(wordpress) },
    mariadb: { ...plan.mariadb, maxConnections: Math.ceil(connections / 10) * 10 },
    quota: plan.quota,
    initDeadlineSeconds: plan.initDeadlineSeconds,
  }
}

function componentsOf(
  store: StoreFile,
  { pluginHosts }: Platform,
  release: Release,
): ComponentProps[] {
  const pinned = (slug: string, zip: PinnedZip): ComponentProps => ({
    kind: 'plugin',
    slug,
    ...zip,
  })
  const declared = (kind: 'plugin' | 'theme', component: Component): ComponentProps => ({
    kind,
    ...component,
    url: `https://${pluginHosts[0]}/${kind}/${component.slug}.${component.version}.zip`,
  })
  return [
    pinned('woocommerce', release.woocommerce),
    ...(store.cache === true && release.redisCache !== undefined
      ? [pinned('redis-cache', release.redisCache)]
      : []),
    ...(store.plugins ?? []).map((plugin) => declared('plugin', plugin)),
    ...(store.themes ?? []).map((theme) => declared('theme', theme)),
  ]
}

function exposureOf({ exposure }: Platform): ExposureProps {
  const peers = exposure.peers.map(peerOf)
  if (exposure.mode === 'gateway' && exposure.gateway !== null) {
    const { name, namespace, sectionName } = exposure.gateway
    return {
      mode: 'gateway',
      gateway: { name, namespace, sectionName: sectionName ?? null },
      peers,
    }
  }
  const { className, tls, clusterIssuer: issuer } = exposure
  return { mode: 'ingress', className, tls, issuer, peers }
}

function peerOf(peer: Platform['exposure']['peers'][number]): PeerProps {
  if ('cidr' in peer) return { cidr: peer.cidr }
  const { namespace, podLabels } = peer
  return podLabels === undefined ? { namespace } : { namespace, podLabels }
}

/** @throws StoreError `invalid_store` in mode `sealed` without ciphertexts */
function secretsOf(
  store: StoreFile,
  { secrets }: Platform,
  sealed: SealedSecrets | null,
): SecretsProps {
  switch (store.secretsMode) {
    case 'job':
      return { mode: 'job' }
    case 'sealed':
      if (sealed !== null) return { mode: 'sealed', secrets: sealed }
      throw new StoreError('invalid_store', 'the store has no sealed secrets', {
        errors: [{ pointer: '#/secretsMode', detail: 'nothing is sealed for this store yet' }],
      })
    case 'external': {
      const { storeKind, storeName, refresh } = secrets.external ?? GENERATOR
      return storeKind === 'Generator'
        ? { mode: 'generator' }
        : { mode: 'external', storeKind, storeName, refresh }
    }
  }
}

const GENERATOR = { storeKind: 'Generator', storeName: '', refresh: '' } as const

function backupOf(store: StoreFile, platform: Platform, plan: Plan, release: Release): BackupProps {
  const destination = backupDestination(store, platform)
  const schedule = platform.backup.schedule.replace(/^H/, String(minuteOf(store.name)))
  const retentionDays = store.backup?.retentionDays ?? platform.backup.retentionDays
  const { s3 } = platform.backup
  const { rclone } = release.images
  if (destination === 'pvc') {
    const sizeGi = store.storage.backups ?? plan.storage.backups
    return { destination, schedule, retentionDays, sizeGi }
  }
  if (destination === 'none' || s3 === null || rclone === undefined) return { destination: 'none' }
  return { destination, schedule, retentionDays, ...s3, rcloneImage: rclone }
}

/** About a quarter of WordPress' memory limit, 128 to 384 MiB. Valkey itself may use half to two thirds of it. */
function cacheOf(plan: Plan, release: Release): CacheProps | null {
  const image = release.images.valkey
  if (image === undefined) return null
  const { memoryLimitMi } = plan.wordpress
  if (memoryLimitMi <= 512) return { image, memoryLimitMi: 128, maxMemoryMb: 64 }
  if (memoryLimitMi <= 1024) return { image, memoryLimitMi: 192, maxMemoryMb: 128 }
  return { image, memoryLimitMi: 384, maxMemoryMb: 256 }
}
