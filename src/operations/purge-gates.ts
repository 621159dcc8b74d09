import type { PurgeGate } from '../contract/operation.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { purgeGatesOf } from '../domain/purge.ts'
import type { StoreRecord } from '../domain/snapshot.ts'

/** What the gates of a purge are read from. */
export type GateDeps = Pick<OperationDeps, 'repo' | 'applications' | 'clock' | 'purge'>

/** The gates of a store's purge as observed now; empty when it is not being purged. */
export async function gatesOf(deps: GateDeps, record: StoreRecord): Promise<readonly PurgeGate[]> {
  const { intent, app, team, name, manifestsTree } = record
  if (intent?.lifecycle.state !== 'purge' || app?.lifecycle !== 'purge') return []
  const { repo, applications, clock, purge } = deps
  const application = applications.get(record)
  const revision = application?.syncRevision ?? ''
  const observed = revision === '' ? '' : await repo.manifestsTree(revision, team, name)
  return purgeGatesOf({
    lifecycle: intent.lifecycle,
    application,
    required: manifestsTree,
    observed,
    source: {
      asOf: applications.asOf(),
      intervalMs: applications.intervalMs,
      reconciliationMs: purge.reconciliationMs,
      believed: !applications.simulated || purge.simulatedIsEnough,
    },
    now: clock.now(),
  })
}
