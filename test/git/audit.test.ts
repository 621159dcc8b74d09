import { describe, expect, it } from 'vitest'
import { folderIds } from '../../src/adapters/git/cache/objects.ts'
import type { Change } from '../../src/contract/store.ts'
import { provenText } from '../../src/domain/provenance.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { auditCsv, listAudit } from '../../src/operations/list-audit.ts'
import { storeHistory } from '../../src/operations/store-history.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { sized } from './goals.ts'
import { eventually, harness } from './harness.ts'
import { testKeys } from './keys.ts'
import { by, fixture, folder, record } from './reconciler-fixture.ts'

/** Ten thousand are promised; the short form only has more than two pages of them. */
const MANY = sized(2500, 10_000, 10_000)
const views = { all: () => [], get: () => null, present: () => ({}) as never }
const query = { format: 'json' } as const

/**
 * Adds commits in the form of our server: every tenth for the store `busy`, the others for many
 * stores.
 */
async function fill(remote: BareRemote, count: number): Promise<void> {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  let parent = `from ${await remote.head()}\n`
  const commits = Array.from({ length: count }, (_, n) => {
    const name = n % 10 === 0 ? 'busy' : `shop-${n % 997}`
    const trailers = {
      Store: name,
      Team: 'default',
      Action: n < 997 ? 'create' : 'update',
      'Request-Id': `01J${String(n).padStart(23, '0')}`,
      'Requested-By': `local:p${n % 7}`,
      Auth: 'local',
      Via: n % 2 === 0 ? 'api' : 'cli',
    }
    const text = `n: ${n}`
    const files = new Map([['store.yaml', Buffer.from(text)]])
    const tree = { 'Store-Tree': folderIds(files, 'sha1').folder }
    const lines = Object.entries({ ...trailers, ...tree }).map(([key, of]) => `${key}: ${of}`)
    lines.push(`Server-Mac: ${testKeys.sign(provenText(`number ${n}`, lines))}`)
    const message = `store(default/${name}): update\n\nReason: number ${n}\n\n${lines.join('\n')}\n`
    const path = `stores/default/${name}/store.yaml`
    const at = 1_790_000_000 + n
    const from = parent
    parent = ''
    return `commit refs/heads/main\ncommitter s <s@x> ${at} +0000\n${data(message)}${from}M 100644 inline ${path}\n${data(text)}`
  })
  await remote.git(['fast-import', '--quiet', '--done'], `${commits.join('')}done\n`)
}

async function allPages(
  read: (cursor?: string) => Promise<{ changes: readonly Change[]; next: string | null }>,
): Promise<Change[]> {
  const found: Change[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    found.push(...page.changes)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}

describe('audit of a long history', () => {
  it(`N-16 lists, filters and exports ${MANY} changes once each and in order, also per store`, async () => {
    const { remote, open } = await harness()
    await fill(remote, MANY)
    const repo = await open()
    const deps = { repo, views }
    const page = (cursor?: string) => (cursor === undefined ? {} : { cursor })
    const all = await allPages((cursor) =>
      listAudit(deps, { ...query, limit: 1000, ...page(cursor) }),
    )
    const ours = all.filter(({ source }) => source !== 'git')
    expect(ours.map(({ reason }) => reason)).toEqual(
      Array.from({ length: MANY }, (_, n) => `number ${MANY - 1 - n}`),
    )
    expect(all.length - ours.length).toBe(1)

    const wish = { ...query, by: 'local:p3', source: 'cli', store: 'shop-3' } as const
    const some = await allPages((cursor) => listAudit(deps, { ...wish, limit: 3, ...page(cursor) }))
    const expected = ours.filter(
      ({ requestedBy, source, stores }) =>
        requestedBy === 'local:p3' && source === 'cli' && stores[0] === 'shop-3',
    )
    expect(expected.length).toBeGreaterThan(0)
    expect(some.map(({ commit }) => commit)).toEqual(expected.map(({ commit }) => commit))

    const { changes } = await listAudit(deps, { format: 'csv' })
    expect(auditCsv(changes).trimEnd().split('\r\n')).toHaveLength(MANY + 2)

    const busy = await allPages((cursor) =>
      storeHistory(deps, 'busy', { limit: 200, ...page(cursor) }),
    )
    expect(busy).toHaveLength(MANY / 10)
    expect(busy.at(-1)?.reason).toBe('number 0')
  })

  it('includes commits that arrived after the first read', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = (await listAudit(deps, query)).changes
    await remote.commit(
      { 'platform.yaml': `${await remote.git(['show', 'main:platform.yaml'])}# more\n` },
      'a note',
    )
    const head = await remote.head()
    await eventually(() => repo.snapshot().head === head)
    const after = (await listAudit(deps, query)).changes
    expect(after.slice(1)).toEqual(before)
    expect(after[0]).toMatchObject({
      commit: head,
      action: 'git',
      stores: [],
      summary: 'a note',
      source: 'git',
      result: null,
      requestedBy: 'Grace Example',
    })
    await expect(listAudit(deps, { ...query, cursor: 'e'.repeat(40) })).rejects.toMatchObject({
      code: 'commit_not_found',
    })
  })
})

describe('audit of a plain git revert', () => {
  it('links the revert and the reverted commit in both directions', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const path = `${folder('default', 'shop')}/store.yaml`
    const text = await remote.git(['show', `main:${path}`])
    const { landed } = await updateStore(deps, { name: 'shop' }, { title: 'Sale' }, by())
    const app = await remote.git([
      'ls-tree',
      '-r',
      '--name-only',
      `${landed.commit}~1`,
      folder('default', 'shop'),
    ])
    const files = await Promise.all(
      app
        .trim()
        .split('\n')
        .map(async (each) => [each, await remote.git(['show', `${landed.commit}~1:${each}`])]),
    )
    const message = `Revert "Sale"\n\nThis reverts commit ${landed.commit}.\n`
    const revert = await remote.commit(Object.fromEntries(files), message)
    await eventually(() => record(repo, 'shop')?.last.commit === revert)
    expect(await remote.git(['show', `main:${path}`])).toBe(text)
    const { changes } = await storeHistory(deps, 'shop', { limit: 9 })
    expect(changes.map(({ reverts, revertedBy }) => [reverts, revertedBy])).toEqual([
      ...[
        [landed.commit, null],
        [null, revert],
        [null, null],
      ],
    ])
    expect(
      (await listAudit(deps, { ...query, store: 'shop' })).changes.map(
        ({ revertedBy }) => revertedBy,
      ),
    ).toEqual([...[null, revert, null]])
  })
})
