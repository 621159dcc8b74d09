import { createHmac } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CloudEvent } from '../../src/notify/cloud-event.ts'
import { createBareRemote, serveBareRemote } from '../../src/testing/bare-remote.ts'
import { type HttpReceiver, startReceiver } from '../../src/testing/receiver.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { hasRedis, startRedis, unlessRedis } from '../redis-server.ts'

const SECRET = 'CANARY-of-the-events'

async function receiver(port?: number): Promise<HttpReceiver> {
  const started = await startReceiver(port)
  onTestFinished(() => started.close())
  return started
}

async function server(
  dataDir: string,
  url: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const started = await startServer(dataDir, {
    EVENTS_WEBHOOK_URL: url,
    EVENTS_WEBHOOK_SECRET: SECRET,
    ...environment,
  })
  onTestFinished(async () => void (await started.end('SIGKILL')))
  return started
}

async function folder(): Promise<string> {
  const made = await scratch()
  onTestFinished(() => rm(made, { recursive: true, force: true, maxRetries: 5 }))
  return made
}

async function create(on: ServerProcess, name: string): Promise<string> {
  const reply = await post(on.url, '/api/v1/stores', { name, plan: 'small' })
  expect(reply.status, await reply.clone().text()).toBe(201)
  return ((await reply.json()) as { revision: string }).revision
}

const eventsIn = ({ received }: HttpReceiver, accepted = true): CloudEvent[] =>
  received
    .filter(({ status }) => !accepted || status === 204)
    .map(({ body }) => JSON.parse(body) as CloudEvent)
const created = (at: HttpReceiver) =>
  eventsIn(at)
    .filter(({ type }) => type.endsWith('.created'))
    .map(({ data }) => data.store)

const positionIn = async (dataDir: string) =>
  JSON.parse(await readFile(join(dataDir, 'events-position.json'), 'utf8')) as {
    after: string
    to: string
  }

describe('events of changes', () => {
  it('are signed CloudEvents in structured mode, one per commit and store', async () => {
    const at = await receiver()
    const one = await server(await folder(), at.url)
    const commit = await create(one, 'shop-a')
    await expect.poll(() => created(at)).toEqual(['shop-a'])
    const [first] = at.received.filter(({ body }) => body.includes('.created'))
    expect(first?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(first?.headers['x-storewright-signature-256']).toBe(
      `sha256=${createHmac('sha256', SECRET)
        .update(first?.body ?? '')
        .digest('hex')}`,
    )
    expect(JSON.parse(first?.body ?? '')).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(`^${commit}/default/shop-a/[0-9A-Z]{26}$`) as string,
      source: one.url,
      type: 'dev.storewright.store.created',
      subject: 'default/shop-a',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/) as string,
      datacontenttype: 'application/json',
      data: {
        action: 'create',
        store: 'shop-a',
        team: 'default',
        commit,
        requestedBy: 'local',
        summary: expect.stringContaining('store(default/shop-a): create') as string,
      },
    })
    expect(one.log()).not.toContain(SECRET)
    // The commits before the first start of a server with this setting are not sent.
    expect(eventsIn(at).every(({ data }) => data.store === 'shop-a')).toBe(true)
  })

  it('of a commit made outside have no name of a person', async () => {
    const at = await receiver()
    const one = await server(await folder(), at.url)
    await create(one, 'shop-a')
    const clone = await folder()
    await git(clone, 'clone', '-q', `${one.url}/git/stores.git`, 'r')
    await git(join(clone, 'r'), 'rm', '-qr', 'stores/default/shop-a')
    await git(join(clone, 'r'), 'commit', '-qm', 'take the shop away')
    await git(join(clone, 'r'), 'push', '-q')
    await expect
      .poll(() => eventsIn(at).find(({ type }) => type.endsWith('.changed')))
      .toMatchObject({
        subject: 'default/shop-a',
        data: { action: 'git', requestedBy: null, summary: 'take the shop away' },
      })
    expect(JSON.stringify(at.received)).not.toMatch(/ana(?:@|")/)
  })

  it('wait in order while the receiver fails, and later requests are not slower', async () => {
    const at = await receiver()
    const one = await server(await folder(), at.url)
    at.treat(500, 302, 404, 'slow', 204)
    const began = performance.now()
    for (const name of ['shop-a', 'shop-b', 'shop-c']) await create(one, name)
    expect(performance.now() - began).toBeLessThan(5_000)
    await expect
      .poll(() => created(at), { timeout: 30_000 })
      .toEqual(['shop-a', 'shop-b', 'shop-c'])
    const tried = eventsIn(at, false).slice(0, 4)
    expect(new Set(tried.map(({ id }) => id)).size).toBe(1)
    expect(one.log()).toContain('status 302')
  }, 60_000)

  it('are read from Git when a receiver that was away or hung is back', async () => {
    const at = await receiver()
    const port = Number(new URL(at.url).port)
    const dataDir = await folder()
    const one = await server(dataDir, at.url)
    at.treat('hang')
    const names = ['shop-a', 'shop-b', 'shop-c', 'shop-d']
    for (const name of names.slice(0, 2)) await create(one, name)
    await expect.poll(() => at.received.length).toBe(1)
    await at.close()
    for (const name of names.slice(2)) await create(one, name)
    await expect.poll(() => one.log()).toContain('ECONNREFUSED')
    const back = await receiver(port)
    await expect.poll(() => created(back), { timeout: 40_000 }).toEqual(names)
  }, 90_000)

  it('are sent again after a kill between delivery and position, and none is missing', async () => {
    const at = await receiver()
    const dataDir = await folder()
    const one = await server(dataDir, at.url)
    await expect.poll(() => positionIn(dataDir).catch(() => null)).not.toBeNull()
    const before = await positionIn(dataDir)
    const names = ['shop-a', 'shop-b', 'shop-c']
    // The process ends when the second create has been received, before its response.
    at.onRequest = (body) => {
      if (body.includes('.created') && body.includes('"shop-b"')) process.kill(one.pid, 'SIGKILL')
    }
    at.treat('slow')
    const ended = one.end('SIGCONT')
    for (const name of names) await create(one, name).catch(() => null)
    await ended
    at.onRequest = () => undefined
    expect((await positionIn(dataDir)).to).not.toBe(before.after)
    const two = await server(dataDir, at.url)
    const missing = names.filter((name) => !created(at).includes(name))
    for (const name of missing) {
      const reply = await post(two.url, '/api/v1/stores', { name, plan: 'small' })
      expect([201, 409]).toContain(reply.status)
    }
    await expect.poll(() => new Set(created(at))).toEqual(new Set(names))
    await expect.poll(() => created(at).filter((name) => name === 'shop-b').length).toBe(2)
    const ids = eventsIn(at).filter(
      ({ data, type }) => data.store === 'shop-b' && type.endsWith('.created'),
    )
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
    // Each first delivery comes in the order of the branch.
    expect([...new Set(created(at))]).toEqual(names)
  }, 90_000)

  it('cover what was committed while no server with this setting ran', async () => {
    const at = await receiver()
    const dataDir = await folder()
    const one = await server(dataDir, at.url)
    await create(one, 'shop-a')
    await expect.poll(() => created(at)).toEqual(['shop-a'])
    await one.end('SIGTERM')
    const silent = await startServer(dataDir)
    await create(silent, 'shop-b')
    await silent.end('SIGTERM')
    await server(dataDir, at.url)
    // At least once: the first server may have ended before it kept the position.
    await expect.poll(() => [...new Set(created(at))]).toEqual(['shop-a', 'shop-b'])
  }, 60_000)

  it('begin at the head where the branch lacks the position, and the log has it', async () => {
    const at = await receiver()
    const dataDir = await folder()
    const one = await server(dataDir, at.url)
    await create(one, 'shop-a')
    await expect.poll(() => created(at)).toEqual(['shop-a'])
    await one.end('SIGTERM')
    const gone = 'a'.repeat(40)
    const text = JSON.stringify({ after: gone, to: gone, sent: null })
    await writeFile(join(dataDir, 'events-position.json'), text)
    const two = await server(dataDir, at.url)
    await expect
      .poll(() => two.log(), { timeout: 30_000 })
      .toContain('events begin at the present head')
    await create(two, 'shop-b')
    await expect.poll(() => created(at), { timeout: 30_000 }).toEqual(['shop-a', 'shop-b'])
  }, 90_000)
})

