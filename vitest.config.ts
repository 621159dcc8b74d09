import { defineConfig } from 'vitest/config'

const git = ['src/adapters/git/**/*.test.ts', 'test/git/**/*.test.ts', 'test/check/**/*.test.ts']
const browser = ['test/browser/**/*.test.ts']
const scripts = ['test/scripts/**/*.test.ts']
const apart = ['test/{cluster,shop,release}/**/*.test.ts']

/**
 * `fast`: pure and in-process. `git`: real git and child processes. `browser`: Chromium.
 * `scripts`: what a store's pods run, in pods of their own, by the real programs.
 * What needs a cluster or more time has configurations of its own: `vitest.{faults,release,cluster,shop}.config.ts`.
 */
export default defineConfig({
  test: {
    // Half of the time of the tests with processes is waiting, so no processor is kept back for the runner.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'fast',
          include: ['{src,constructs,test,dashboard/src}/**/*.test.ts'],
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
          fileParallelism: false,
        },
      },
    ],
  },
})
