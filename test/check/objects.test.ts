import { describe, expect, it } from 'vitest'
import { acmeRepo, AT, edit, files, intent, MANIFESTS, object, said, shop, yamlOf } from './acme.ts'
import type { Changes } from './fixture.ts'

const repo = acmeRepo()

/** Rule, what is wrong, where it must be said, the change. */
const HOSTILE: readonly (readonly [string, string, string, Changes])[] = [
  [
    'C07',
    'an object of another store',
    `${MANIFESTS}50-wordpress.yaml`,
    edit('50-wordpress.yaml', 'namespace: store-shop', 'namespace: store-one'),
  ],
  [
    'C07',
    'another Namespace',
    `${MANIFESTS}00-namespace.yaml`,
    edit('00-namespace.yaml', '  name: store-shop', '  name: store-one'),
  ],
  [
    'C08',
    'a ClusterRoleBinding',
    `${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: owned}\n',
    ),
  ],
  [
    'C08',
    'a Role that may read every Secret',
    `${MANIFESTS}20-secrets.yaml`,
    edit('20-secrets.yaml', '  - create', '  - list'),
  ],
  [
    'C08',
    'a RoleBinding for everybody',
    `${MANIFESTS}20-secrets.yaml`,
    edit(
      '20-secrets.yaml',
      '- kind: ServiceAccount\n  name: secrets-init',
      '- kind: Group\n  name: system:authenticated',
    ),
  ],
  [
    'C09',
    'a volume without its protection',
    `${MANIFESTS}40-database.yaml`,
    edit('40-database.yaml', 'Prune=false,Delete=false', 'Prune=false'),
  ],
  [
    'C10',
    'a hook',
    `${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: x-0123abcd, namespace: store-shop, annotations: {argocd.argoproj.io/hook: PreSync}}\n',
    ),
  ],
  [
    'C10',
    'a sync wave of its own',
    `${MANIFESTS}00-namespace.yaml`,
    edit('00-namespace.yaml', 'sync-wave: "-1"', 'sync-wave: "-9"'),
  ],
  [
    'C10',
    'a Job that deletes itself',
    `${MANIFESTS}50-wordpress.yaml`,
    edit('50-wordpress.yaml', 'backoffLimit: 6', 'backoffLimit: 6\n  ttlSecondsAfterFinished: 5'),
  ],
  [
    'C16',
    'a Secret with a value',
    `${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: store-shop}\nstringData: {password: hunter2}\n',
    ),
  ],
  ['C16', 'a token in an intent', `${AT}store.yaml`, intent({ title: `ghp_${'a'.repeat(36)}` })],
  [
    'C16',
    'an e-mail address',
    `${AT}store.yaml`,
    { [`${AT}store.yaml`]: `# ask ada@example.com\n${yamlOf(shop)}` },
  ],
  [
    'C16',
    'a private key in a page',
    'docs/how.md',
    { 'docs/how.md': '-----BEGIN RSA PRIVATE KEY-----\n' },
  ],
  [
    'C17',
    'a truncated manifest',
    `${MANIFESTS}40-database.yaml`,
    {
      [`${MANIFESTS}40-database.yaml`]: (files[`${MANIFESTS}40-database.yaml`] ?? '').slice(0, 700),
    },
  ],
  [
    'C17',
    'an empty manifest',
    `${MANIFESTS}40-database.yaml`,
    { [`${MANIFESTS}40-database.yaml`]: '# nothing\n' },
  ],
  [
    'C17',
    'an alias bomb',
    `${MANIFESTS}40-database.yaml`,
    { [`${MANIFESTS}40-database.yaml`]: `a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n` },
  ],
  [
    'C17',
    'a merge key',
    `${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: store-shop}\n<<: {data: {a: b}}\n',
    ),
  ],
  [
    'C18',
    'a volume of the node',
    `${MANIFESTS}50-wordpress.yaml`,
    edit(
      '50-wordpress.yaml',
      /volumes:\n/,
      'volumes:\n      - hostPath:\n          path: /\n        name: node\n',
    ),
  ],
  [
    'C18',
    'the network of the node, in the words of YAML 1.1',
    `${MANIFESTS}50-wordpress.yaml`,
    edit(
      '50-wordpress.yaml',
      'enableServiceLinks: false',
      'enableServiceLinks: false\n      hostNetwork: yes',
    ),
  ],
  [
    'C18',
    'an image by tag alone',
    `${MANIFESTS}40-database.yaml`,
    edit('40-database.yaml', /(image: mariadb:[0-9.]+)@sha256:[0-9a-f]+/, '$1'),
  ],
  [
    'C18',
    'a quantity that Kubernetes rewrites',
    `${MANIFESTS}40-database.yaml`,
    edit('40-database.yaml', 'storage: 2Gi', 'storage: 2048Mi'),
  ],
]

describe('a hostile manifest is refused, where it is wrong', () => {
  it.each(HOSTILE)('%s %s', async (rule, _what, path, changes) => {
    // A manifest that was made by hand never equals its render either.
    const render = path.startsWith(MANIFESTS) ? [`C04 ${path}`] : []
    const found = said(await repo().check(await repo().commit(changes)))
    expect(found).toEqual(expect.arrayContaining([`${rule} ${path}`, ...render]))
  })
})
