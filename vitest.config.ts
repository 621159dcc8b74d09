import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The servers that the tests start load the same files each time, so Node keeps them compiled.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.cache/compiled', import.meta.url))

const git = ['src/adapters/git/**/*.test.ts', 'test/git/**/*.test.ts', 'test/check/**/*.test.ts']
const browser = ['test/browser/**/*.test.ts']
const scripts = ['test/scripts/**/*.test.ts']
/** Suites that need minutes to mean anything. `npm run test:faults` runs them. */
const long = ['test/git/{chaos,fleet,kill,remote-faults,replicas,sweep}.test.ts']
const apart = ['test/{cluster,shop,release}/**/*.test.ts']

/** Projects in the order in which they run. The short files of `fast` fill the end of the run. */
const ORDER = ['scripts', 'browser', 'git', 'fast']

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return ORDER.flatMap((name) => sorted.filter(({ project }) => project.name === name))
  }
}

/**
 * `fast`: pure and in-process. `git`: real git and child processes. `browser`: Chromium.
 * `scripts`: the scripts of a store's pods, run by the real programs.
 * Suites that need a cluster or more time are in `vitest.{faults,release,cluster,shop}.config.ts`.
 */
export default defineConfig({
  test: {
    // Tests with processes wait half of the time, so there are more workers than processors.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: InOrder },
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
          exclude: long,
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
