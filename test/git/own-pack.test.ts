import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pushCommits } from '../../src/adapters/git/remote/push.ts'
import { importCommits } from '../../src/adapters/git/write/fast-import.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { create, createChange, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain, over, watchGit } from './harness.ts'

const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }
const AT = 1_790_000_000

/** A cache of an HTTP remote that checks each received object. */
async function stage(objectFormat: 'sha1' | 'sha256') {
  const { remote, serve, cache: open } = await harness({ objectFormat })
  await remote.git(['config', 'transfer.fsckObjects', 'true'])
  const git = await watchGit(remote.scratch)
  const cache = await open(over(await serve()))
  const base = await cache.head()
  const make = (from: string, names: readonly string[]) =>
    importCommits(
      cache.profile,
      from,
      names.map((name) => ({ change: createChange('acme', name), message: `add ${name}\n` })),
      AUTHOR,
      AT,
    )
  return { remote, cache, base, make, git }
}

async function expectWhole(remote: BareRemote, names: readonly string[]) {
  expect(await namesOnMain(remote)).toEqual(names)
  expect(await remote.git(['fsck', '--full', '--strict', '--no-dangling'])).toBe('')
}

describe.each(['sha1', 'sha256'] as const)('a push over HTTP, %s', (objectFormat) => {
  it('sends the pack that the import wrote', async () => {
    const { remote, cache, base, make, git } = await stage(objectFormat)
    const { ids, pack } = await make(base, ['one', 'two'])
    const head = ids.at(-1) ?? ''
    expect((await pushCommits(cache, base, head, undefined, pack())).outcome).toBe('done')
    await expectWhole(remote, ['one', 'two'])
    expect(await git.words()).not.toContain('pack-objects')
  })

  it.each([false, true])(
    'lets git pack the objects if an import that did not land holds the files; remote checks objects: %s',
    async (checks) => {
      const { remote, cache, base, make, git } = await stage(objectFormat)
      await remote.git(['config', 'transfer.fsckObjects', String(checks)])
      await make(base, ['one'])
      const { ids, pack } = await make(base, ['one', 'two'])
      expect(await pack()).not.toBeNull()
      const head = ids.at(-1) ?? ''
      expect((await pushCommits(cache, base, head, undefined, pack())).outcome).toBe('done')
      await expectWhole(remote, ['one', 'two'])
      expect(await git.words()).toContain('pack-objects')
    },
  )

  it('lets git pack the objects if the pack of the import is unknown', async () => {
    const { remote, cache, base, make } = await stage(objectFormat)
    const { ids, pack } = await make(base, ['one'])
    await writeFile(join(cache.profile.directory, 'storewright-packs'), '')
    expect(await pack()).toBeNull()
    expect((await pushCommits(cache, base, ids[0] ?? '', undefined, pack())).outcome).toBe('done')
    await expectWhole(remote, ['one'])
  })
})

it('empties the file of pack notes when it is large', async () => {
  const { cache, base, make } = await stage('sha1')
  const notes = join(cache.profile.directory, 'storewright-packs')
  await writeFile(notes, 'an older line\n'.repeat(10_000))
  const first = await make(base, ['one'])
  expect(await first.pack()).not.toBeNull()
  expect(await readFile(notes, 'utf8')).toBe('')
  const second = await make(base, ['two'])
  expect(await second.pack()).not.toBeNull()
})

it('never runs git pack-objects on a remote without other writers', async () => {
  const { remote, serve, open } = await harness()
  const git = await watchGit(remote.scratch)
  const repo = await open({ remote: over(await serve()) })
  const names = Array.from({ length: 36 }, (_, n) => `shop-${String(n).padStart(2, '0')}`)
  for (const name of names.slice(0, 12)) await repo.change(requester(), create('acme', name))
  await Promise.all(names.slice(12).map((name) => repo.change(requester(), create('acme', name))))
  await expectWhole(remote, names)
  const words = await git.words()
  expect([words.includes('fast-import'), words.includes('pack-objects')]).toEqual([true, false])
})
