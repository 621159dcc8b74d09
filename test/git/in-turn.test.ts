import { execFileSync } from 'node:child_process'
import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain, over } from './harness.ts'

const PERSON = {
  ...{ GIT_AUTHOR_NAME: 'Grace', GIT_AUTHOR_EMAIL: 'grace@example.com' },
  ...{ GIT_COMMITTER_NAME: 'Grace', GIT_COMMITTER_EMAIL: 'grace@example.com' },
}

/** A commit that changes no file, before anything else of this process happens. */
function commitNow(repository: string): void {
  const git = (...words: string[]) => {
    const env = { ...PERSON, PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null' }
    return execFileSync('git', ['-C', repository, ...words], { env, encoding: 'utf8' }).trim()
  }
  git(
    'update-ref',
    'refs/heads/main',
    git('commit-tree', '-p', 'main', '-m', 'note', 'main^{tree}'),
  )
}

/** What a remote on HTTP is asked for. */
function wordOf({ method, url = '' }: IncomingMessage): 'refs' | 'fetch' | 'push' {
  if (method === 'GET') return 'refs'
  return url.endsWith('/git-upload-pack') ? 'fetch' : 'push'
}

/**
 * A server of a remote that it knows, on which a person commits: right before each of its first `lost` pushes, and right
 * before the remote answers where its branch is, when it was asked that `again` times on end.
 * @returns `words` what the remote was asked and what the person did, oldest first
 */
async function stage(lost: number, again = Infinity) {
  const { open, remote, serve } = await harness()
  const served = await serve()
  const words: string[] = []
  let notes = Infinity
  const personCommits = () => {
    notes += 1
    words.push('person')
    commitNow(remote.path)
  }
  served.intercept = (request) => {
    const word = wordOf(request)
    const before = words.slice(words.length - again + 1)
    const asked = word === 'refs' && before.length === again - 1
    if (asked && before.every((one) => one === 'refs')) personCommits()
    words.push(word)
    return false
  }
  const repo = await open({
    remote: over(served),
    reached: async (point) => {
      if (point === 'push' && notes < lost) personCommits()
    },
  })
  await repo.change(requester(), create('acme', 'shop-0'))
  notes = 0
  words.length = 0
  return { remote, repo, words }
}

it('P20 who came second twice begins right after the next commit of somebody else, and does not ask for the branch again', async () => {
  const { remote, repo, words } = await stage(2, 2)
  const { timing } = await repo.change(requester(), create('acme', 'shop-1'))
  expect(timing.pushes).toBe(3)
  expect(words.join(' ')).toBe('person push refs fetch person push refs person refs fetch push')
  expect(await namesOnMain(remote)).toEqual(['shop-0', 'shop-1'])
})

it('P20 where others come all the time, the push after a push is made on their next commit', async () => {
  const { remote, repo, words } = await stage(2, 2)
  await repo.change(requester(), create('acme', 'shop-1'))
  words.length = 0
  const { timing } = await repo.change(requester(), create('acme', 'shop-2'))
  expect(timing.pushes).toBe(1)
  expect(words.join(' ')).toBe('refs person refs fetch push')
  expect(await namesOnMain(remote)).toEqual(['shop-0', 'shop-1', 'shop-2'])
})

it('who came second once tries again at once', async () => {
  const { repo, words } = await stage(1)
  expect((await repo.change(requester(), create('acme', 'shop-1'))).timing.pushes).toBe(2)
  expect(words.join(' ')).toBe('person push refs fetch push')
})

it('nobody is waited for who does not come again', async () => {
  const { remote, repo, words } = await stage(2)
  expect((await repo.change(requester(), create('acme', 'shop-1'))).timing.pushes).toBe(3)
  words.length = 0
  await repo.change(requester(), create('acme', 'shop-2'))
  expect(words.join(' ')).toBe('push')
  expect(await namesOnMain(remote)).toHaveLength(3)
})
