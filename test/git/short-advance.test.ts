import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ObjectReader } from '../../src/adapters/git/cache/object-reader.ts'
import { processEnvironment } from '../../src/adapters/git/process/environment.ts'
import { advanceBetween, isOutside } from '../../src/adapters/git/read/commit-log.ts'
import { Provenance } from '../../src/adapters/git/read/provenance.ts'
import { shortAdvance } from '../../src/adapters/git/read/short-advance.ts'
import { create, requester, retitle, storeYaml } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'
import { testKeys } from './keys.ts'

/** A branch with stores of a server, and both ways to read new commits: `short` and `log`. */
async function stage() {
  const { remote, open } = await harness()
  const repo = await open()
  const profile = {
    directory: remote.path,
    environment: { ...processEnvironment(), GIT_DIR: remote.path },
    branch: 'main',
  }
  const objects = new ObjectReader(profile)
  onTestFinished(() => objects.restart())
  const provenance = new Provenance({ keys: testKeys, objects, signed: null })
  return {
    remote,
    repo,
    short: (from: string, to: string) => shortAdvance(objects, from, to, provenance),
    async log(from: string, to: string) {
      const advance = await advanceBetween(profile, from, to)
      const judged = await provenance.judge(advance.commits)
      const outside = new Set(judged.filter(isOutside).map(({ id }) => id))
      const touches = new Map([...advance.touches].filter(([id]) => outside.has(id)))
      return { ...advance, touches }
    },
  }
}

it('shortAdvance equals git log for commits of servers and for foreign commits outside of stores/', async () => {
  const { remote, repo, short, log } = await stage()
  const from = await remote.head()
  await repo.change(requester('local:ana'), create('acme', 'shop-1'))
  await remote.commit({ 'README.md': 'one' }, 'a subject\n\na body\n\nRequest-Id: none\n')
  await remote.commit({ 'docs/a.md': 'ü' }, 'ümlaut, no newline at the end')
  await repo.change(requester(), create('acme', 'shop-2'))
  await repo.change(requester(), retitle('acme', 'shop-1', 'Ünïcode'))
  const to = await remote.head()
  const told = await short(from, to)
  expect(told?.commits).toHaveLength(5)
  expect(told).toEqual(await log(from, to))
  expect(await short(to, to)).toEqual({ commits: [], touches: new Map(), descends: true })
})

it.each([
  ['a name with a bare angle bracket', true, 'author A > B <a@b> 1 +0000'],
  ['an empty name', true, 'author <a@b> 1 +0000'],
  ['no name and no space', true, 'author  <> 1 +0000'],
  ['a time zone offset', true, 'author A  B <a b> 1 -0930'],
  ['a name with leading spaces', true, 'author  A <a@b> 1 +0000'],
  ['no time', false, 'author A <a@b>'],
  ['another encoding', false, 'author A <a@b> 1 +0000', 'encoding ISO-8859-1\n'],
  [
    'a signature',
    true,
    'author A <a@b> 1 +0000',
    'gpgsig -----BEGIN\n parent 1234\n \n -----END\n',
  ],
])(
  'shortAdvance equals git log for a commit with %s or returns null',
  async (_, plain, author, more = '') => {
    const { remote, short, log } = await stage()
    const from = await remote.head()
    const tree = (await remote.git(['rev-parse', `${from}^{tree}`])).trim()
    const committer = author.replace('author', 'committer')
    const text = `tree ${tree}\nparent ${from}\n${author}\n${committer}\n${more}\n\n lead\n\nbody \n`
    const directory = await mkdtemp(join(tmpdir(), 'storewright-commit-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const file = join(directory, 'commit')
    await writeFile(file, text)
    const words = ['hash-object', '-t', 'commit', '-w', '--literally', file]
    const to = (await remote.git(words)).trim()
    const told = await short(from, to)
    expect(told).toEqual(plain ? await log(from, to) : null)
  },
)

it('shortAdvance returns null for foreign changes of stores, a merge, a reset branch and more than 32 commits', async () => {
  const { remote, short } = await stage()
  const from = await remote.head()
  const touched = await remote.commit({
    'stores/acme/hand/store.yaml': storeYaml('acme', 'hand'),
  })
  expect(await short(from, touched)).toBeNull()
  const left = await remote.commit({ 'a.md': 'a' })
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b']
  const tree = `${left}^{tree}`
  const merge = [...who, 'commit-tree', '-p', left, '-p', from, '-m', 'merge', tree]
  expect(await short(touched, (await remote.git(merge)).trim())).toBeNull()
  // `from` is older than `left`, so the walk reaches the first commit, which has no parent.
  expect(await short(left, from)).toBeNull()
  let head = left
  for (let n = 0; n < 33; n += 1) head = await remote.commit({ 'a.md': String(n) })
  expect(await short(left, head)).toBeNull()
  expect((await short(touched, left))?.commits.map(({ id }) => id)).toEqual([left])
})
