import type { LegacyStatus } from '../../contract/legacy.ts'
import type { Store } from '../../contract/store.ts'
import type { Status } from '../../contract/words.ts'

const WORDS: Readonly<Record<Status, LegacyStatus>> = {
  Provisioning: 'provisioning',
  Ready: 'ready',
  Failed: 'failed',
  Suspended: 'suspended',
}

/** Reasons of a deletion that cannot go on. */
const HELD_UP: readonly string[] = ['DeletionError', 'PurgeStuck', 'BackupFailed']

/**
 * Status and error message of a store in the second earlier API. A deleted store is `deleting`
 * until its data is gone, and `failed` while the deletion cannot go on.
 */
export function legacyStatusOf(
  store: Pick<Store, 'lifecycle' | 'message' | 'phase' | 'reason' | 'status'>,
): { readonly status: LegacyStatus; readonly error: string | null } {
  const { lifecycle, message, phase, reason } = store
  if (lifecycle === 'deleted' || lifecycle === 'purge' || phase === 'Deleting') {
    return phase === 'Failed' || HELD_UP.includes(reason)
      ? { status: 'failed', error: `Deletion failed: ${message}` }
      : { status: 'deleting', error: null }
  }
  const status = WORDS[store.status]
  return { status, error: status === 'failed' ? message : null }
}
