import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { storeFile } from '../../src/testing/records.ts'
import {
  acmeRepo,
  AT,
  deleted,
  files,
  intent,
  others,
  PLATFORM,
  platform,
  purging,
  said,
  shop,
  yamlOf,
} from './acme.ts'
import { type Changes, rendered } from './fixture.ts'

const repo = acmeRepo()
const DAY_MS = 86_400_000

/** Message of a commit by Storewright. */
const ours = (name: string, action: string) =>
  `store(acme/${name}): ${action}\n\nStore: ${name}\nTeam: acme\nAction: ${action}\nRequest-Id: 01JDABCDEFGHJKMNPQRSTVWXYZ\n`

const going = (stores: readonly StoreFile[]): Changes =>
  Object.fromEntries(
    stores.map((store) => [
      `stores/acme/${store.name}/store.yaml`,
      yamlOf({ ...store, lifecycle: { state: 'deleted' } }),
    ]),
  )

describe('checks that read history', () => {
  it.each([
    [5, ['C03 stores/default/purging/store.yaml']],
    [31, []],
  ])(
    'C03 reserves a removed name for its team for 30 days, checked after %i days',
    async (days, expected) => {
      const now = Date.now()
      const base = await repo().commit(
        { 'stores/acme/purging': null },
        { message: ours('purging', 'remove'), atMs: now - days * DAY_MS },
      )
      const again = rendered(storeFile({ name: 'purging' }), platform)
      const head = await repo().commit(again, { from: base })
      expect(said(await repo().check(head, { base, nowMs: now }))).toEqual(expected)
    },
  )

  it('C03 reserves the name of a vanished folder permanently and ignores releases, which need a key to verify', async () => {
    const now = Date.now()
    const again = rendered(storeFile({ name: 'gone' }), platform)
    const vanished = { atMs: now - 400 * DAY_MS }
    const base = await repo().commit({ 'stores/acme/gone': null }, vanished)
    const head = await repo().commit(again, { from: base })
    const { problems } = await repo().check(head, { base, nowMs: now })
    expect(problems.map(({ rule, path, detail }) => [rule, path, detail])).toEqual([
      ['C03', 'stores/default/gone/store.yaml', expect.stringContaining('release-name')],
    ])
    const release = { message: ours('gone', 'release'), atMs: now - 31 * DAY_MS }
    const released = await repo().commit({}, { ...release, from: base })
    const taken = await repo().commit(again, { from: released })
    expect(said(await repo().check(taken, { base: released, nowMs: now }))).toEqual([
      'C03 stores/default/gone/store.yaml',
    ])
  })

  it('C03 allows a removed name to be used again by its own team', async () => {
    const base = await repo().commit({ 'stores/acme/purging': null })
    const again = rendered(storeFile({ name: 'purging', team: 'acme' }), platform)
    const head = await repo().commit(again, { from: base })
    expect((await repo().check(head, { base })).problems).toEqual([])
  })

  it.each([
    [10, ['C15 ']],
    [90, []],
  ])(
    'C15 counts deletions by Storewright within the last hour, made %i minutes before',
    async (minutes, expected) => {
      const now = Date.now()
      let base = repo().main
      for (const store of others.slice(0, 2)) {
        const message = ours(store.name, 'delete')
        const made = rendered({ ...store, lifecycle: { state: 'deleted' } }, platform)
        base = await repo().commit(made, { from: base, message, atMs: now - minutes * 60_000 })
      }
      const head = await repo().commit(going(others.slice(2, 4)), { from: base })
      expect(said(await repo().check(head, { base, nowMs: now }))).toEqual(expected)
    },
  )

  it('C15 reads its limits from the branch, not from the change', async () => {
    const raised = PLATFORM.replace('limits:', 'limits:\n  massDelete: {max: 1000}')
    const head = await repo().commit({ ...going(others), 'platform.yaml': raised })
    expect(said(await repo().check(head))).toContain('C15 ')
  })

  it('C15 accepts a mass deletion with the label', async () => {
    const head = await repo().commit(going(others))
    const labels = ['mass-delete-approved']
    expect((await repo().check(head, { labels })).problems).toEqual([])
  })

  it('C12 compares with the release on the branch if the change rewrites it', async () => {
    const lowered = PLATFORM.replace('mariadb: "11.8"', 'mariadb: "11.4"')
    const head = await repo().commit({ ...intent({ release: '2026.9' }), 'platform.yaml': lowered })
    expect(said(await repo().check(head))).toContain(`C12 ${AT}store.yaml`)
  })
})

