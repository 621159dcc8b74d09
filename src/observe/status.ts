import type { Phase, Status } from '../contract/words.ts'

/** The seeds' four words for a phase; `last` is the status before, kept while nothing is known. */
export function statusOf(phase: Phase, everReady: boolean, last: Status): Status {
  switch (phase) {
    case 'Ready':
      return 'Ready'
    case 'Degraded':
    case 'Failed':
    case 'Detached':
      return 'Failed'
    case 'Suspended':
    case 'SoftDeleted':
    case 'Deleting':
    case 'Deleted':
      return 'Suspended'
    case 'Unknown':
      return everReady ? last : 'Provisioning'
    case 'Requested':
    case 'Committed':
    case 'Syncing':
    case 'Progressing':
      return 'Provisioning'
  }
}
