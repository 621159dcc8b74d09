import type { DeletionsReleased, ReleaseDeletions } from '../contract/repository.ts'
import {
  goingAt,
  isPending,
  massDeletionOf,
  massDeletionRefused,
} from '../domain/admission/mass-delete-limit.ts'
import { StoreError } from '../domain/errors.ts'
import type { Requester } from '../domain/ports.ts'
import { changeIntent } from './changing/change-store.ts'
import { type ReleaseDeps, releaseDue } from './changing/clock-hold.ts'

/**
 * Releases held deletions. By default these are the deletions that were pushed while the limit was
 * exceeded: each is rendered, and its commit names the admin. Afterwards, folders removed earlier no
 * longer count against the limit. For `heldBy: clock` see {@link releaseDue}. If a release fails half
 * way, repeat it: commits that landed stay.
 * @throws StoreError `mass_delete_brake` (the number of stores differs, extra `count`), `conflict`
 *   (nothing is held, or nothing can be rendered), and any code of `changeStore`
 */
export async function releaseDeletions(
  deps: ReleaseDeps,
  { count, heldBy, reason }: ReleaseDeletions,
  by: Requester,
): Promise<DeletionsReleased> {
  if (heldBy === 'clock') return releaseDue(deps, { count, reason }, by)
  const at = deps.repo.snapshot()
  const { massDelete } = at.platform
  const massDeletion = massDeletionOf(goingAt(at, deps.clock.now()), massDelete, at.stores.size)
  if (massDeletion === null) throw new StoreError('conflict', 'nothing is held')
  if (massDeletion.count !== count) throw massDeletionRefused(massDeletion)
  const pending = [...at.stores.values()].filter(isPending)
  if (pending.length === 0) {
    throw new StoreError('conflict', 'there is no pushed deletion to release', {
      hint: 'Restore the removed folders, or delete a store with allowMassDelete, which also approves the earlier removals.',
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
