import { defineConfig } from 'vitest/config'

process.env.STOREWRIGHT_SIZE = 'faults'

/** Suites that `npm test` runs in a short form, at the full size required for a merge. */
export default defineConfig({
  test: {
    name: 'faults',
    include: [
      'test/git/{bench,chaos,determinism,fleet,hostile,kill,remote-faults,replicas,sweep}.test.ts',
      'test/browser/failure.test.ts',
    ],
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 60_000,
    globalSetup: 'test/git/goals-table.ts',
  },
})
