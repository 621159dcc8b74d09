import type { Preview } from '../contract/preview.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { StoreCreate, Warning } from '../contract/store.ts'
import { admitStore } from '../domain/admission/admission.ts'
import { requirePins } from '../domain/admission/pinned-release.ts'
import { requestsOf } from '../domain/admission/plans.ts'
import { queueOf } from '../domain/admission/provisioning.ts'
import { storeWarnings } from '../domain/admission/warnings.ts'
import { hostOf, namespaceOf } from '../domain/layout.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { plannedCommits } from './changing/dry-run.ts'
import { creationOf, queuedIfFull } from './create-store.ts'
import { unsealed } from './rendering/seal-store.ts'

/**
 * Returns what a create would commit now, identical except for ciphertexts. Writes nothing.
 * @throws StoreError the refusals of a create
 */
export function previewStore(
  deps: Pick<OperationDeps, 'repo' | 'clock' | 'pinnedOnly'> &
    Partial<Pick<OperationDeps, 'provisioning'>>,
  request: StoreCreate,
  owner: string,
): Preview {
  const at = deps.repo.decisionBase()
  const now = deps.clock.now()
  const admitted = admitStore(request, at, owner, now)
  if (deps.pinnedOnly === true) requirePins(admitted.release, at.platform)
  const store = queuedIfFull(admitted, at, now, deps.provisioning)
  const change = creationOf(store, request, at, unsealed(store))
  const plan = at.platform.plans[store.plan]
  const siblings = at.stores.tally.teams.get(store.team) ?? 0
  if (plan === undefined) throw new Error('an admitted store has a declared plan')
  const decoder = new TextDecoder()
  return {
    files: Array.from(change.files, ([path, bytes]) => ({
      path,
      bytes: bytes.length,
      content: decoder.decode(bytes),
    })),
    diff: null,
    warnings: [...queueWarnings(store, at), ...storeWarnings(store, at.platform, siblings)],
    effects: null,
    impact: {
      targetNamespace: namespaceOf(change.name),
      host: hostOf(store, at.platform),
      requests: requestsOf(plan, store.storage),
      stores: deps.repo.snapshot().stores.tally.all,
      maxStores: at.platform.maxStores,
    },
    commits: plannedCommits([change]),
    writeMode: 'direct',
  }
}

function queueWarnings({ queued }: StoreFile, at: Snapshot): Warning[] {
  if (queued !== true) return []
  const { length } = queueOf(at)
  const cap = at.platform.provisioning
  const message = `will be queued: ${cap} stores are set up at a time, and ${length} are queued before it`
  return [{ code: 'queued', pointer: '#/queued', message }]
}
