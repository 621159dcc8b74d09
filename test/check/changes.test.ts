import { describe, expect, it } from 'vitest'
import { storeFile } from '../../src/testing/records.ts'
import {
  acmeRepo,
  AT,
  CODEOWNERS,
  deleted,
  edit,
  files,
  intent,
  MANIFESTS,
  next,
  others,
  PLATFORM,
  platform,
  purging,
  said,
  shop,
  yamlOf,
} from './acme.ts'
import { type Changes, edited, rendered } from './fixture.ts'

const repo = acmeRepo()

/** Rule, description, change. */
const GOOD: readonly (readonly [string, string, Changes])[] = [
  ['C01', 'a page of documentation', { 'docs/how.md': '# How\n' }],
  ['C02', 'a changed title alone', intent({ title: 'Bread & Butter' })],
  ['C03', 'a new store under a free name', rendered(next, platform)],
  ['C04', 'a change with its render', rendered({ ...shop, title: 'New' }, platform)],
  ['C05', 'a new intent without app.json', { 'stores/acme/next/store.yaml': yamlOf(next) }],
  ['C06', 'a README beside the teams', { 'stores/README.md': 'Teams.\n' }],
  [
    'C09',
    'a purge that removes protections',
    rendered({ ...deleted, lifecycle: { state: 'purge' } }, platform),
  ],
  ['C11', 'a volume that grows', intent({ storage: { ...shop.storage, database: 9 } })],
  ['C13', 'a suspension', intent({ lifecycle: { state: 'suspended' } })],
  [
    'C13',
    'a canceled purge',
    { 'stores/acme/purging/store.yaml': yamlOf({ ...purging, lifecycle: { state: 'suspended' } }) },
  ],
  ['C14', 'a folder removed after its purge', { 'stores/acme/purging': null }],
]

/** Rule, description, path of the expected problem, change. */
const HOSTILE: readonly (readonly [string, string, string, Changes])[] = [
  ['C01', 'a package.json', 'package.json', { 'package.json': '{"scripts":{"postinstall":"x"}}' }],
  [
    'C01',
    'a second workflow',
    '.github/workflows/evil.yaml',
    { '.github/workflows/evil.yaml': 'on: push\n' },
  ],
  [
    'C01',
    'a symbolic link instead of store.yaml',
    `${AT}store.yaml`,
    { [`${AT}store.yaml`]: { mode: '120000', content: '/etc/passwd' } },
  ],
  [
    'C01',
    'a submodule',
    `${AT}manifests`,
    { [`${AT}manifests`]: { mode: '160000', content: '1'.repeat(40) } },
  ],
  [
    'C01',
    'an executable file',
    `${MANIFESTS}30-config.yaml`,
    { [`${MANIFESTS}30-config.yaml`]: { mode: '100755', content: 'x' } },
  ],
  [
    'C01',
    'a manifest of 10 MB',
    `${MANIFESTS}30-config.yaml`,
    { [`${MANIFESTS}30-config.yaml`]: `a: ${'x'.repeat(10_000_000)}\n` },
  ],
  [
    'C02',
    'an unknown key',
    `${AT}store.yaml`,
    { [`${AT}store.yaml`]: `${yamlOf(shop)}surprise: 1\n` },
  ],
  [
    'C02',
    'YAML aliases',
    `${AT}store.yaml`,
    { [`${AT}store.yaml`]: `${yamlOf(shop)}x: &a [1]\ny: [*a, *a]\n` },
  ],
  [
    'C02',
    'a store.yaml of 900 KB',
    `${AT}store.yaml`,
    { [`${AT}store.yaml`]: `${yamlOf(shop)}# ${'x'.repeat(900_000)}\n` },
  ],
  ['C02', 'an undeclared plan', `${AT}store.yaml`, intent({ plan: 'huge' })],
  [
    'C02',
    'a platform that does not parse',
    'platform.yaml',
    { 'platform.yaml': `${PLATFORM}surprise: 1\n` },
  ],
  ['C02', 'a rollout that is not YAML', 'rollouts/one.yaml', { 'rollouts/one.yaml': 'a: [\n' }],
  [
    'C02',
    'a plan that its team may not use',
    'stores/default/next/store.yaml',
    rendered(storeFile({ name: 'next', plan: 'medium' }), platform),
  ],
  ['C03', 'a name that differs from its folder', `${AT}store.yaml`, intent({ name: 'other' })],
  [
    'C03',
    'a name used by another team',
    'stores/default/shop',
    rendered(storeFile({ name: 'shop' }), platform),
  ],
  [
    'C03',
    'a reserved name',
    'stores/acme/grafana/store.yaml',
    rendered(storeFile({ name: 'grafana', team: 'acme' }), platform),
  ],
  [
    'C04',
    'a manifest edited by hand',
    `${MANIFESTS}50-wordpress.yaml`,
    edit('50-wordpress.yaml', 'replicas: 1', 'replicas: 3'),
  ],
  [
    'C04',
    'an app.json edited by hand',
    `${AT}app.json`,
    edited(files, `${AT}app.json`, '"autoSync": true', '"autoSync": false'),
  ],
  [
    'C04',
    'a manifest that is not rendered',
    `${MANIFESTS}99-more.yaml`,
    { [`${MANIFESTS}99-more.yaml`]: files[`${MANIFESTS}30-config.yaml`] ?? '' },
  ],
  [
    'C05',
    'an app.json without a key',
    `${AT}app.json`,
    edited(files, `${AT}app.json`, /\n {2}"host".*/, ''),
  ],
  ['C05', 'a missing app.json', `${AT}app.json`, { [`${AT}app.json`]: null }],
  [
    'C06',
    'an app.json one level up',
    'stores/acme/app.json',
    { 'stores/acme/app.json': files[`${AT}app.json`] ?? '' },
  ],
  ['C06', 'a folder in manifests/', `${MANIFESTS}more`, { [`${MANIFESTS}more/a.yaml`]: 'a: 1\n' }],
  [
    'C06',
    'a kustomization',
    `${MANIFESTS}kustomization.yaml`,
    { [`${MANIFESTS}kustomization.yaml`]: 'a: 1\n' },
  ],
  [
    'C11',
    'a volume that shrinks',
    `${AT}store.yaml`,
    intent({ storage: { ...shop.storage, database: 1 } }),
  ],
  [
    'C11',
    'a larger volume without volume expansion',
    `${AT}store.yaml`,
    {
      ...intent({ storage: { ...shop.storage, database: 9 } }),
      'platform.yaml': PLATFORM.replace('    allowVolumeExpansion: true\n', ''),
    },
  ],
  ['C12', 'a release with an older database', `${AT}store.yaml`, intent({ release: '2026.9' })],
  [
    'C12',
    'a release whose database version is lowered',
    'platform.yaml',
    { 'platform.yaml': PLATFORM.replace('mariadb: "11.8"', 'mariadb: "10.6"') },
  ],
  ['C13', 'another secrets mode', `${AT}store.yaml`, intent({ secretsMode: 'external' })],
  [
    'C13',
    'a new store that is deleted',
    'stores/acme/next/store.yaml',
    { 'stores/acme/next/store.yaml': yamlOf({ ...next, lifecycle: { state: 'deleted' } }) },
  ],
  ['C14', 'a folder removed without a purge', 'stores/acme/shop', { 'stores/acme/shop': null }],
  [
    'C15',
    'five deletions',
    '',
    Object.fromEntries(
      others.map((store) => [
        `stores/acme/${store.name}/store.yaml`,
        yamlOf({ ...store, lifecycle: { state: 'deleted' } }),
      ]),
    ),
  ],
  [
    'C19',
    'CODEOWNERS without a team',
    '.github/CODEOWNERS',
    { '.github/CODEOWNERS': '* @acme/platform\n' },
  ],
  [
    'C19',
    'a CODEOWNERS line that overrides the team',
    '.github/CODEOWNERS',
    { '.github/CODEOWNERS': `${CODEOWNERS}* @mallory\n` },
  ],
  [
    'C20',
    'a file of a newer generator',
    `${AT}app.json`,
    edited(files, `${AT}app.json`, /"generator": ".*"/, '"generator": "99.0.0"'),
  ],
]

