/** One fence of `.oxlintrc.json`: the imports that it must refuse in a file, and those that it must allow. */
export interface Fence {
  /** First glob of the override, verbatim. */
  readonly glob: string
  /** A file that the glob matches. */
  readonly plant: string
  readonly refuse: readonly string[]
  readonly allow: readonly string[]
}

export const EVERYWHERE = ['left-pad', 'lodash']
export const adapter = (name: string, other: string, own: readonly string[]): Fence => ({
  glob: `src/adapters/${name}/*.ts`,
  plant: `src/adapters/${name}/planted.ts`,
  refuse: [
    ...['../../operations/create-store.ts', '../../http/stores.ts', `../${other}/x.ts`],
    ...['hono', 'simple-git', 'node:child_process', '@octokit/rest', ...EVERYWHERE],
  ],
  allow: ['./x.ts', '../../domain/ports.ts', '../../contract/store.ts', 'node:fs/promises', ...own],
})

/** Folders of the git adapter, each with the folders that it may import. */
const GIT = {
  process: [],
  remote: ['process'],
  cache: ['process', 'remote'],
  read: ['process', 'cache'],
  write: ['process', 'remote', 'cache', 'read'],
  served: ['process', 'cache'],
}
export const gitFolder = (name: keyof typeof GIT): Fence => {
  const below: readonly string[] = GIT[name]
  const others = Object.keys(GIT).filter((each) => each !== name && !below.includes(each))
  return {
    glob: `src/adapters/git/${name}/*.ts`,
    plant: `src/adapters/git/${name}/planted.ts`,
    refuse: [
      ...others.map((each) => `../${each}/x.ts`),
      ...(name === 'process' ? [] : ['../process/client.ts', '../process/plumbing.ts']),
      ...['../stores-repo.ts', '../../argocd/x.ts', '../../../operations/create-store.ts'],
      ...['../../../http/stores.ts', 'hono', 'simple-git', 'node:child_process', ...EVERYWHERE],
    ],
    allow: [
      ...below.map((each) => `../${each}/x.ts`),
      ...['./x.ts', '../../../domain/ports.ts', '../../../contract/store.ts'],
      ...['../../../repo-files/store-file.ts', 'node:fs/promises', 'ulid'],
    ],
  }
}
/** A folder of `src/domain`, with the other folders that it must not or may import. */
export const domainFolder = (
  name: string,
  refuse: readonly string[],
  allow: readonly string[],
): Fence => ({
  glob: `src/domain/${name}/*.ts`,
  plant: `src/domain/${name}/planted.ts`,
  refuse: [
    ...['../../repo-files/yaml.ts', '../../operations/create-store.ts', 'node:crypto', 'cdk8s'],
    ...EVERYWHERE,
    ...refuse,
  ],
  allow: ['./x.ts', '../errors.ts', '../../contract/words.ts', ...allow],
})
/** A folder of `src/operations`, with the other folders that it must not or may import. */
export const operationsFolder = (
  name: string,
  refuse: readonly string[],
  allow: readonly string[],
): Fence => ({
  glob: `src/operations/${name}/*.ts`,
  plant: `src/operations/${name}/planted.ts`,
  refuse: [
    ...['../create-store.ts', '../../http/stores.ts', '../../observe/store-views.ts', 'node:fs'],
    ...['../../../constructs/woo-store.ts', 'cdk8s', 'node:worker_threads', ...EVERYWHERE],
    ...refuse,
  ],
  allow: [
    ...['./x.ts', '../../domain/ports.ts', '../../domain/admission/fit.ts'],
    ...['../../repo-files/store-file.ts', '../../../constructs/index.ts', ...allow],
  ],
})
export const feature = (
  name: string,
  refuse: readonly string[],
  allow: readonly string[],
): Fence => ({
  glob: `dashboard/src/features/${name}/*.{ts,tsx}`,
  plant: `dashboard/src/features/${name === '*' ? 'list' : name}/planted.tsx`,
  refuse: [
    '../store/page.tsx',
    '../../../../src/domain/status/phase.ts',
    'cdk8s',
    ...EVERYWHERE,
    ...refuse,
  ],
  allow: ['./x.tsx', '../../api/request.ts', '../../ui/button.tsx', 'react', ...allow],
})
