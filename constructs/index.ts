import { App } from 'cdk8s'
import { type Manifest, toFiles } from './output.ts'
import type { RenderedFile, WooStoreProps } from './props.ts'
import { WooStore } from './woo-store.ts'

export { type ArgoCdObjects, renderArgoCd } from './argo-cd.ts'
export { ADMIN_SECRET, SECRETS } from './credentials.ts'
export { minuteOf, sha256, treeId } from './hash.ts'
export { type Kind, madeByControllers, namespacedKinds, type SecretsMode } from './kinds.ts'
export type {
  BackupProps,
  CacheProps,
  ComponentProps,
  ExposureProps,
  PeerProps,
  RenderedFile,
  SecretsProps,
  WooStoreProps,
} from './props.ts'
export { printYaml } from './yaml.ts'

/**
 * Renders every file of `manifests/` of one store, sorted by path. The same props give the same
 * bytes. Each store gets its own App, because cdk8s validates the whole tree for each chart of an
 * App, which is quadratic (cdk8s 2.70).
 */
export function renderWooStore(props: WooStoreProps): readonly RenderedFile[] {
  // `constructs` keeps children in a plain object, where names such as `constructor` are taken.
  const id = props.name in {} ? `store-${props.name}` : props.name
  const chart = new WooStore(new App(), id, props)
  return toFiles(chart.toJson() as Manifest[])
}
