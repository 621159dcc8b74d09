import type { Fence } from './fence-kinds.ts'

/** Fences of single files, each the only one that may import a certain module. */
export const fencesOfFiles: readonly Fence[] = [
  {
    glob: 'src/adapters/git/process/client.ts',
    plant: 'src/adapters/git/process/client.ts',
    refuse: ['node:child_process', '../../../operations/create-store.ts', '../cache/cache.ts'],
    allow: ['simple-git', './environment.ts'],
  },
  {
    glob: 'src/adapters/git/process/plumbing.ts',
    plant: 'src/adapters/git/process/plumbing.ts',
    refuse: ['simple-git', '../../../http/stores.ts', '../cache/cache.ts'],
    allow: ['node:child_process', './environment.ts'],
  },
  {
    glob: 'src/cli/clone.ts',
    plant: 'src/cli/clone.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      '../server/app.ts',
      'node:child_process',
      'node:fs',
    ],
    allow: ['../adapters/git/read/clone-reader.ts', './exit.ts'],
  },
  {
    glob: 'src/cli/registry.ts',
    plant: 'src/cli/registry.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      '../server/app.ts',
      'node:child_process',
      'node:fs',
    ],
    allow: ['../adapters/registry/oci-registry.ts', '../domain/release-pins.ts', './exit.ts'],
  },
  {
    glob: 'src/cli/device-sign-in.ts',
    plant: 'src/cli/device-sign-in.ts',
    refuse: [
      '../adapters/sign-in/openid-provider.ts',
      '../server/app.ts',
      'node:child_process',
      'node:fs',
    ],
    allow: ['openid-client', '../contract/token-exchange.ts', './exit.ts'],
  },
  {
    glob: 'src/cli/serve.ts',
    plant: 'src/cli/serve.ts',
    refuse: ['../adapters/git/write/writer.ts', '../server/app.ts', 'node:child_process'],
    allow: ['../main.ts', 'commander'],
  },
  {
    glob: 'constructs/kube.ts',
    plant: 'constructs/kube.ts',
    refuse: ['node:fs', 'node:crypto', '../src/contract/store.ts', './hash.ts'],
    allow: ['cdk8s-plus-28'],
  },
  {
    glob: 'constructs/hash.ts',
    plant: 'constructs/hash.ts',
    refuse: ['node:fs', 'cdk8s-plus-28', '../src/contract/store.ts'],
    allow: ['node:crypto'],
  },
  {
    glob: 'constructs/static-files.ts',
    plant: 'constructs/static-files.ts',
    refuse: ['node:crypto', 'node:child_process', 'cdk8s-plus-28', '../src/contract/store.ts'],
    allow: ['node:fs'],
  },
]
