import { defineConfig } from 'vitest/config'

/** `npm run test:shop`: needs a cluster with Argo CD, a node that runs pods, and a shop's images. */
export default defineConfig({
  test: {
    include: ['test/shop/**/*.test.ts'],
    globalSetup: ['test/shop/node-or-skip.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    reporters: ['verbose'],
  },
})
