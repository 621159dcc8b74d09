import type { Phase, Status } from '../contract/words.ts'

/**
 * Maps a phase to one of the four status words of the earlier platforms.
 * @param last the previous status, which is kept while the phase is Unknown
 */
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
