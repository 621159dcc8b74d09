import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// The servers that the tests start load the same files each time, so Node keeps them compiled.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.cache/compiled', import.meta.url))

const git = ['src/adapters/git/**/*.test.ts', 'test/git/**/*.test.ts', 'test/check/**/*.test.ts']
const browser = ['test/browser/**/*.test.ts']
const scripts = ['test/scripts/**/*.test.ts']
const apart = ['test/{cluster,shop,release}/**/*.test.ts']

/**
 * `fast`: pure and in-process. `git`: real git and child processes. `browser`: Chromium.
 * `scripts`: the scripts of a store's pods, run by the real programs.
 * Suites that need a cluster or more time are in `vitest.{faults,release,cluster,shop}.config.ts`.
 */
export default defineConfig({
  test: {
    // Tests with processes wait half of the time, so there are more workers than processors.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      {
        test: {
          name: 'fast',
          include: ['{src,constructs,scripts,test,dashboard/src}/**/*.test.ts'],
          exclude: [...git, ...browser, ...scripts, ...apart],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'git',
          include: git,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          globalSetup: 'test/git/goals-table.ts',
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: { name: 'scripts', include: scripts, testTimeout: 240_000, hookTimeout: 240_000 },
      },
      {
        test: {
          name: 'browser',
          include: browser,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
})
