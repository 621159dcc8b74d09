import { describe, expect, it } from 'vitest'
import { phases, statuses } from '../../contract/words.ts'
import { legacyStatusOf } from './legacy-status.ts'

type Input = Parameters<typeof legacyStatusOf>[0]
const RUNNING: Input = {
  lifecycle: 'active',
  message: 'Serving',
  phase: 'Ready',
  reason: 'Serving',
  status: 'Ready',
}

describe('the status in the earlier API', () => {
  it.each(statuses)('is %s in lower case for a store that is not deleted', (status) => {
    expect(legacyStatusOf({ ...RUNNING, status }).status).toBe(status.toLowerCase())
  })

  it.each(['deleted', 'purge'] as const)(
    'is deleting for lifecycle %s in any phase but Failed',
    (lifecycle) => {
      for (const phase of phases.filter((each) => each !== 'Failed')) {
        expect(legacyStatusOf({ ...RUNNING, lifecycle, phase })).toEqual({
          status: 'deleting',
          error: null,
        })
      }
    },
  )

  it('is deleting while Argo CD deletes a store that Git no longer declares', () => {
    const gone = { ...RUNNING, phase: 'Deleting', reason: 'CascadeRunning' } as const
    expect(legacyStatusOf(gone).status).toBe('deleting')
  })

  it.each([
    ['PurgeStuck', 'Deleting'],
    ['SyncFailed', 'Failed'],
  ] as const)('is failed with a message while %s holds up a deletion', (reason, phase) => {
    const held = { ...RUNNING, lifecycle: 'deleted', reason, phase, message: 'held' } as const
    expect(legacyStatusOf(held)).toEqual({ status: 'failed', error: 'Deletion failed: held' })
  })

  it('has a message only if it is failed', () => {
    expect(legacyStatusOf({ ...RUNNING, status: 'Failed', message: 'broken' }).error).toBe('broken')
    expect(legacyStatusOf({ ...RUNNING, status: 'Provisioning' }).error).toBeNull()
  })
})
