import { printYaml, renderWooStore, treeId, type WooStoreProps } from '../../constructs/index.ts'
import type { AppFile } from '../contract/app-file.ts'
import type { Plan, Platform, Release } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { GENERATOR } from '../contract/version.ts'
import { StoreError } from '../domain/errors.ts'
import { hostOf, namespaceOf, urlOf } from '../domain/layout.ts'
import { printAppFile } from '../repo-files/app-file.ts'
import { storeDocument } from '../repo-files/store-file.ts'

/** What a render may take over from what is committed. */
export interface RenderContext {
  /** Comment lines to keep at the head of store.yaml, each ending in a newline. @default none */
  readonly comment?: string
  /** Generator and tree that app.json holds now: equal bytes keep the older generator. */
  readonly before?: Pick<AppFile, 'tree' | 'generator'> | null
}

/**
 * Intent and platform -> every file of `stores/<team>/<name>/`, path below that folder -> bytes.
 * Pure: same input, same bytes on every machine.
 * @throws StoreError `invalid_store` when the plan, release or cluster is not declared
 */
export function renderStore(
  store: StoreFile,
  platform: Platform,
  context: RenderContext = {},
): ReadonlyMap<string, Uint8Array> {
  const manifests = renderWooStore(propsOf(store, platform))
  const tree = treeId(manifests, 'sha1')
  const files = new Map<string, Uint8Array>()
  files.set('app.json', utf8(printAppFile(appOf(store, platform, tree, context.before))))
  for (const file of manifests) files.set(`manifests/${file.path}`, file.bytes)
  files.set('store.yaml', utf8((context.comment ?? '') + printYaml(storeDocument(store))))
  return files
}

function appOf(
  store: StoreFile,
  platform: Platform,
  tree: string,
  before: RenderContext['before'],
): AppFile {
  return {
    schema: '1',
    application: namespaceOf(store.name),
    namespace: namespaceOf(store.name),
    name: store.name,
    team: store.team,
    engine: store.engine,
    plan: store.plan,
    release: store.release,
    cluster: store.cluster,
    lifecycle: store.lifecycle.state,
    autoSync: store.autoSync,
    host: hostOf(store.name, platform),
    url: urlOf(store.name, platform),
    tree,
    generator: before?.tree === tree ? before.generator : GENERATOR,
  }
}

/**
 * Resolves names into values, so that no default and no platform key reaches a construct.
 * @throws StoreError `invalid_store` when the plan, release or cluster is not declared
 */
export function propsOf(store: StoreFile, platform: Platform): WooStoreProps {
  const plan = declared(platform.plans, store.plan, 'plan')
  const release = declared(platform.releases, store.release, 'release')
  declared(platform.clusters, store.cluster, 'cluster')
  const { state } = store.lifecycle
  return {
    name: store.name,
    team: store.team,
    plan: store.plan,
    host: hostOf(store.name, platform),
    scheme: platform.scheme,
    ...releaseProps(release),
    ...planProps(plan),
    storage: {
      uploadsGi: store.storage.uploads,
      databaseGi: store.storage.database,
      className: store.storage.class ?? null,
    },
    exposure: {
      className: platform.exposure.className,
      tls: platform.exposure.tls,
      peers: platform.exposure.peers.map(peerProps),
    },
    network: { ...platform.network, httpsEgress: platform.egressHttps === 'allow' },
    settings: {
      title: store.title,
      adminUser: store.admin.user,
      ...store.site,
      sampleProduct: store.sampleProduct,
    },
    nonce: store.nonce,
    lifecycle: lifecycleProp(state),
  }
}

function peerProps(
  peer: Platform['exposure']['peers'][number],
): WooStoreProps['exposure']['peers'][number] {
  if ('cidr' in peer) return { cidr: peer.cidr }
  const { namespace, podLabels } = peer
  return podLabels === undefined ? { namespace } : { namespace, podLabels }
}

function lifecycleProp(state: StoreFile['lifecycle']['state']): WooStoreProps['lifecycle'] {
  if (state === 'active' || state === 'deleted') return state
  throw new StoreError('invalid_store', `lifecycle ${state} is not available in this version`, {
    errors: [{ pointer: '#/lifecycle/state', detail: 'available: active, deleted' }],
  })
}

function releaseProps(
  release: Release,
): Pick<WooStoreProps, 'images' | 'code' | 'components' | 'mariadbVersion'> {
  return {
    images: release.images,
    code: release.code,
    components: [{ kind: 'plugin', slug: 'woocommerce', ...release.woocommerce }],
    mariadbVersion: release.schema.mariadb,
  }
}

function planProps(
  plan: Plan,
): Pick<WooStoreProps, 'wordpress' | 'mariadb' | 'quota' | 'initDeadlineSeconds'> {
  return {
    wordpress: plan.wordpress,
    mariadb: plan.mariadb,
    quota: plan.quota,
    initDeadlineSeconds: plan.initDeadlineSeconds,
  }
}

function declared<T>(values: Readonly<Record<string, T>>, key: string, what: string): T {
  const value = Object.hasOwn(values, key) ? values[key] : undefined
  if (value !== undefined) return value
  throw new StoreError('invalid_store', `platform.yaml declares no ${what} of that name`, {
    errors: [{ pointer: `#/${what}`, detail: `platform.yaml declares no such ${what}` }],
  })
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
