import type { Preview, StoreCreate } from '../contract/store.ts'
import { admitStore, countStores } from '../domain/admission.ts'
import { hostOf, namespaceOf } from '../domain/layout.ts'
import { requestsOf } from '../domain/plans.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { storeWarnings } from '../domain/warnings.ts'
import { creationOf } from './create-store.ts'
import { unsealed } from './seal-store.ts'

/**
 * What a create would commit now, byte for byte but for ciphertexts. Writes nothing.
 * @throws StoreError the refusals of a create
 */
export function previewStore(
  deps: Pick<OperationDeps, 'repo' | 'clock'>,
  request: StoreCreate,
  owner: string,
): Preview {
  const at = deps.repo.snapshot()
  const store = admitStore(request, at, owner, deps.clock.now())
  const change = creationOf(store, request, at.platform, unsealed(store))
  const plan = at.platform.plans[store.plan]
  const siblings = countStores(at, ({ team }) => team === store.team)
  if (plan === undefined) throw new Error('an admitted store has a declared plan')
  const decoder = new TextDecoder()
  return {
    files: Array.from(change.files, ([path, bytes]) => ({
      path,
      bytes: bytes.length,
      content: decoder.decode(bytes),
    })),
    warnings: storeWarnings(store, at.platform, siblings),
    impact: {
      targetNamespace: namespaceOf(change.name),
      host: hostOf(store, at.platform),
      requests: requestsOf(plan, store.storage),
      stores: countStores(at, () => true),
      maxStores: at.platform.maxStores,
    },
    writeMode: 'direct',
  }
}
