import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { isShort } from './goals.ts'
import { harness, namesOnMain, over, watchGit } from './harness.ts'

/** Simulates a person whose commit lands first whenever a push has more commits than `most`. */
function personFasterThan(remote: BareRemote, most: number): Promise<void> {
  return remote.hook(
    'pre-receive',
    `while read old new ref; do
      test $(git rev-list --count $old..$new) -le ${most} && continue
      unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
      GIT_AUTHOR_NAME=Grace GIT_AUTHOR_EMAIL=g@example.com GIT_COMMITTER_NAME=Grace GIT_COMMITTER_EMAIL=g@example.com
      export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
      git update-ref $ref $(git commit-tree -p $ref -m note $ref^{tree})
    done`,
  )
}

it('P20 lands all changes with smaller pushes on a branch that moves during every large push', async () => {
  const { open, remote } = await harness()
  await personFasterThan(remote, 6)
  const repo = await open()
  const names = Array.from({ length: 64 }, (_, n) => `shop-${String(n).padStart(2, '0')}`)
  const landed = await Promise.all(
    names.map((name) => repo.change(requester(), create('acme', name))),
  )
  expect(landed.map(({ record }) => record?.name)).toEqual(names)
  expect(await namesOnMain(remote)).toEqual(names)
  const { worstPushes, pushes } = repo.state().figures
  // Three quarters remain after each lost race, so 63 commits become 6 after nine races.
  expect(worstPushes).toBeGreaterThan(3)
  expect(worstPushes).toBeLessThan(16)
  expect(pushes).toBeLessThan(64)
  expect(await remote.git(['rev-list', '--merges', 'main'])).toBe('')
})

it('P20 runs the decision again on every newer head after a lost race, without sending the files to git again', async () => {
  const { open, remote } = await harness()
  let foreign = 3
  const heads: string[] = []
  const git = await watchGit(remote.scratch)
  const repo = await open({
    reached: async (point) => {
      if (point !== 'push' || foreign === 0) return
      foreign -= 1
      await remote.commit({ 'README.md': `note ${foreign}` })
    },
  })
  const decide = create('acme', 'shop-1')
  const { timing } = await repo.change(requester(), (at) => {
    heads.push(at.head)
    return decide(at)
  })
  expect(timing.pushes).toBe(4)
  expect([heads.length, new Set(heads).size]).toEqual([4, 4])
  const said = await git.imported()
  expect(said.match(/^M 040000 [0-9a-f]{40} stores\/acme\/shop-1$/gm)).toHaveLength(3)
  expect(said.match(/^M 100644 inline stores\/acme\/shop-1\//gm)).toHaveLength(4)
  expect((await repo.files('acme', 'shop-1')).files).toHaveLength(4)
})

it('P20 F14 lands a change whose cache was cloned again between two attempts', async () => {
  const { open, remote, dataDir } = await harness()
  let tries = 0
  const repo = await open({
    reached: async (point) => {
      if (point !== 'push' || tries++ > 0) return
      await remote.commit({ 'README.md': 'note' })
      await rm(join(dataDir(0), 'cache.git/objects/pack'), { recursive: true, force: true })
    },
  })
  const landed = await repo.change(requester(), create('acme', 'shop-1'))
  expect(landed.timing.pushes).toBeGreaterThan(1)
  expect(repo.state().figures.cacheRebuilds).toBe(1)
  expect((await repo.files('acme', 'shop-1')).files).toHaveLength(4)
  expect(await namesOnMain(remote)).toEqual(['shop-1'])
})

it('F4 a server under constant load pauses after every 16 pushes, so that a person can push', async () => {
  const { open } = await harness()
  const stills: number[] = []
  let pushes = 0
  let pushedAt = Infinity
  const repo = await open({
    reached: async (point) => {
      if (point === 'pushed') pushedAt = performance.now()
      if (point !== 'push') return
      pushes += 1
      if (performance.now() - pushedAt >= 240) stills.push(pushes)
    },
  })
  let next = 0
  const client = async () => {
    while (pushes < 40) await repo.change(requester(), create('acme', `shop-${(next += 1)}`))
  }
  await Promise.all(Array.from({ length: 6 }, client))
  expect(stills.filter((after) => after % 16 === 1)).toEqual([17, 33])
})

it.skipIf(isShort)(
  'two servers under constant load both land changes',
  async () => {
    const { open, remote, serve } = await harness()
    const served = await serve()
    const repos = [
      await open({ remote: over(served), fetchIntervalMs: 1000 }),
      await open({ remote: over(served), fetchIntervalMs: 1000 }),
    ]
    const until = performance.now() + 12_000
    const landed = await Promise.all(
      repos.map(async (repo, which) => {
        let count = 0
        const writer = async (_: unknown, n: number) => {
          for (let turn = 0; performance.now() < until; turn += 1) {
            await repo.change(requester(), create('acme', `shop-${which}-${n}-${turn}`))
            count += 1
          }
        }
        await Promise.all(Array.from({ length: 8 }, writer))
        return count
      }),
    )
    const [less = 0, more = 0] = landed.toSorted((a, b) => a - b)
    expect((await namesOnMain(remote)).length).toBe(less + more)
    expect(less, `${less} and ${more}`).toBeGreaterThan(more / 8)
  },
  60_000,
)
