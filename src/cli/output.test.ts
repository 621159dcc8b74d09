import { expect, it } from 'vitest'
import type { Store } from '../contract/store.ts'
import { printStores } from './output.ts'

const store = (reason: string) =>
  ({
    name: 'shop',
    plan: 'small',
    sync: 'Synced',
    health: 'Healthy',
    simulated: false,
    url: '',
    createdAt: '1970-01-01T00:00:00Z',
    change: { state: 'Committed' },
    conditions: [{ type: 'Observed', status: 'False', reason }],
  }) as unknown as Store

it('marks the status of an earlier commit', () => {
  const row = (reason: string) => printStores([store(reason)], 'table', 0, false)
  expect(row('OlderRevision')).toMatch(/^shop +small +Synced \(earlier\) +Healthy \(earlier\)/)
  expect(row('Compared')).toMatch(/^shop +small +Synced +Healthy +Committed/)
})
