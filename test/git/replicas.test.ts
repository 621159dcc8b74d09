import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { countPacks } from '../../src/adapters/git/cache/packs.ts'
import { type ApiProcess, roomyPlatform, startApi } from './api-process.ts'
import { Clients } from './clients.ts'
import { goal, long } from './goals.ts'
import { harness, pause } from './harness.ts'
import { checkHistory } from './history-checker.ts'

/** Two real servers with separate caches on one remote. */
async function replicas(environment: Readonly<Record<string, string>> = {}) {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  const start = (name: string) =>
    startApi(join(remote.scratch, name), { STORES_REPO_URL: served.url, ...environment })
  const apis = await Promise.all([start('one'), start('two')])
  onTestFinished(() => Promise.all(apis.map((api) => api.kill())).then(() => {}))
  return { remote, served, apis, urls: apis.map(({ url }) => url) }
}

const CREATES = long(400, 5000)

it(
  `G4 F3 F4 part of S2-39: two servers with 8 clients each make ${CREATES} changes while a person pushes, and lose none`,
  async () => {
    const { remote, served, urls } = await replicas()
    let pushing = true
    const person = (async () => {
      let pushed = 0
      for (; pushing; pushed += 1) {
        await remote.commit({ [`docs/note-${pushed}.md`]: 'by hand' }).catch(() => {})
        // Replaces git's own `gc --auto` after a push, which is off in this remote (git-config(1),
        // gc.autoPackLimit).
        if (pushed % 10 === 9 && (await countPacks(remote.path)) > 50)
          await remote.git(['repack', '-d', '--geometric=2', '-q'])
        await pause(400)
      }
      return pushed
    })()
    const clients = new Clients('pair')
    await goal('G4', async () => {
      const began = performance.now()
      await clients.run(urls, 16, AbortSignal.timeout(long(200_000, 3_400_000)), CREATES)
      const seconds = (performance.now() - began) / 1000
      pushing = false
      const notes = await person
      expect(clients.pending).toBe(0)
      expect(clients.refused.filter(({ status }) => status >= 500)).toEqual([])
      const { commits, head } = await checkHistory(remote, clients.acked)
      expect(clients.acked.length).toBe(CREATES)
      expect(await remote.git(['rev-list', '--merges', head])).toBe('')
      return `${clients.acked.length} changes over two processes, ${notes} pushes of a person: 0 lost, 0 doubled, 0 refused; ${commits.size} commits, ${served.seen.pushes} pushes tried, ${seconds.toFixed(0)} s`
    })
  },
  long(260_000, 3_600_000),
)

const ROUNDS = long(50, 1000)

it(
  `S1-31 G5 F1 F2: one of 16 creates of the same name at two servers succeeds in each of ${ROUNDS} rounds`,
  async () => {
    const { remote, apis } = await replicas()
    await goal('G5', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_, n) => create(apis[n % 2] as ApiProcess, `name-${round}`)),
        )
        expect(answers.toSorted()).toEqual([
          '201',
          ...Array.from({ length: 15 }, () => '409 name_taken'),
        ])
      }
      const { commits } = await checkHistory(remote, [])
      expect(commits.size).toBe(ROUNDS)
      return `${ROUNDS} rounds of 16 requests: one 201 and fifteen 409 each`
    })
  },
  long(200_000, 3_600_000),
)

async function create({ url }: ApiProcess, name: string): Promise<string> {
  const reply = await fetch(`${url}/api/v1/stores`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, team: 'team-1' }),
  })
  const { code } = (await reply.json()) as { code?: string }
  return code === undefined ? String(reply.status) : `${reply.status} ${code}`
}

it('part of S2-39: a store created at one replica appears at the other within a fetch interval', async () => {
  const { apis } = await replicas()
  const [one, two] = apis as [ApiProcess, ApiProcess]
  expect(await create(one, 'shop-1')).toBe('201')
  await expect
    .poll(async () => (await fetch(`${two.url}/api/v1/stores/shop-1`)).status, { timeout: 10_000 })
    .toBe(200)
  expect(await create(two, 'shop-1')).toBe('409 name_taken')
})

it('part of S2-39: a stream resumes on another replica with a resync and misses no change', async () => {
  const { apis } = await replicas()
  const [one, two] = apis as [ApiProcess, ApiProcess]
  const first = await openStream(one, null)
  const seen = await first.until(/^id: \S+/m)
  const last = /^id: (\S+)/m.exec(seen)?.[1] ?? ''
  expect(await create(one, 'shop-1')).toBe('201')
  await first.until(/event: stores[\s\S]*"shop-1"/)
  await first.close()
  // The browser reconnects and the load balancer routes it to the other replica.
  const second = await openStream(two, last)
  expect(await second.until(/event: resync/)).not.toMatch(/event: stores/)
  await expect
    .poll(async () => (await fetch(`${two.url}/api/v1/snapshot`)).text(), { timeout: 10_000 })
    .toContain('"shop-1"')
  expect(await create(one, 'shop-2')).toBe('201')
  await second.until(/event: stores[\s\S]*"shop-2"/)
  await second.close()
}, 60_000)

/** A client of the event stream, like a browser. */
async function openStream({ url }: ApiProcess, lastEventId: string | null) {
  const headers = lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }
  const { body } = await fetch(`${url}/api/v1/stream`, { headers })
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    /** Reads until the received text matches `pattern` and returns that text. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the stream ended before ${pattern}: ${text}`)
        text += decoder.decode(value, { stream: true })
      }
      return text
    },
    close: () => reader.cancel(),
  }
}

const PACED = { creates: 200, pushes: 20 }

it(`N-01 ${PACED.creates} parallel creates and ${PACED.pushes} foreign pushes lose and double nothing with at most 6 pushes per minute, the limit of GitHub`, async () => {
  const { remote, served, apis } = await replicas({ GIT_PUSHES_PER_MINUTE: '6' })
  const began = performance.now()
  const people = (async () => {
    for (let n = 0; n < PACED.pushes; n += 1) {
      await remote.commit({ [`docs/note-${n}.md`]: 'by hand' })
      await pause(100)
    }
  })()
  const clients = new Clients('paced')
  await clients.run(
    [apis[0]?.url ?? ''],
    PACED.creates,
    AbortSignal.timeout(100_000),
    PACED.creates,
  )
  await people
  expect([clients.acked.length, clients.pending]).toEqual([PACED.creates, 0])
  await checkHistory(remote, clients.acked)
  const minutes = (performance.now() - began) / 60_000
  expect(served.seen.pushes).toBeLessThanOrEqual(6 + Math.ceil(6 * minutes))
}, 120_000)
