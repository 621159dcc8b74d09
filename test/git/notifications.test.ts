import { createHmac } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { httpPost } from '../../src/adapters/notify/http-post.ts'
import { messageOf, type Message } from '../../src/notify/message.ts'
import { openOutbox } from '../../src/notify/outbox.ts'
import { createBareRemote, serveBareRemote } from '../../src/testing/bare-remote.ts'
import { startReceiver } from '../../src/testing/receiver.ts'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { hasRedis, startRedis, unlessRedis } from '../redis-server.ts'

const SECRET = 'CANARY-of-the-messages'

async function receiver() {
  const started = await startReceiver()
  onTestFinished(() => started.close())
  return started
}

async function server(environment: Record<string, string>, at?: string) {
  const dataDir = at ?? (await scratch())
  const started = await startServer(dataDir, { NOTIFY_WINDOW: '1s', ...environment })
  onTestFinished(async () => {
    await started.end('SIGKILL')
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  return started
}

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('messages about phases', () => {
  it('go to a webhook and to Slack once per store, and not again after a restart', async () => {
    const [hook, slack] = await Promise.all([receiver(), receiver()])
    const settings = {
      NOTIFY_WEBHOOK_URL: hook.url,
      NOTIFY_WEBHOOK_SECRET: SECRET,
      NOTIFY_SLACK_WEBHOOK_URL: `${slack.url}/CANARY-path`,
    }
    const one = await server(settings)
    await settle(1500)
    const reply = await post(one.url, '/api/v1/stores', { name: 'shop-a', plan: 'small' })
    expect(reply.status).toBe(201)
    await expect.poll(() => hook.received.length, { timeout: 60_000 }).toBe(1)
    await expect.poll(() => slack.received.length).toBe(1)
    const [first] = hook.received
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      store: 'shop-a',
      team: 'default',
      phase: 'Ready',
      previousPhase: null,
      title: 'shop-a (team default) is ready',
      link: `${one.url}/stores/shop-a`,
    })
    expect(first?.headers['x-storewright-signature-256']).toBe(
      `sha256=${createHmac('sha256', SECRET)
        .update(first?.body ?? '')
        .digest('hex')}`,
    )
    expect(slack.received[0]?.body).toContain('*shop-a (team default) is ready*')
    const labels = { 'storewright.dev/simulate': 'degraded' }
    await post(one.url, '/api/v1/stores', { name: 'shop-b', plan: 'small', labels })
    await expect.poll(() => hook.received.length, { timeout: 60_000 }).toBe(2)
    expect(JSON.parse(hook.received[1]?.body ?? '')).toMatchObject({
      title: 'shop-b (team default) is degraded',
      detail: expect.stringMatching(/\w/) as string,
    })
    await one.end('SIGTERM')
    const two = await server(settings, one.dataDir)
    await settle(5_000)
    expect([hook.received.length, slack.received.length]).toEqual([2, 2])
    for (const { log } of [one, two]) expect(log()).not.toContain('CANARY')
  }, 120_000)
})

describe.skipIf(!hasRedis)(`messages of several servers${unlessRedis}`, () => {
  it('are sent by the one with the lease', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const remote = await createBareRemote()
    const served = await serveBareRemote(remote.path)
    onTestFinished(async () => {
      await served.close()
      await remote.remove()
    })
    const hook = await receiver()
    const settings = {
      REDIS_ADDR: redis.address,
      STORES_REPO_URL: served.url,
      NOTIFY_WEBHOOK_URL: hook.url,
    }
    const [one, two] = [await server(settings), await server(settings)]
    await settle(1500)
    await post(two.url, '/api/v1/stores', { name: 'shop-a', plan: 'small' })
    await expect.poll(() => hook.received.length, { timeout: 60_000 }).toBe(1)
    await settle(4_000)
    expect(hook.received).toHaveLength(1)
    // Both servers saw the phase.
    for (const { url } of [one, two]) {
      const reply = await fetch(`${url}/api/v1/stores/shop-a`)
      expect(await reply.json()).toMatchObject({ phase: 'Ready' })
    }
    expect(hook.received[0]?.body).toContain(`${one.url}/stores/shop-a`)
  }, 120_000)
})

describe('an outbox', () => {
  const messages = ['one', 'two'].map((name) =>
    messageOf({ name, team: 'acme', from: null, to: 'Ready', between: null }, '', 'http://x', 0),
  )
  async function outbox(timeoutMs: number) {
    const at = await receiver()
    const log = memoryLog()
    const deliver = httpPost({ url: at.url, secret: null, contentType: 'text/plain', timeoutMs })
    const box = openOutbox({
      receiver: { deliver: ({ store }: Message, signal) => deliver(store, signal) },
      kind: 'webhook',
      log,
      backoff: { firstMs: 10, longestMs: 50, random: () => 0 },
    })
    onTestFinished(() => box.close())
    for (const message of messages) box.add(message)
    return { at, log, box }
  }

  it('repeats a message that fails or is not answered in time, and keeps the order', async () => {
    const { at, log } = await outbox(200)
    at.treat(500, 'hang', 204)
    await expect
      .poll(() => at.received.map(({ body }) => body))
      .toEqual(['one', 'one', 'one', 'two'])
    expect(log.lines).toEqual([])
  })

  it('drops a message after eight attempts, with one line in the log', async () => {
    const { at, log } = await outbox(200)
    at.treat(500, 500, 500, 500, 500, 500, 500, 403, 204)
    await expect.poll(() => at.received.at(-1)?.body).toBe('two')
    expect(at.received.filter(({ body }) => body === 'one')).toHaveLength(8)
    expect(log.lines).toMatchObject([{ level: 'warn', detail: 'webhook: status 403' }])
  })

  it('ends at once although a receiver hangs', async () => {
    const { at, box } = await outbox(60_000)
    at.treat('hang')
    await expect.poll(() => at.received.length).toBe(1)
    const began = performance.now()
    await box.close()
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
