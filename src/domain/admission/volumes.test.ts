import { describe, expect, it } from 'vitest'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { grownStorage, planWarnings, storageInPlan } from './volumes.ts'

const grows = testPlatform()
const fixed = testPlatform((yaml) => yaml.replace('    allowVolumeExpansion: true\n', ''))
const small = storeFile({
  storage: { uploads: 2, database: 2, backups: 3, uploadsAccess: 'RWO', class: 'fast' },
})
const { medium, large } = grows.plans

describe('volumes of a store that moves to another plan', () => {
  it('grow to the sizes of the plan and never shrink', () => {
    const grown = grownStorage(small.storage, large!)
    expect(grown).toEqual({ ...small.storage, uploads: 50, database: 20, backups: 60 })
    expect(grownStorage(grown, grows.plans['small']!)).toEqual(grown)
    expect(
      grownStorage({ uploads: 1, database: 1, uploadsAccess: 'RWO' }, grows.plans['small']!),
    ).toEqual({ uploads: 2, database: 2, uploadsAccess: 'RWO' })
    expect(storageInPlan(small, large!, grows)).toEqual(grown)
  })

  it('keep their size if the cluster cannot enlarge volumes, with a warning that has both sizes', () => {
    expect(fixed.clusters['in-cluster']?.allowVolumeExpansion).toBe(false)
    expect(storageInPlan(small, medium!, fixed)).toEqual(small.storage)
    const after = { ...small, plan: 'medium' }
    expect(planWarnings(small, after, fixed)).toEqual([
      {
        code: 'volumes_kept',
        pointer: '#/storage',
        message:
          'volumes of cluster in-cluster cannot be enlarged, so they keep their size: uploads 2 Gi instead of 10 Gi, database 2 Gi instead of 5 Gi, backups 3 Gi instead of 13 Gi',
      },
    ])
  })

  it('include the backup volume explicitly if only the old plan declared its size', () => {
    const { backups: _, ...storage } = small.storage
    const before = { ...small, storage, backup: { destination: 'pvc' as const } }
    expect(storageInPlan(before, medium!, fixed)).toEqual({ ...storage, backups: 3 })
  })

  it("give a warning for a smaller plan, and none if all sizes are the plan's", () => {
    const grown = { ...small, plan: 'large', storage: grownStorage(small.storage, large!) }
    expect(planWarnings(small, grown, grows)).toEqual([])
    const [warning] = planWarnings(grown, { ...grown, plan: 'small' }, grows)
    expect(warning?.message).toContain('volumes only grow, so they keep their size: uploads 50 Gi')
    expect(planWarnings(small, { ...small, title: 'New' }, fixed)).toEqual([])
  })
})
