import { describe, expect, it } from 'vitest'
import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import type { Snapshot } from '../../src/domain/snapshot.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { TEST_KEYS } from '../../src/testing/keys.ts'
import { create, requester, retitle, storeFiles } from '../../src/testing/writes.ts'
import { eventually, harness, type Harness } from './harness.ts'
import { testKeys } from './keys.ts'

const OTHER_KEYS = Buffer.alloc(32, 'other').toString('base64')
const PERSON = 'Grace Example'

/** Text files of a store, as pushed by a person. */
function pushed(team: string, name: string, title = name): Record<string, string> {
  return Object.fromEntries(
    Array.from(storeFiles(team, name, title), ([path, bytes]) => [
      `stores/${team}/${name}/${path}`,
      Buffer.from(bytes).toString('utf8'),
    ]),
  )
}

/** Summary of every change, oldest first: source, requester, action, stores. */
async function audit(repo: StoresRepo): Promise<readonly string[]> {
  const { changes } = await repo.audit({ limit: 100, matching: () => true })
  return changes
    .map(({ source, requestedBy, action, stores }) =>
      [source, requestedBy, action, stores.join('+')].join(' '),
    )
    .reverse()
    .slice(1)
}

const messageOf = (remote: BareRemote, commit: string) =>
  remote.git(['show', '-s', '--format=%B', commit])

/**
 * The audit of a newly started server, which must equal the one of a server that was running before
 * the commits.
 */
async function bothAudits(git: Harness, before: StoresRepo): Promise<readonly string[]> {
  const head = await git.remote.head()
  await eventually(() => before.snapshot().head === head)
  const started = await git.open()
  const [warm, cold] = await Promise.all([audit(before), audit(started)])
  expect(warm).toEqual(cold)
  const lasts = ({ stores }: Snapshot) =>
    Array.from(stores.values(), ({ name, last }) => [name, last])
  expect(lasts(started.snapshot())).toEqual(lasts(before.snapshot()))
  return cold
}

/** A remote, a server that writes, and a function that opens one that only reads. */
async function stage(options: Parameters<typeof harness>[0] = {}) {
  const git = await harness(options)
  const repo = await git.open()
  return { git, remote: git.remote, repo, watch: () => git.open({ fetchIntervalMs: 30 }) }
}

describe('commits without a valid proof', () => {
  const block = (mac: string) =>
    [
      'store(acme/shop-1): purge\n\nReason: I said so\n',
      ...['Store: shop-1', 'Team: acme', 'Action: delete'],
      ...['Request-Id: 01JDABCDEFGHJKMNPQRSTVWXYZ', 'Requested-By: alice-the-admin', 'Auth: local'],
      ...['Via: dashboard', 'Idempotency-Key-Hash: sha256:aa', 'Input-Digest: sha256:bb'],
      ...['Mass-Delete-Approved-By: alice-the-admin', 'Generator: 99.0.0', mac],
    ]
      .filter((line) => line !== '')
      .join('\n')

  it.each([
    ['no proof', ''],
    ['an invented proof', `Server-Mac: v1:0123456789ab:${'A'.repeat(43)}`],
    ['a proof by another installation', `Server-Mac: ${openKeyRing(OTHER_KEYS).sign('any')}`],
    ['a proof of another text', `Server-Mac: ${testKeys.sign('any')}`],
  ])('S4 with our trailers and %s are attributed to git and their author', async (_, mac) => {
    const { git, remote, repo, watch } = await stage()
    await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    const watching = await watch()
    await remote.commit(pushed('acme', 'shop-1', 'Forged'), block(mac))
    expect(await bothAudits(git, watching)).toEqual([
      'api local:ana create shop-1',
      `git ${PERSON} git shop-1`,
    ])
    const { changes } = await watching.history('acme', 'shop-1', { limit: 1 })
    expect(changes[0]).toMatchObject({ source: 'git', requestId: null, reason: null })
    expect(watching.requests()).toHaveLength(1)
    expect(watching.snapshot()).toMatchObject({ departures: [], massDeleteApprovedAt: null })
    expect(watching.snapshot().stores.get('shop-1')?.last).toMatchObject({ by: PERSON })
    const idempotency = { keyHash: 'sha256:aa', inputDigest: 'sha256:bb' }
    const landed = await watching.change(requester(), create('acme', 'shop-2'), { idempotency })
    expect(landed.outcome).toBe('landed')
  })
})