describe('storectl check on valid changes', () => {
  it.each(GOOD)('%s accepts %s', async (_rule, _what, changes) => {
    const report = await repo().check(await repo().commit(changes))
    expect(report.problems).toEqual([])
    expect(report.stores).toBeGreaterThan(6)
  })

  it('C04 accepts the whole repository', async () => {
    const report = await repo().check(repo().main, { base: null })
    expect(report.problems).toEqual([])
    expect([report.stores, report.checked]).toEqual([8, 8])
  })
})

describe('storectl check on invalid changes', () => {
  it.each(HOSTILE)('%s refuses %s at its path', async (rule, _what, path, changes) => {
    expect(said(await repo().check(await repo().commit(changes)))).toContain(`${rule} ${path}`)
  })

  it('N-06 C15 refuses five deletions in one change', async () => {
    const [, , path, changes] = HOSTILE.find(([, what]) => what === 'five deletions') ?? []
    if (changes === undefined) throw new Error('the list has no such change')
    expect(said(await repo().check(await repo().commit(changes)))).toContain(`C15 ${path}`)
  })

  it('S15 C20 reports a newer generator together with an edit, a foreign namespace and a foreign object', async () => {
    const app = edited(files, `${AT}app.json`, /"generator": ".*"/, '"generator": "99.0.0"')
    const foreign = (app[`${AT}app.json`] ?? '').replace(
      /"namespace": ".*"/,
      '"namespace": "store-x"',
    )
    const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: store-x}\n'
    const changes = { [`${AT}app.json`]: foreign, [`${AT}manifests/99-extra.yaml`]: object }
    const lines = said(await repo().check(await repo().commit(changes)))
    expect(lines).toEqual(
      expect.arrayContaining([
        ...[`C20 ${AT}app.json`, `C05 ${AT}app.json`, `C04 ${AT}app.json`],
        ...[`C04 ${AT}manifests/99-extra.yaml`, `C07 ${AT}manifests/99-extra.yaml`],
      ]),
    )
  })
})
