const digest = 'a'.repeat(64)
const zip = (slug: string, version: string) => ({
  version,
  url: `https://plugins.example.com/${slug}.${version}.zip`,
  sha256: digest,
})
/** A plan with every key. */
export const FULL_PLAN = {
  wordpress: {
    cpuRequest: '100m',
    cpuLimit: '1',
    memoryRequest: '256Mi',
    memoryLimit: '512Mi',
    workers: 14,
    replicas: { min: 1, max: 2 },
  },
  mariadb: {
    cpuRequest: '100m',
    cpuLimit: '500m',
    memoryRequest: '256Mi',
    memoryLimit: '384Mi',
    bufferPool: '128Mi',
  },
  storage: { uploads: 2, database: 2, backups: 3 },
  quota: { requestsCpu: '1', requestsMemory: '2Gi', limitsCpu: '8', limitsMemory: '4Gi', pods: 12 },
  initDeadlineSeconds: 900,
}

/** A platform.yaml that sets every key. */
export const FULL_PLATFORM = {
  apiVersion: 'storewright.dev/v1',
  kind: 'Platform',
  profile: 'production',
  baseDomain: 'shops.example.com',
  scheme: 'https',
  exposure: {
    mode: 'gateway',
    ingress: { className: 'traefik' },
    gateway: { name: 'public', namespace: 'gateways', sectionName: 'https' },
    tls: 'wildcard',
    clusterIssuer: 'letsencrypt',
    peers: [{ namespace: 'gateways', podLabels: { app: 'gateway' } }, { cidr: '10.0.0.0/24' }],
  },
  network: {
    nodeLocalDns: true,
    ipv6: true,
    podSecurityVersion: 'v1.34',
    apiServer: { cidrs: ['10.96.0.1/32'], ports: [443] },
  },
  plans: { tiny: FULL_PLAN },
  releases: {
    '2026.11': {
      images: {
        wordpress: `wordpress:7.1.0@sha256:${digest}`,
        wordpressCli: `wordpress:cli-2.12.0@sha256:${digest}`,
        mariadb: `mariadb:11.8@sha256:${digest}`,
        valkey: `valkey/valkey:8@sha256:${digest}`,
        rclone: `registry.example.com:5000/rclone:1.71@sha256:${digest}`,
      },
      code: 'download',
      woocommerce: zip('woocommerce', '11.1.0'),
      redisCache: zip('redis-cache', '2.6.5'),
      schema: { wordpress: 60_717, woocommerce: '11.1.0', mariadb: '11.8' },
    },
  },
  defaults: { team: 'acme', plan: 'tiny', release: '2026.11', cluster: 'eu-1' },
  secrets: {
    mode: 'sealed',
    sealed: {
      certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    },
    external: { storeKind: 'ClusterSecretStore', storeName: 'vault', refresh: '1h0m0s' },
  },
  backup: {
    schedule: 'H 2 * * *',
    retentionDays: 14,
    destination: 's3',
    s3: { bucket: 'shop-backups', secretName: 'backup-target' },
  },
  egress: { https: 'deny' },
  pluginHosts: ['plugins.example.com'],
  clusters: {
    'eu-1': {
      baseDomain: 'eu.example.com',
      storageClass: 'fast',
      allowVolumeExpansion: true,
      uploadsAccess: 'RWX',
      snapshotClass: 'csi',
      maxStores: 1000,
      labels: { region: 'eu' },
    },
  },
  teams: {
    acme: {
      title: 'Acme',
      codeowners: ['@acme/shops', '@ada'],
      maxStores: 100,
      plans: ['tiny', 'small'],
      clusters: ['eu-1'],
      project: 'own',
    },
  },
  limits: {
    maxStores: 2000,
    plans: { large: 20 },
    provisioning: 4,
    nameQuarantineDays: 60,
    massDelete: { max: 5, percent: 2, windowMinutes: 120 },
  },
  write: { mode: 'direct', rules: [{ when: { plan: 'large' }, mode: 'direct', merge: 'auto' }] },
  review: { merge: 'auto', method: 'squash', labels: ['shops'], reviewers: ['ada'] },
  reconcile: { onModified: 'rerender' },
  rollout: { waves: ['1', '10%', '100%'], soakMinutes: 30, minReady: 0.9 },
  deletion: { retentionDays: 14, autoPurge: false, confirmNamespace: true },
  argocd: { namespace: 'argo', shards: ['[a-m]', '[n-z]'] },
  reservedNames: ['promo-*', 'brand'],
} as const

type Tree = { [key: string]: unknown }

/**
 * {@link FULL_PLATFORM} with other values at paths such as `limits/maxStores`. `undefined` removes
 * a key.
 */
export function changedPlatform(changes: Readonly<Record<string, unknown>>): string {
  const tree = structuredClone(FULL_PLATFORM) as Tree
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('/')
    const last = keys.pop() ?? ''
    let at = tree
    for (const key of keys) at = at[key] as Tree
    if (value === undefined) delete at[last]
    else at[last] = value
  }
  return JSON.stringify(tree)
}
