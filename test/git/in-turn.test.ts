import { execFileSync } from 'node:child_process'
import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain, over } from './harness.ts'

const PERSON = {
  GIT_AUTHOR_NAME: 'Grace',
  GIT_AUTHOR_EMAIL: 'grace@example.com',
  GIT_COMMITTER_NAME: 'Grace',
  GIT_COMMITTER_EMAIL: 'grace@example.com',
}

/** Makes an empty commit synchronously, so that nothing else of this process runs in between. */
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

/** The kind of a request to an HTTP remote. */
function wordOf({ method, url = '' }: IncomingMessage): 'refs' | 'fetch' | 'push' {
  if (method === 'GET') return 'refs'
  return url.endsWith('/git-upload-pack') ? 'fetch' : 'push'
}

/**
 * A server on a remote on which a person commits at fixed points: right before each of the server's
 * first `lost` pushes, and right before the response to the last of `again` consecutive requests
 * for the branch.
 * @returns `words`: requests to the remote and commits of the person, oldest first
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

it('P20 after two lost races the writer pushes right after the next foreign commit, without requesting the branch again', async () => {
  const { remote, repo, words } = await stage(2, 2)
  const { timing } = await repo.change(requester(), create('acme', 'shop-1'))
  expect(timing.pushes).toBe(3)
  expect(words.join(' ')).toBe('person push refs fetch person push refs person refs fetch push')
  expect(await namesOnMain(remote)).toEqual(['shop-0', 'shop-1'])
})

it('P20 while others commit steadily the writer pushes on top of their next commit', async () => {
  const { remote, repo, words } = await stage(2, 2)
  await repo.change(requester(), create('acme', 'shop-1'))
  words.length = 0
  const { timing } = await repo.change(requester(), create('acme', 'shop-2'))
  expect(timing.pushes).toBe(1)
  expect(words.join(' ')).toBe('refs person refs fetch push')
  expect(await namesOnMain(remote)).toEqual(['shop-0', 'shop-1', 'shop-2'])
})

it('the writer retries at once after one lost race', async () => {
  const { repo, words } = await stage(1)
  expect((await repo.change(requester(), create('acme', 'shop-1'))).timing.pushes).toBe(2)
  expect(words.join(' ')).toBe('person push refs fetch push')
})

it('the writer stops waiting if no further foreign commit arrives', async () => {
  const { remote, repo, words } = await stage(2)
  expect((await repo.change(requester(), create('acme', 'shop-1'))).timing.pushes).toBe(3)
  words.length = 0
  await repo.change(requester(), create('acme', 'shop-2'))
  expect(words.join(' ')).toBe('push')
  expect(await namesOnMain(remote)).toHaveLength(3)
})
