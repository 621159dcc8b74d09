import type { PurgeGate } from '../../contract/operation.ts'
import type { OperationDeps } from '../../domain/ports.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import { dueGatesOf, purgeGatesOf } from '../../domain/status/purge.ts'

/** Dependencies of the gates of a purge. */
export type GateDeps = Pick<OperationDeps, 'repo' | 'applications' | 'clock' | 'time' | 'purge'>

/**
 * Current gates of a store's purge, or of its deletion if it is purged automatically. Empty for any
 * other store.
 */
export async function gatesOf(deps: GateDeps, record: StoreRecord): Promise<readonly PurgeGate[]> {
  const { intent, app, team, name, manifestsTree } = record
  const { repo, applications, clock, purge } = deps
  const now = clock.now()
  const { minUptimeMs } = purge
  if (intent?.lifecycle.state === 'deleted' && repo.snapshot().platform.autoPurge) {
    const time = deps.time.reading()
    return dueGatesOf({ lifecycle: intent.lifecycle, now, time, minUptimeMs })
  }
  if (intent?.lifecycle.state !== 'purge' || app?.lifecycle !== 'purge') return []
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
    now,
    time: deps.time.reading(),
    minUptimeMs,
  })
}
