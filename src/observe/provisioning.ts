import type { Provisioning } from '../domain/admission/provisioning.ts'
import type { Applications, Clock, StoreViews } from '../domain/ports.ts'

/** Derives the state for the provisioning cap from the store views. */
export function provisioningOf(
  views: Pick<StoreViews, 'get'>,
  applications: Pick<Applications, 'asOf' | 'intervalMs'>,
  clock: Clock,
): Provisioning {
  return {
    // A store has a URL as soon as it was Ready once.
    wasReady: (name) => (views.get(name)?.url ?? '') !== '',
    speaks: () => clock.now() - applications.asOf() <= 2 * applications.intervalMs,
  }
}