describe.skipIf(!hasRedis)(`events of several servers${unlessRedis}`, () => {
  it('are sent by one of them, and by the other after a kill', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const remote = await createBareRemote()
    const served = await serveBareRemote(remote.path)
    onTestFinished(async () => {
      await served.close()
      await remote.remove()
    })
    const at = await receiver()
    const shared = { REDIS_ADDR: redis.address, STORES_REPO_URL: served.url }
    const one = await server(await folder(), at.url, shared)
    const two = await server(await folder(), at.url, shared)
    await create(one, 'shop-a')
    await create(two, 'shop-b')
    await expect.poll(() => created(at)).toEqual(['shop-a', 'shop-b'])
    const isSender = ({ log }: ServerProcess) => log().includes('this server sends the events')
    expect([one, two].map(isSender)).toEqual([true, false])
    // While no server sends, two changes land.
    await one.end('SIGKILL')
    await create(two, 'shop-c')
    await create(two, 'shop-d')
    expect(created(at)).toEqual(['shop-a', 'shop-b'])
    const names = ['shop-a', 'shop-b', 'shop-c', 'shop-d']
    // At least once: the first server may not have kept the position of its last event.
    const inOrder = () => [...new Set(created(at))]
    await expect.poll(inOrder, { timeout: 40_000 }).toEqual(names)
    expect(isSender(two)).toBe(true)
  }, 90_000)

  it('wait while Redis is away, and none is missing afterwards', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const at = await receiver()
    const one = await server(await folder(), at.url, { REDIS_ADDR: redis.address })
    await create(one, 'shop-a')
    await expect.poll(() => created(at)).toEqual(['shop-a'])
    // The killed Redis forgets lease and position. The file in DATA_DIR has a copy.
    await redis.kill()
    await create(one, 'shop-b')
    await redis.start()
    await create(one, 'shop-c')
    const inOrder = () => [...new Set(created(at))]
    await expect.poll(inOrder, { timeout: 40_000 }).toEqual(['shop-a', 'shop-b', 'shop-c'])
  }, 90_000)
})
