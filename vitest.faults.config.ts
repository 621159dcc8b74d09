import { defineConfig } from 'vitest/config'

process.env.STOREWRIGHT_SIZE = 'faults'

/** Suites that `npm test` leaves out or runs in a short form, at the full size required for a merge. */
export default defineConfig({
  test: {
    name: 'faults',
    include: [
      'test/git/{audit,bench,busy-branch,chaos,determinism,failpoints,fleet,hostile}.test.ts',
      'test/git/{kill,mass-deletion,poisoned,remote-faults,replicas,sweep,two-clocks}.test.ts',
      'test/browser/{dialogs,failure}.test.ts',
      'test/scripts/{converge,wait}.test.ts',
    ],
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 10_000 } },
    globalSetup: 'test/git/goals-table.ts',
  },
})
