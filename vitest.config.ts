import { defineConfig } from 'vitest/config'

const slow = ['src/adapters/git/**/*.test.ts', 'test/git/**/*.test.ts', 'test/browser/**/*.test.ts']

/** `fast`: pure and in-process. `git`: real git and child processes. `browser`: Chromium. `cluster`: needs KUBECONFIG. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'fast',
          include: [
            'src/**/*.test.ts',
            'constructs/**/*.test.ts',
            'test/**/*.test.ts',
            'dashboard/src/**/*.test.ts',
          ],
          exclude: [...slow, 'test/cluster/**', 'node_modules/**'],
        },
      },
      {
        test: {
          name: 'git',
          include: ['src/adapters/git/**/*.test.ts', 'test/git/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
