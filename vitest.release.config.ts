import { defineConfig } from 'vitest/config'

process.env.STOREWRIGHT_SIZE = 'release'

/** The longest forms: `test/git` at size "release", one file after another, and `test/release`. */
export default defineConfig({
  test: {
    name: 'release',
    include: [
      'test/git/{chaos,kill,replicas,sweep,failpoints,remote-faults,corruption,hostile,determinism}.test.ts',
      'test/release/**/*.test.ts',
    ],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    globalSetup: 'test/git/goals-table.ts',
  },
})
