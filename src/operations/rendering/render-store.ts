import { printYaml, renderWooStore, treeId } from '../../../constructs/index.ts'
import type { AppFile } from '../../contract/app-file.ts'
import type { Platform } from '../../contract/platform-file.ts'
import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { GENERATOR } from '../../contract/version.ts'
import { isNewer } from '../../domain/generator.ts'
import { hostOf, namespaceOf, urlOf } from '../../domain/layout.ts'
import type { ObjectFormat } from '../../domain/object-format.ts'
import { printAppFile } from '../../repo-files/app-file.ts'
import { storeDocument } from '../../repo-files/store-file.ts'
import { propsOf } from './resolve-store.ts'

/** Committed values that a render reuses. */
export interface RenderContext {
  /** Leading comment lines of store.yaml to keep, each ending in a newline. @default none */
  readonly comment?: string
  /** Generator and tree of the committed app.json. For equal manifests an older generator is kept, a newer one is not. */
  readonly before?: Pick<AppFile, 'tree' | 'generator'> | null
  /** Ciphertexts of a store in secrets mode `sealed`. */
  readonly sealed?: SealedSecrets | null
  /** Object format of the stores repo, which determines the tree id in app.json. @default sha1 */
  readonly objectFormat?: ObjectFormat
}

/**
 * Renders every file of `stores/<team>/<name>/`, as bytes by path below that folder. Pure: the same
 * input gives the same bytes on every machine.
 * @throws StoreError `invalid_store` if the intent does not fit the platform, with every reason
 */
export function renderStore(
  store: StoreFile,
  platform: Platform,
  context: RenderContext = {},
): ReadonlyMap<string, Uint8Array> {
  const manifests = renderWooStore(propsOf(store, platform, context.sealed ?? null))
  const tree = treeId(manifests, context.objectFormat ?? 'sha1')
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
    // A queued store that is suspended or deleted must stop at once. When it is resumed, it is queued again.
    autoSync: store.autoSync && !(store.queued === true && store.lifecycle.state === 'active'),
    host: hostOf(store, platform),
    url: urlOf(store, platform),
    tree,
    generator:
      before?.tree === tree && !isNewer(before.generator, GENERATOR) ? before.generator : GENERATOR,
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
