import { Chart } from 'cdk8s'
import type { Construct } from 'constructs'
import { Credentials, SECRETS_COMPUTE } from './credentials.ts'
import { Cron, CRON_COMPUTE } from './cron.ts'
import { Exposure } from './exposure.ts'
import { Guardrails } from './guardrails.ts'
import { INIT_COMPUTE, InitJob } from './init-job.ts'
import { k8s } from './kube.ts'
import { CONVERGE_COMPUTE, Mariadb } from './mariadb.ts'
import { metadata, type StoreIdentity } from './metadata.ts'
import { NetworkIsolation } from './network-isolation.ts'
import type { WooStoreProps } from './props.ts'
import { settingsOf } from './settings.ts'
import { CODE_COMPUTE, WAIT_COMPUTE } from './shop-pod.ts'
import { scripts, wordpressConfig } from './static-files.ts'
import { Wordpress } from './wordpress.ts'

/** One WooCommerce shop in one namespace. */
export class WooStore extends Chart {
  constructor(scope: Construct, id: string, props: WooStoreProps) {
    // No namespace and no labels here: a Chart writes them onto every object, also onto the Namespace.
    super(scope, id, { disableResourceNameHashes: true })
    const store: StoreIdentity = {
      name: props.name,
      team: props.team,
      plan: props.plan,
      namespace: `store-${props.name}`,
    }
    this.#namespace(store, props)
    new Guardrails(this, 'Guardrails', {
      store,
      quota: props.quota,
      volumesGi: [props.storage.uploadsGi, props.storage.databaseGi],
      containers: [
        props.wordpress,
        props.mariadb,
        CODE_COMPUTE,
        WAIT_COMPUTE,
        INIT_COMPUTE,
        CRON_COMPUTE,
        CONVERGE_COMPUTE,
        SECRETS_COMPUTE,
      ],
    })
    new NetworkIsolation(this, 'Network', {
      store,
      network: props.network,
      peers: props.exposure.peers,
      downloads: props.code === 'download',
    })
    new Credentials(this, 'Credentials', {
      store,
      image: props.images.wordpress,
      databaseRevision: props.nonce.credentials,
      adminRevision: props.nonce.adminReset + 1,
    })
    this.#config(store, props)
    this.#workloads(store, props)
  }

  #namespace(store: StoreIdentity, props: WooStoreProps): void {
    new k8s.KubeNamespace(this, 'Namespace', {
      metadata: metadata(store, store.namespace, {
        component: 'namespace',
        clusterWide: true,
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
        // A retry must change the manifests: Argo CD does not try a failed sync again for the same tree.
        annotations: { 'storewright.dev/retry': String(props.nonce.retry) },
      }),
    })
  }

  #config(store: StoreIdentity, props: WooStoreProps): void {
    const data = {
      'wordpress-config': { ...wordpressConfig },
      scripts: { ...scripts },
      'store-settings': settingsOf(props),
    }
    for (const [name, content] of Object.entries(data)) {
      new k8s.KubeConfigMap(this, name, {
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
      running: props.lifecycle === 'active',
    })
    new Wordpress(this, 'Wordpress', store, props)
    new Cron(this, 'Cron', store, props)
    if (props.lifecycle !== 'active') return
    // A new hash against a stopped database would fail; it runs again, harmlessly, when the store is back.
    new InitJob(this, 'Init', store, props)
    new Exposure(this, 'Exposure', store, props)
  }
}