describe('problems that already exist on the branch', () => {
  const broken: Changes = {
    'stores/acme/one/store.yaml': 'not: a store\n',
    'stores/acme/two/manifests/50-wordpress.yaml': 'broken: [\n',
    'stores/acme/three/stray.txt': 'x',
  }

  it('C02 do not block a change of another store and are reported as notes', async () => {
    const base = await repo().commit(broken)
    const head = await repo().commit(intent({ title: 'New' }), { from: base })
    const report = await repo().check(head, { base })
    expect(report.problems).toEqual([])
    expect(report.checked).toBe(1)
    expect(report.notes.map(({ path }) => path)).toEqual(['stores/acme/three/stray.txt'])
  })

  it('C02 do not block a change of the platform, which is rendered for all other stores', async () => {
    const base = await repo().commit(broken)
    const platformYaml = PLATFORM.replace('profile: local', 'profile: local\nscheme: https')
    const head = await repo().commit({ 'platform.yaml': platformYaml }, { from: base })
    const report = await repo().check(head, { base })
    expect(new Set(report.notes.map(({ path }) => path))).toEqual(
      new Set([
        'stores/acme/three/stray.txt',
        'stores/acme/one/store.yaml',
        'stores/acme/two/manifests/50-wordpress.yaml',
      ]),
    )
    expect(report.pending.map(({ name }) => name)).toEqual([
      'five',
      'four',
      'gone',
      'purging',
      'shop',
      'three',
      'two',
    ])
    expect(report.problems).toEqual([])
  })

  it('C02 do not excuse a platform change that removes the release of a store', async () => {
    const head = await repo().commit({ 'platform.yaml': PLATFORM.replaceAll('2026.11', '2026.12') })
    const { problems } = await repo().check(head)
    expect(problems).toContainEqual(
      expect.objectContaining({ rule: 'C02', path: `${AT}store.yaml`, pointer: '#/release' }),
    )
  })
})

describe('a change of store.yaml only', () => {
  it('C04 shows the changes that will be rendered', async () => {
    const report = await repo().check(await repo().commit(intent({ title: 'New' })))
    const [only] = report.pending
    expect([report.pending.length, only?.name]).toEqual([1, 'shop'])
    const changed = only?.files.flatMap(({ path, lines }) =>
      lines
        .filter(({ mark }) => mark !== ' ')
        .map(({ mark, text }) => `${path.slice(AT.length)} ${mark}${text.trim()}`),
    )
    expect(changed).toContain('manifests/30-config.yaml -title: shop')
    expect(changed).toContain('manifests/30-config.yaml +title: New')
    expect(changed?.every((line) => /^(?:app\.json|manifests\/[35]0-)/.test(line))).toBe(true)
  })

  it('C04 is refused if it also changes a generated file, even by a comment', async () => {
    const path = `${AT}manifests/30-config.yaml`
    const head = await repo().commit({ ...intent({ title: 'New' }), [path]: `${files[path]}# x\n` })
    expect(said(await repo().check(head))).toContain(`C04 ${path}`)
  })
})

it('C21 requires a label for more than 200 stores', async () => {
  const many = Array.from({ length: 201 }, (_, n) => storeFile({ name: `many-${n}`, team: 'acme' }))
  const head = await repo().commit(
    Object.fromEntries(
      many.map((store) => [`stores/acme/${store.name}/store.yaml`, yamlOf(store)]),
    ),
  )
  expect(said(await repo().check(head))).toEqual(['C21 '])
  const approved = await repo().check(head, { labels: ['bulk'] })
  expect(approved.problems).toEqual([])
  expect(approved.pending).toHaveLength(201)
})

it.each(['deleted', 'active'] as const)(
  'C13 accepts the restore of a soft-deleted store and of one in purge to %s',
  async (state) => {
    const head = await repo().commit({
      'stores/acme/gone/store.yaml': yamlOf({ ...deleted, lifecycle: { state: 'active' } }),
      'stores/acme/purging/store.yaml': yamlOf({ ...purging, lifecycle: { state } }),
    })
    expect((await repo().check(head)).problems).toEqual([])
    expect(shop.lifecycle.state).toBe('active')
  },
)
