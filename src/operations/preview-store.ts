import type { Preview, StoreCreate } from '../contract/store.ts'
import { countStores } from '../domain/admission.ts'
import { hostOf, namespaceOf } from '../domain/layout.ts'
import { requestsOf } from '../domain/plans.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { decideCreate, FIRST_NONCE } from './create-store.ts'
import { unsealed } from './seal-store.ts'

/**
 * What a create would commit now, byte for byte. Writes nothing.
 * @throws StoreError the refusals of a create
 */
export function previewStore(
  deps: Pick<OperationDeps, 'repo'>,
  request: StoreCreate,
  owner: string,
): Preview {
  const at = deps.repo.snapshot()
  const sealed = unsealed({ name: request.name, nonce: FIRST_NONCE })
  const change = decideCreate(request, at, owner, sealed)
  const plan = at.platform.plans[request.plan ?? at.platform.defaults.plan]
  if (plan === undefined) throw new Error('an admitted store has a declared plan')
  const decoder = new TextDecoder()
  return {
    files: Array.from(change.files, ([path, bytes]) => ({
      path,
      bytes: bytes.length,
      content: decoder.decode(bytes),
    })),
    warnings: warningsOf(change.name, at.platform.baseDomain),
    impact: {
      targetNamespace: namespaceOf(change.name),
      host: hostOf(
        { ...request, cluster: request.cluster ?? at.platform.defaults.cluster },
        at.platform,
      ),
      requests: requestsOf(plan),
      stores: countStores(at, () => true),
      maxStores: at.platform.maxStores,
    },
    writeMode: 'direct',
  }
}

/** `shop-1.127.0.0.1.nip.io` resolves to 1.127.0.0: nip.io reads the first four numbers it finds. */
function warningsOf(name: string, baseDomain: string): Preview['warnings'] {
  const dotted = /^(?:[0-9]{1,3}\.){4}nip\.io$/.test(baseDomain)
  if (!dotted || !/[0-9]$/.test(name)) return []
  return [
    {
      code: 'ambiguous_host',
      message: `nip.io misreads a name that ends in a digit before ${baseDomain}; use ${baseDomain.slice(0, -'.nip.io'.length).replaceAll('.', '-')}.nip.io as baseDomain`,
      pointer: '#/name',
    },
  ]
}
