import './environment.ts'
import { Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import { Backup, BACKUP_COMPUTE, finalBackupDue } from './backup.ts'
import { Cache } from './cache.ts'
import { cloneSource } from './clone.ts'
import { Credentials } from './credentials.ts'
import { Cron, CRON_COMPUTE } from './cron.ts'
import { Exposure } from './exposure.ts'
import { Guardrails } from './guardrails.ts'
import { INIT_COMPUTE, InitJob } from './init-job.ts'
import { CONVERGE_COMPUTE, Mariadb } from './mariadb.ts'
import { metadata, type StoreIdentity } from './metadata.ts'
import { NetworkIsolation } from './network-isolation.ts'
import { KubeConfigMap, KubeNamespace } from './objects.ts'
import type { WooStoreProps } from './props.ts'
import { Scaling } from './scaling.ts'
import { SECRETS_COMPUTE } from './secrets-job.ts'
import { settingsOf } from './settings.ts'
import { CODE_COMPUTE, WAIT_COMPUTE } from './shop-pod.ts'
import { type ScriptName, scripts, wordpressConfig } from './static-files.ts'
import { WEB_COMPUTE } from './web-server.ts'
import { Wordpress } from './wordpress.ts'

/** Scripts of optional features. Stores without the feature do not contain them. */
const BACKUP_SCRIPTS: readonly ScriptName[] = ['dump.sh', 'store.sh']
const CLONE_SCRIPTS: readonly ScriptName[] = ['fetch.sh', 'load.sh']

function scriptsOf(props: WooStoreProps): Record<string, string> {
  const left = [
    ...(props.backup.destination === 'none' ? BACKUP_SCRIPTS : []),
    ...(cloneSource(props) === null ? CLONE_SCRIPTS : []),
  ]
  return Object.fromEntries(
    Object.entries(scripts).filter(([name]) => !left.includes(name as ScriptName)),
  )
}

/**
 * Argo CD deletes nothing of the Application until a person approves it (argo-cd 3.x docs, sync
 * options).
 */
const CONFIRM_DELETE = { 'argocd.argoproj.io/sync-options': 'Delete=confirm' } as const

/**
 * Containers other than the two servers. The largest container of a store is never an optional one.
 */
const SMALL_CONTAINERS = [
  CODE_COMPUTE,
  WAIT_COMPUTE,
  WEB_COMPUTE,
  INIT_COMPUTE,
  CRON_COMPUTE,
  CONVERGE_COMPUTE,
  SECRETS_COMPUTE,
  BACKUP_COMPUTE,
]

/** One WooCommerce shop in one namespace. */
export class WooStore extends Chart {
  constructor(scope: Construct, id: string, props: WooStoreProps) {
    // No namespace and no labels here, because a Chart adds them to every object, including the
    // Namespace.
    super(scope, id, { disableResourceNameHashes: true })
    const store: StoreIdentity = {
      name: props.name,
      team: props.team,
      plan: props.plan,
      namespace: `store-${props.name}`,
      guarded: props.lifecycle !== 'purge',
    }
    this.#namespace(store, props)
    new Guardrails(this, 'Guardrails', {
      store,
      quota: props.quota,
      volumesGi: [
        props.storage.uploadsGi,
        props.storage.databaseGi,
        ...(props.backup.destination === 'pvc' ? [props.backup.sizeGi] : []),
      ],
      containers: [props.wordpress, props.mariadb, ...SMALL_CONTAINERS],
    })
    new NetworkIsolation(this, 'Network', store, props)
    new Credentials(this, 'Credentials', {
      store,
      secrets: props.secrets,
      image: props.images.wordpress,
      databaseRevision: props.nonce.credentials,
      adminRevision: props.nonce.adminReset + 1,
    })
    this.#config(store, props)
    this.#workloads(store, props)
  }

  #namespace(store: StoreIdentity, props: WooStoreProps): void {
    new KubeNamespace(this, 'Namespace', {
      metadata: metadata(store, store.namespace, {
        component: 'namespace',
        clusterWide: true,
        sized: true,
        syncWave: -1,
        protect: true,
        labels: {
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': props.network.podSecurityVersion,
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/audit-version': 'latest',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/warn-version': 'latest',
          'storewright.dev/store': store.name,
        },
        // A retry must change the manifests, because Argo CD does not repeat a failed sync of the
        // same tree.
        annotations: {
          'storewright.dev/retry': String(props.nonce.retry),
          ...(props.lifecycle === 'purge' && props.confirmNamespace ? CONFIRM_DELETE : {}),
        },
      }),
    })
  }

  #config(store: StoreIdentity, props: WooStoreProps): void {
    const data = {
      'wordpress-config': { ...wordpressConfig },
      scripts: scriptsOf(props),
      'store-settings': settingsOf(props),
    }
    for (const [name, content] of Object.entries(data)) {
      new KubeConfigMap(this, name, {
        metadata: metadata(store, name, { component: 'config' }),
        data: content,
      })
    }
  }

  #workloads(store: StoreIdentity, props: WooStoreProps): void {
    new Mariadb(this, 'Mariadb', {
      store,
      image: props.images.mariadb,
      compute: props.mariadb,
      storageGi: props.storage.databaseGi,
      storageClass: props.storage.className,
      credentialsRevision: props.nonce.credentials,
      running: props.lifecycle === 'active' || finalBackupDue(props),
    })
    new Wordpress(this, 'Wordpress', store, props)
    new Scaling(this, 'Scaling', store, props)
    new Cron(this, 'Cron', store, props)
    new Cache(this, 'Cache', store, props)
    new Backup(this, 'Backup', store, props)
    // A new Job would fail against a stopped database. It runs when the store is active again, and
    // is idempotent.
    if (props.lifecycle === 'active') new InitJob(this, 'Init', store, props)
    // While a store is suspended, its gateway returns 503 and the certificate is kept.
    if (props.lifecycle === 'active' || props.lifecycle === 'suspended') {
      new Exposure(this, 'Exposure', store, props)
    }
  }
}
