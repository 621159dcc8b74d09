import { defineConfig } from 'vitest/config'

/** `npm run test:cluster`: needs a cluster with Argo CD, set by KUBECONFIG and ARGOCD_*. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/require-cluster.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each step depends on the previous one.
    bail: 1,
    reporters: ['verbose'],
  },
})
