import { describe, expect, it } from 'vitest'
import { acmeRepo, AT, edit, files, intent, MANIFESTS, object, said, shop, yamlOf } from './acme.ts'
import type { Changes } from './fixture.ts'

const repo = acmeRepo()

/** Rule, description, path of the expected problem, change. */
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
    'a Role that can list Secrets',
    `${MANIFESTS}20-secrets.yaml`,
    edit('20-secrets.yaml', '  - create', '  - list'),
  ],
  [
    'C08',
    'a RoleBinding for all authenticated users',
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
    'a changed sync wave',
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
    'a private key in a document',
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
    'a hostPath volume',
    `${MANIFESTS}50-wordpress.yaml`,
    edit(
      '50-wordpress.yaml',
      /volumes:\n/,
      'volumes:\n      - hostPath:\n          path: /\n        name: node\n',
    ),
  ],
  [
    'C18',
    'hostNetwork with a YAML 1.1 boolean',
    `${MANIFESTS}50-wordpress.yaml`,
    edit(
      '50-wordpress.yaml',
      'enableServiceLinks: false',
      'enableServiceLinks: false\n      hostNetwork: yes',
    ),
  ],
  [
    'C18',
    'an image without a digest',
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

describe('storectl check on hostile manifests', () => {
  it.each(HOSTILE)('%s refuses %s at its path', async (rule, _what, path, changes) => {
    // A manifest edited by hand also differs from its render.
    const render = path.startsWith(MANIFESTS) ? [`C04 ${path}`] : []
    const found = said(await repo().check(await repo().commit(changes)))
    expect(found).toEqual(expect.arrayContaining([`${rule} ${path}`, ...render]))
  })
})
