import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Log, LogFields } from '../../domain/ports.ts'
import { pushWebhook, type PushWebhookOptions } from './push-webhook.ts'

const REPO = 'https://github.com/acme/stores.git'
const servers: Server[] = []

interface Post {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Payload {
  readonly ref: string
  readonly repository: { readonly html_url: string; readonly default_branch: string }
  readonly commits: readonly { added: string[]; modified: string[]; removed: string[] }[]
}

/**
 * A server that records posts and answers with the next of `statuses`, then with the last one
 * repeatedly.
 */
async function listener(statuses: readonly number[] = [200]) {
  const posts: Post[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      posts.push({ headers: request.headers, body: Buffer.concat(chunks) })
      response.statusCode = statuses[Math.min(posts.length, statuses.length) - 1] ?? 200
      response.end('ok')
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/api/webhook`, posts }
}

function recordingLog() {
  const warnings: LogFields[] = []
  const silent = () => undefined
  const log: Log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (_message, fields) => void warnings.push(fields ?? {}),
  }
  return { log, warnings }
}

/** A webhook without repeats by default. */
function open(options: Pick<PushWebhookOptions, 'urls' | 'log'> & Partial<PushWebhookOptions>) {
  return pushWebhook({
    secret: null,
    repoUrl: REPO,
    branch: 'main',
    repeatDelaysMs: [],
    ...options,
  })
}

const payload = (post: Post | undefined) =>
  JSON.parse(post?.body.toString('utf8') ?? '{}') as Payload
const files = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    path: `stores/acme/shop-${n}/app.json`,
    kind: 'modified' as const,
  }))

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

describe('pushWebhook', () => {
  it('posts a signed GitHub push event to every address', async () => {
    const one = await listener()
    const two = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [one.url, two.url], secret: 's3cret', log })
    hook.landed({
      head: 'a'.repeat(40),
      files: [
        { path: 'stores/acme/café/app.json', kind: 'added' },
        { path: 'stores/acme/old/app.json', kind: 'modified' },
      ],
    })
    await hook.idle()
    for (const { posts } of [one, two]) {
      expect(posts).toHaveLength(1)
      const { headers, body } = posts[0] as Post
      const digest = createHmac('sha256', 's3cret').update(body).digest('hex')
      expect(headers['x-hub-signature-256']).toBe(`sha256=${digest}`)
      expect(headers['x-github-event']).toBe('push')
      expect(headers['content-type']).toBe('application/json')
      expect(payload(posts[0])).toEqual({
        ref: 'refs/heads/main',
        repository: { html_url: 'https://github.com/acme/stores', default_branch: 'main' },
        commits: [
          {
            added: ['stores/acme/café/app.json'],
            modified: ['stores/acme/old/app.json'],
            removed: [],
          },
        ],
      })
    }
  })

  it('sends no signature without a secret and no post without files', async () => {
    const { url, posts } = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [url], log })
    hook.landed({ head: 'a'.repeat(40), files: [] })
    await hook.idle()
    expect(posts).toEqual([])
    hook.landed({ head: 'a'.repeat(40), files: files(1) })
    await hook.idle()
    expect(posts).toHaveLength(1)
    expect(posts[0]?.headers['x-hub-signature-256']).toBeUndefined()
  })

  it('splits a long list into payloads of 1000 files with each file once', async () => {
    const { url, posts } = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [url], log })
    hook.landed({ head: 'a'.repeat(40), files: files(2500) })
    await hook.idle()
    const lists = posts.map((post) => payload(post).commits[0]?.modified ?? [])
    expect(lists.map((list) => list.length)).toEqual([1000, 1000, 500])
    expect(new Set(lists.flat()).size).toBe(2500)
  })

  it('combines the pushes that land during a post', async () => {
    const { url, posts } = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [url], log })
    for (const file of files(50)) hook.landed({ head: 'a'.repeat(40), files: [file] })
    await hook.idle()
    const named = posts.flatMap((post) => payload(post).commits[0]?.modified ?? [])
    expect(named.toSorted()).toEqual(
      files(50)
        .map(({ path }) => path)
        .toSorted(),
    )
    expect(posts.length).toBeLessThan(50)
  })

  it.each([
    [100, 100],
    [101, 1],
  ])('repeats a list of %i files twice with %i of them', async (count, repeated) => {
    const { url, posts } = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [url], log, repeatDelaysMs: [20, 60] })
    hook.landed({ head: 'a'.repeat(40), files: files(count) })
    while (posts.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    await hook.idle()
    const lists = posts.map((post) => payload(post).commits[0]?.modified.length)
    expect(lists).toEqual([count, repeated, repeated])
  })

  it('gives up on a failing address after three attempts', async () => {
    const failing = await listener([503])
    const healed = await listener([500, 200])
    const { log, warnings } = recordingLog()
    const urls = [failing.url, healed.url]
    const hook = open({ urls, log })
    hook.landed({ head: 'a'.repeat(40), files: files(1) })
    await hook.idle()
    expect(failing.posts).toHaveLength(3)
    expect(healed.posts).toHaveLength(2)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.detail).toContain('status 503')
  })

  it('does not retry a refused post, survives an unreachable address and logs no credentials', async () => {
    const refusing = await listener([400])
    const { log, warnings } = recordingLog()
    const dead = '127.0.0.1:1/api/webhook?token=hidden'
    const urls = [refusing.url, `http://user:hidden@${dead}`, `http://${dead}`]
    const hook = open({ urls, secret: 'other', log })
    hook.landed({ head: 'a'.repeat(40), files: files(1) })
    await hook.idle()
    expect(refusing.posts).toHaveLength(1)
    expect(warnings).toHaveLength(3)
    expect(warnings.at(-1)?.detail).toMatch(/: (ECONNREFUSED|Error|TypeError);/)
    expect(JSON.stringify(warnings)).not.toContain('hidden')
  })

  it.each([
    ['https://github.com/acme/stores.git', 'https://github.com/acme/stores'],
    ['https://token@github.com/acme/stores.git', 'https://github.com/acme/stores'],
    ['http://127.0.0.1:8080/git/stores.git', 'https://127.0.0.1/git/stores'],
    ['ssh://git@git.example.com:2222/acme/stores.git', 'https://git.example.com/acme/stores'],
    ['git@github.com:acme/stores.git', 'https://github.com/acme/stores'],
  ])('sends the repository %s as %s', async (repoUrl, expected) => {
    const { url, posts } = await listener()
    const { log } = recordingLog()
    const hook = open({ urls: [url], repoUrl, log })
    hook.landed({ head: 'a'.repeat(40), files: files(1) })
    await hook.idle()
    expect(payload(posts[0]).repository.html_url).toBe(expected)
  })
})
