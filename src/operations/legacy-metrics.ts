import type { LegacyMetrics } from '../contract/legacy.ts'
import type { Store } from '../contract/store.ts'
import { queueOf, settingUp } from '../domain/admission/provisioning.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { legacyStatusOf } from '../domain/status/legacy-status.ts'

/**
 * Counts stores for the second earlier API. `active_provisions` are the stores that count against
 * `limits.provisioning`.
 */
export function legacyMetrics(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'provisioning' | 'clock'>,
): LegacyMetrics {
  const at = deps.repo.snapshot()
  const stores = deps.views.all()
  const byStatus: LegacyMetrics['stores_by_status'] = {}
  const durations: number[] = []
  for (const store of stores) {
    const { status } = legacyStatusOf(store)
    byStatus[status] = (byStatus[status] ?? 0) + 1
    if (status === 'ready' && store.firstReadyAt !== null)
      durations.push(durationOf(store.createdAt, store.firstReadyAt))
  }
  return {
    total_stores: stores.length,
    stores_by_status: byStatus,
    total_failures: byStatus.failed ?? 0,
    avg_provision_duration_seconds: roundedMean(durations),
    active_provisions: settingUp(at, deps.clock.now(), deps.provisioning),
    queued_provisions: queueOf(at).length,
    max_concurrent_provisions: at.platform.provisioning,
    max_stores: at.platform.maxStores,
  }
}

/** Milliseconds between two RFC 3339 times. The clocks of Git and Argo CD may differ. */
function durationOf(from: Store['createdAt'], to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from))
}

/** Seconds; `null` for no durations. */
function roundedMean(durationsMs: readonly number[]): number | null {
  if (durationsMs.length === 0) return null
  const sum = durationsMs.reduce((total, each) => total + each, 0)
  return Math.round(sum / durationsMs.length / 1000)
}
