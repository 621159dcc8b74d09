import {
  adapter,
  domainFolder,
  EVERYWHERE,
  feature,
  type Fence,
  gitFolder,
  operationsFolder,
} from './fence-kinds.ts'
import { fencesOfAdapters } from './fences-of-adapters.ts'
import { fencesOfFiles } from './fences-of-files.ts'

/** Every fence of docs/architecture.md, then the imports that are limited to a single file. */
export const fences: readonly Fence[] = [
  {
    glob: 'src/*.ts',
    plant: 'src/planted.ts',
    refuse: ['./http/stores.ts', 'hono', 'simple-git', 'node:child_process', ...EVERYWHERE],
    allow: ['./server/server.ts', './adapters/telemetry/log.ts'],
  },
  {
    glob: 'src/server/*.ts',
    plant: 'src/server/planted.ts',
    refuse: ['../main.ts', 'simple-git', 'node:child_process', 'cdk8s-plus-28', ...EVERYWHERE],
    allow: [
      ...['./config.ts', './checks/probes.ts', '../adapters/git/stores-repo.ts'],
      ...['../adapters/git/write/pace.ts', '../http/stores.ts', 'node:fs/promises', 'hono'],
    ],
  },
  {
    glob: 'src/server/checks/*.ts',
    plant: 'src/server/checks/planted.ts',
    refuse: [
      ...['../server.ts', '../../adapters/git/stores-repo.ts', '../../http/stores.ts', 'hono'],
      ...['node:child_process', ...EVERYWHERE],
    ],
    allow: ['./probes.ts', '../config.ts', '../../domain/ports.ts', '../../observe/checks.ts'],
  },
  {
    glob: 'src/server/app.ts',
    plant: 'src/server/app.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      '../operations/create-store.ts',
      './config.ts',
      'node:fs',
    ],
    allow: ['../http/stores.ts', '../http/middleware/origin.ts', '../contract/paths.ts', 'hono'],
  },
  {
    glob: 'src/contract/*.ts',
    plant: 'src/contract/planted.ts',
    refuse: ['../domain/errors.ts', 'node:crypto', 'hono', 'js-yaml', ...EVERYWHERE],
    allow: ['./store.ts', 'zod'],
  },
  {
    glob: 'src/repo-files/*.ts',
    plant: 'src/repo-files/planted.ts',
    refuse: [
      '../domain/errors.ts',
      'node:fs',
      '../operations/rendering/render-store.ts',
      ...EVERYWHERE,
    ],
    allow: ['./yaml.ts', '../contract/store-file.ts', 'js-yaml'],
  },
  {
    glob: 'src/domain/*.ts',
    plant: 'src/domain/planted.ts',
    refuse: [
      ...['node:crypto', 'cdk8s', 'hono', 'js-yaml', '../repo-files/yaml.ts', ...EVERYWHERE],
      ...['node:worker_threads', '../threads/threads.ts', './admission/admission.ts'],
      ...[
        '../operations/create-store.ts',
        '../adapters/git/write/writer.ts',
        '../../constructs/index.ts',
      ],
    ],
    allow: ['./errors.ts', './status/application.ts', '../contract/words.ts'],
  },
  domainFolder('admission', ['../status/phase.ts', '../history/hunks.ts'], []),
  domainFolder('status', ['../admission/fit.ts', '../history/hunks.ts'], []),
  domainFolder(
    'history',
    ['../status/phase.ts', '../argocd/layout.ts'],
    ['../admission/volumes.ts'],
  ),
  domainFolder('argocd', ['../admission/fit.ts', '../status/phase.ts'], []),
  domainFolder('access', ['../admission/fit.ts', '../status/phase.ts'], []),
  {
    glob: 'src/operations/*.ts',
    plant: 'src/operations/planted.ts',
    refuse: [
      ...['../adapters/git/write/writer.ts', '../http/stores.ts', '../observe/store-views.ts'],
      ...['hono', 'simple-git', 'node:fs', '../../constructs/index.ts', 'cdk8s', ...EVERYWHERE],
      ...['node:worker_threads', '../threads/threads.ts'],
    ],
    allow: [
      ...['./changing/change-store.ts', './rendering/render-store.ts', '../domain/ports.ts'],
      '../repo-files/store-file.ts',
    ],
  },
  operationsFolder('changing', [], ['../rendering/render-store.ts']),
  operationsFolder('rendering', ['../changing/change-store.ts'], []),
  {
    glob: 'src/observe/*.ts',
    plant: 'src/observe/planted.ts',
    refuse: ['../adapters/argocd/simulated.ts', '../operations/list-stores.ts', 'node:fs'],
    allow: ['./memory.ts', '../domain/status/phase.ts', '../contract/store.ts'],
  },
  {
    glob: 'src/reconcile/*.ts',
    plant: 'src/reconcile/planted.ts',
    refuse: [
      ...['../adapters/git/write/writer.ts', '../http/stores.ts', 'hono', 'node:fs'],
      '../threads/threads.ts',
    ],
    allow: [
      '../operations/rendering/render-store.ts',
      '../observe/memory.ts',
      '../domain/ports.ts',
    ],
  },
  adapter('git', 'argocd', ['ulid', './write/writer.ts', '../../repo-files/store-file.ts']),
  ...(['process', 'remote', 'cache', 'read', 'write', 'served'] as const).map(gitFolder),
  {
    glob: 'src/adapters/secrets/*.ts',
    plant: 'src/adapters/secrets/planted.ts',
    refuse: [
      ...['../../operations/create-store.ts', '../git/writer.ts', 'node:fs', 'node:net', 'hono'],
      ...EVERYWHERE,
    ],
    allow: ['./x.ts', '../../domain/ports.ts', '../../contract/store.ts', 'node:crypto'],
  },
  ...fencesOfAdapters,
  {
    glob: 'src/http/*.ts',
    plant: 'src/http/planted.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      'node:fs',
      'node:fs/promises',
      '../server/config.ts',
      'cdk8s',
    ],
    allow: ['./problem.ts', './middleware/origin.ts', '../operations/create-store.ts', 'hono'],
  },
  {
    glob: 'src/http/legacy-api/*.ts',
    plant: 'src/http/legacy-api/planted.ts',
    refuse: [
      ...['../../adapters/git/write/writer.ts', '../../server/config.ts', 'node:fs'],
      ...['../../observe/present.ts', '../../reconcile/purge.ts', 'cdk8s'],
    ],
    allow: ['./present.ts', '../view.ts', '../../operations/create-store.ts', 'hono'],
  },
  {
    glob: 'src/http/middleware/*.ts',
    plant: 'src/http/middleware/planted.ts',
    refuse: ['../../adapters/git/write/writer.ts', 'node:fs', '../../server/config.ts'],
    allow: ['../problem.ts', '../../domain/errors.ts', 'hono/body-limit', 'hono'],
  },
  {
    glob: 'src/check/*.ts',
    plant: 'src/check/planted.ts',
    refuse: [
      ...[
        '../adapters/git/read/clone-reader.ts',
        '../http/stores.ts',
        '../cli/check.ts',
        'node:fs',
      ],
      ...['../operations/create-store.ts', '../../constructs/woo-store.ts', 'cdk8s', ...EVERYWHERE],
    ],
    allow: ['./x.ts', '../operations/rendering/render-store.ts', '../domain/layout.ts', 'js-yaml'],
  },
  {
    glob: 'src/threads/*.ts',
    plant: 'src/threads/planted.ts',
    refuse: [
      ...['../operations/create-store.ts', '../adapters/git/write/writer.ts', '../http/stores.ts'],
      ...['../../constructs/index.ts', '../check/check-repository.ts', 'node:fs', 'piscina'],
    ],
    allow: [
      './pool.ts',
      '../operations/rendering/render-store.ts',
      '../domain/errors.ts',
      'node:os',
    ],
  },
  {
    glob: 'src/cli/*.ts',
    plant: 'src/cli/planted.ts',
    refuse: [
      ...['../adapters/git/write/writer.ts', '../http/stores.ts', '../operations/create-store.ts'],
      ...['../main.ts', '../server/app.ts', 'node:child_process', 'hono', ...EVERYWHERE],
    ],
    allow: [
      ...['./client.ts', '../operations/rendering/render-store.ts', '../threads/threads.ts'],
      ...['commander', 'node:fs/promises'],
    ],
  },
  {
    glob: 'src/testing/*.ts',
    plant: 'src/testing/planted.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      '../http/stores.ts',
      '../operations/rendering/render-store.ts',
    ],
    allow: [
      './platform.ts',
      '../domain/ports.ts',
      '../repo-files/store-file.ts',
      'jose',
      'node:http',
    ],
  },
  {
    glob: 'src/{contract,repo-files,domain,operations,observe,reconcile,notify}/*.test.ts',
    plant: 'src/domain/planted.test.ts',
    refuse: [
      '../adapters/git/write/writer.ts',
      '../http/stores.ts',
      'node:fs',
      'simple-git',
      'hono',
    ],
    allow: ['./errors.ts', './status/phase.ts', '../testing/platform.ts', 'vitest', 'fast-check'],
  },
  {
    glob: 'src/{domain,operations}/*/*.test.ts',
    plant: 'src/domain/admission/planted.test.ts',
    refuse: [
      ...['../../adapters/git/write/writer.ts', '../../http/stores.ts', 'node:fs', 'simple-git'],
      'hono',
    ],
    allow: [
      ...['./fit.ts', '../errors.ts', '../../testing/platform.ts', '../../contract/words.ts'],
      ...['vitest', 'fast-check'],
    ],
  },
  {
    glob: 'constructs/*.ts',
    plant: 'constructs/planted.ts',
    refuse: [
      ...['../src/contract/store.ts', '../src/domain/errors.ts', 'cdk8s-plus-28', 'node:crypto'],
      ...['cdk8s-plus-28/lib/imports/k8s.js', 'node:fs', 'js-yaml', 'zod', ...EVERYWHERE],
    ],
    allow: ['./kube.ts', 'cdk8s', 'constructs'],
  },
  {
    glob: 'constructs/*.test.ts',
    plant: 'constructs/planted.test.ts',
    refuse: ['../src/contract/store.ts', '../src/testing/platform.ts', 'cdk8s-plus-28'],
    allow: ['./woo-store.ts', 'vitest', 'yaml', 'node:fs/promises'],
  },
  {
    glob: 'dashboard/src/*.{ts,tsx}',
    plant: 'dashboard/src/planted.tsx',
    refuse: [
      '../../src/domain/status/phase.ts',
      '../../src/server/app.ts',
      'zod',
      'cdk8s',
      ...EVERYWHERE,
    ],
    allow: [
      './api/request.ts',
      './features/list/stores-page.tsx',
      '@storewright/contract/paths.ts',
    ],
  },
  {
    glob: 'dashboard/src/{api,ui}/*.{ts,tsx}',
    plant: 'dashboard/src/api/planted.ts',
    refuse: ['../features/list/stores-page.tsx', '../../../src/domain/status/phase.ts', 'zod'],
    allow: ['./x.ts', '../ui/button.tsx', '@storewright/contract/paths.ts', 'react'],
  },
  feature('*', ['@storewright/contract/store.ts'], ['@storewright/contract/words.ts']),
  feature('create', ['../../../../src/http/stores.ts'], ['@storewright/contract/store.ts']),
  ...fencesOfFiles,
]