describe('proofs', () => {
  it.each([
    ['the same store again, after another change', pushed('acme', 'shop-1')],
    ['the same store with other files', pushed('acme', 'shop-1', 'Other')],
    ['another store', pushed('acme', 'shop-2')],
  ])('S4 do not count if copied to a commit of %s', async (_, files) => {
    const { git, remote, repo, watch } = await stage()
    const { commit } = await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    await repo.change(requester('local:ben'), retitle('acme', 'shop-1', 'Ben'))
    const watching = await watch()
    await remote.commit(files, await messageOf(remote, commit))
    const [path = ''] = Object.keys(files)
    expect(await bothAudits(git, watching)).toEqual([
      'api local:ana create shop-1',
      'api local:ben update shop-1',
      `git ${PERSON} git ${path.split('/')[2]}`,
    ])
  })

  it('S4 of a commit that never landed do not count for other files or other stores', async () => {
    const { git, remote, repo } = await stage()
    const base = await remote.head()
    const { commit } = await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    const message = await messageOf(remote, commit)
    await remote.git(['update-ref', 'refs/heads/main', base])
    const watching = await git.open({ fetchIntervalMs: 30 })
    await remote.commit(pushed('acme', 'shop-1', 'Forged'), message)
    expect(await bothAudits(git, watching)).toEqual([`git ${PERSON} git shop-1`])
    // Exactly the requested files on a branch that moved in the meantime, as after a rebase.
    await remote.commit({ ...pushed('acme', 'shop-1'), ...pushed('acme', 'shop-9') }, message)
    expect((await bothAudits(git, watching)).at(-1)).toBe('api local:ana create shop-1')
    const { stores } = watching.snapshot()
    expect(stores.get('shop-9')?.rendered).toBeNull()
  })

  it('S4 count for the commit on the branch, not for a copy on a merged branch with an older parent', async () => {
    const { git, remote, repo } = await stage()
    const base = await remote.head()
    const { commit } = await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    const tree = `${commit}^{tree}`
    const who = ['-c', 'user.name=Grace Example', '-c', 'user.email=g@example.com']
    const make = async (message: string, ...parents: string[]) => {
      const words = parents.flatMap((parent) => ['-p', parent])
      return (await remote.git([...who, 'commit-tree', tree, ...words, '-m', message])).trim()
    }
    const copy = await make(await messageOf(remote, commit), base)
    await remote.git(['update-ref', 'refs/heads/main', await make('merge', commit, copy)])
    const { changes } = await (await git.open()).audit({ limit: 10, matching: () => true })
    const ours = changes.filter(({ requestId }) => requestId !== null)
    expect(ours.map(({ commit: id }) => id)).toEqual([commit])
    expect(changes.find(({ commit: id }) => id === copy)?.source).toBe('git')
  })

  it.each(['sha1', 'sha256'] as const)(
    'survive a squash merge for each of its stores in a %s repository',
    async (objectFormat) => {
      const { git, remote, repo } = await stage({ objectFormat })
      const base = await remote.head()
      const one = await repo.change(requester('local:ana'), create('acme', 'shop-1'))
      const two = await repo.change(requester('local:ben'), create('acme', 'shop-2'))
      const messages = [await messageOf(remote, one.commit), await messageOf(remote, two.commit)]
      const indented = messages.map((text) => text.replaceAll(/^(?=.)/gm, '    '))
      await remote.git(['update-ref', 'refs/heads/main', base])
      const watching = await git.open({ fetchIntervalMs: 30 })
      const files = { ...pushed('acme', 'shop-1'), ...pushed('acme', 'shop-2') }
      const extra = pushed('acme', 'shop-3')
      await remote.commit({ ...files, ...extra }, `Squashed commit\n\n${indented.join('\n')}`)
      expect((await bothAudits(git, watching)).toSorted()).toEqual([
        'api local:ana create shop-1',
        'api local:ben create shop-2',
        `git ${PERSON} git shop-3`,
      ])
      const { stores } = watching.snapshot()
      const by = ['shop-1', 'shop-2', 'shop-3'].map((name) => stores.get(name)?.last.by)
      expect(by).toEqual(['local:ana', 'local:ben', PERSON])
      const page = await watching.audit({ limit: 1, matching: ({ source }) => source === 'api' })
      expect(page.changes).toHaveLength(2)
    },
  )

  it('are accepted by every ring that contains their key, also after a key rotation', async () => {
    const { git, repo } = await stage()
    await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    const rotated = await git.open({ keys: openKeyRing(`${OTHER_KEYS}\n${TEST_KEYS}\n`) })
    await rotated.change(requester('local:ben'), retitle('acme', 'shop-1', 'Ben'))
    expect(await audit(rotated)).toEqual([
      'api local:ana create shop-1',
      'api local:ben update shop-1',
    ])
    const late = await git.open({ keys: openKeyRing(OTHER_KEYS) })
    expect(await audit(late)).toEqual(['git storewright git shop-1', 'api local:ben update shop-1'])
  })
})

describe('a lost key ring', () => {
  it('attributes every former commit to git and approves no deletion', async () => {
    const { git, repo } = await stage()
    for (const name of ['shop-1', 'shop-2']) {
      await repo.change(requester('local:ana'), create('acme', name))
    }
    const before = repo.snapshot()
    const lost = await git.open({ keys: openKeyRing(OTHER_KEYS) })
    expect(await audit(lost)).toEqual(['git storewright git shop-1', 'git storewright git shop-2'])
    const after = lost.snapshot()
    expect([...after.stores.keys()]).toEqual([...before.stores.keys()])
    expect(after).toMatchObject({ departures: [], massDeleteApprovedAt: null })
    expect(lost.state().lost).toEqual([])
    await lost.change(requester('local:ben'), retitle('acme', 'shop-1', 'Ben'))
    expect((await audit(lost)).at(-1)).toBe('api local:ben update shop-1')
  })
})
