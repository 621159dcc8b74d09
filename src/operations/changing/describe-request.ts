import type { Operation } from '../../contract/operation.ts'
import type { Store } from '../../contract/store.ts'
import type { ChangeState } from '../../contract/words.ts'
import type { LandedRequest, OperationDeps } from '../../domain/ports.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import { isDue, isStuck } from '../../domain/status/purge.ts'
import { gatesOf, type GateDeps } from './purge-gates.ts'

export type DescribingDeps = GateDeps & Pick<OperationDeps, 'views'>

/** Describes a landed request and its progress: what Argo CD observed of its commit or of a later one. */
export async function describeRequest(
  deps: DescribingDeps,
  request: LandedRequest,
): Promise<Operation> {
  const { ref, name, requestId } = request
  const record = deps.repo.snapshot().stores.get(name)
  const isNewest = record?.last.commit === ref.commit
  const kind = ref.action ?? 'update'
  // Later renders must not hide the gates of a purge.
  const tells = record !== undefined && (kind === 'purge' || isNewest)
  const now = deps.clock.now()
  // The gates of a deletion are shown only once it is due, which may take days.
  const due = record?.intent?.lifecycle.state === 'purge' || isDueNow(deps, record, now)
  const gates = tells && due ? [...(await gatesOf(deps, record))] : []
  const store = deps.views.get(name)
  const stuck = record?.intent?.lifecycle.state === 'purge' && isStuck(gates, ref.at, now)
  return {
    id: requestId,
    requestId,
    kind,
    stores: [name],
    commit: ref.commit,
    position: null,
    branch: null,
    pullRequest: null,
    state: kind === 'purge' ? purgeState(store, gates) : stateOf(store, kind, isNewest),
    requestedBy: ref.by,
    createdAt: ref.at,
    updatedAt: isNewest && store !== null ? newestOf(store, ref.at) : ref.at,
    problem: stuck ? stuckProblem(gates, requestId) : null,
    gates,
    simulated: deps.applications.simulated,
  }
}

function isDueNow({ repo }: DescribingDeps, record: StoreRecord | undefined, now: number): boolean {
  return record !== undefined && isDue(record, repo.snapshot(), now)
}

/** A change that a later one superseded counts as live. */
function stateOf(store: Store | null, kind: string, isNewest: boolean): ChangeState {
  if (kind === 'remove') return store?.phase === 'Deleting' ? 'Committed' : 'Live'
  return isNewest && store !== null ? store.change.state : 'Live'
}

/** `Synced`: the first step was applied. `Live`: nothing is left. `Closed`: the purge was cancelled. */
function purgeState(store: Store | null, gates: Operation['gates']): ChangeState {
  if (store === null || store.phase === 'Deleted') return 'Live'
  if (store.lifecycle !== 'purge') return 'Closed'
  const seen = (id: string) => gates.some(({ gate, met }) => gate === id && met)
  const leaving = gates.length === 0 && store.phase === 'Deleting'
  return leaving || (seen('finalizer') && seen('applied')) ? 'Synced' : 'Committed'
}

function newestOf({ conditions }: Store, at: string): string {
  return conditions
    .map(({ lastTransitionTime }) => lastTransitionTime)
    .reduce((a, b) => (a > b ? a : b), at)
}

function stuckProblem(gates: Operation['gates'], requestId: string): Operation['problem'] {
  const open = gates.filter(({ met }) => !met).map(({ detail }) => detail)
  const detail = `the purge has waited for more than 30 minutes: ${open.join('; ')}`
  return {
    type: 'https://storewright.dev/problems/purge_stuck',
    title: 'Purge is stuck',
    status: 409,
    detail,
    error: detail,
    code: 'purge_stuck',
    hint: 'Look at the store in Argo CD, or purge it again with acknowledgeDataLoss: true.',
    instance: `urn:request:${requestId}`,
  }
}
