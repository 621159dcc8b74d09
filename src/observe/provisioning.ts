import type { Applications, Clock, StoreViews } from '../domain/ports.ts'
import type { Provisioning } from '../domain/provisioning.ts'

/** What the provisioning cap needs to know, from what clients are told anyway. */
export function provisioningOf(
  views: Pick<StoreViews, 'get'>,
  applications: Pick<Applications, 'asOf' | 'intervalMs'>,
  clock: Clock,
): Provisioning {
  return {
    // A store shows its address from its first Ready on.
    wasReady: (name) => (views.get(name)?.url ?? '') !== '',
    speaks: () => clock.now() - applications.asOf() <= 2 * applications.intervalMs,
  }
}
