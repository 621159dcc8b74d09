import type { DeletionsReleased, ReleaseDeletions } from '../contract/repository.ts'
import { brakeOf, braked, goingAt, isPending } from '../domain/brake.ts'
import { StoreError } from '../domain/errors.ts'
import type { Requester } from '../domain/ports.ts'
import { changeIntent } from './change-store.ts'
import { type ReleaseDeps, releaseDue } from './clock-hold.ts'

/**
 * Lets deletions pass that are held. By default those that were pushed while too many stores would go: each is rendered, and
 * its commit names the admin. From then on earlier removals of folders no longer stop deletions of ours. With `heldBy`
 * `clock` see {@link releaseDue}. A release that ends half way is asked for again; what has landed by then stays.
 * @throws StoreError `mass_delete_brake` (another number of stores goes, extra `count`), `conflict` (nothing is held, or
 *   nothing of it can be rendered), and what `changeStore` throws
 */
export async function releaseDeletions(
  deps: ReleaseDeps,
  { count, heldBy, reason }: ReleaseDeletions,
  by: Requester,
): Promise<DeletionsReleased> {
  if (heldBy === 'clock') return releaseDue(deps, { count, reason }, by)
  const at = deps.repo.snapshot()
  const { massDelete } = at.platform
  const brake = brakeOf(goingAt(at, deps.clock.now()), massDelete, at.stores.size)
  if (brake === null) throw new StoreError('conflict', 'nothing is held')
  if (brake.count !== count) throw braked(brake)
  const pending = [...at.stores.values()].filter(isPending)
  if (pending.length === 0) {
    throw new StoreError('conflict', 'no pushed deletion waits to be rendered', {
      hint: 'Put removed folders back, or delete a store with allowMassDelete: that lets earlier removals pass.',
    })
  }
  const landed = await Promise.all(
    pending.map(({ team, name, intent }) => {
      const request = { team, name, reason, allowMassDelete: 'released' as const }
      const action = intent?.lifecycle.state === 'purge' ? 'purge' : 'delete'
      const change = { action, next: () => intent, facts: () => ['pushed'], always: true } as const
      return changeIntent(deps, request, change, { ...by, requestId: deps.newRequestId() })
    }),
  )
  return {
    revision: landed.at(-1)?.commit ?? at.head,
    released: pending.map(({ team, name }) => ({ team, name })),
  }
}
