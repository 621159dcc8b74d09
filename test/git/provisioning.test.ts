import { join } from 'node:path'
import { monotonicFactory } from 'ulid'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { settingUp } from '../../src/domain/provisioning.ts'
import { openRefusals } from '../../src/observe/refusals.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { startQueue } from '../../src/reconcile/queue.ts'
import { renderStore } from '../../src/operations/render-store.ts'
import { startReconciler } from '../../src/reconcile/reconciler.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { startApi } from './api-process.ts'
import { eventually, harness } from './harness.ts'
import { by, folder, intent, messages, record } from './reconciler-fixture.ts'

const CAP = 3
const PLATFORM = PLATFORM_YAML.replace('provisioning: 0', `provisioning: ${CAP}`)
const TWENTY = Array.from({ length: 20 }, (_, n) => `shop-${n}`)
/** A set-up of this test takes so long. */
const READY_MS = 400
const clock = { now: () => Date.now() }
/** As the server makes them: in order, even in one millisecond. */
const newRequestId = monotonicFactory()
const asker = () => ({ ...by(), requestId: newRequestId() })
const views = { all: () => [], get: () => null, present: () => ({}) as never }

/** Servers whose stores are Ready a while after the commit that let them start, which only the test counts. */
async function servers() {
  const git = await harness({ platform: PLATFORM })
  const startedAt = new Map<string, number>()
  let speaking = true
  const provisioning = {
    wasReady: (name: string) => Date.now() - (startedAt.get(name) ?? Infinity) > READY_MS,
    speaks: () => speaking,
  }
  let most = 0
  const begin = async () => {
    const repo = await git.open({ fetchIntervalMs: 50 })
    const watch = () => {
      for (const { name, app, intent: now } of repo.snapshot().stores.values()) {
        const started = app !== null && now?.queued !== true
        if (started && !startedAt.has(name)) startedAt.set(name, Date.now())
      }
      most = Math.max(most, settingUp(repo.snapshot(), Date.now(), provisioning))
    }
    repo.onMoved(watch)
    const deps = { repo, views, clock, sealer: memorySealer(), provisioning }
    const loop = { ...deps, log: git.log, newRequestId }
    const reconciler = startReconciler({
      ...loop,
      render: async (...input) => renderStore(...input),
      refusals: openRefusals(),
      intervalMs: 60_000,
    })
    const queue = startQueue({
      ...loop,
      applications: { onChanged: () => () => undefined },
      renderWaiting: () => reconciler.look(),
      intervalMs: 50,
    })
    const close = async () => void (await Promise.all([reconciler.close(), queue.close()]))
    onTestFinished(close)
    return { repo, deps, close }
  }
  return { remote: git.remote, begin, most: () => most, silence: () => (speaking = false) }
}

/** Names in the order in which stores were created, and in which those that waited started. */
async function orders(remote: BareRemote) {
  const subjects = (await messages(remote)).toReversed()
  const named = (pattern: RegExp) => subjects.flatMap((subject) => pattern.exec(subject)?.[1] ?? [])
  return {
    created: named(/\/([a-z0-9-]+)\): create/),
    started: named(/\/([a-z0-9-]+)\): update \(its turn\)/),
  }
}

const started = (repo: StoresRepo, names: readonly string[]) =>
  names.every((name) => record(repo, name)?.app?.autoSync === true)

describe('20 creates at once', () => {
  it('part of S2-40: never have more than three between commit and Ready, keep their order, and wait in Git over a restart', async () => {
    const { remote, begin, most } = await servers()
    const first = await begin()
    await Promise.all(TWENTY.map((name) => createStore(first.deps, { name }, asker())))
    const waiting = TWENTY.filter((name) => record(first.repo, name)?.intent?.queued === true)
    expect(waiting.length).toBeGreaterThanOrEqual(20 - 2 * CAP)
    const [queued = ''] = waiting
    expect(await remote.git(['show', `main:${folder('default', queued)}/store.yaml`])).toContain(
      'queued: true',
    )
    expect(record(first.repo, queued)?.app?.autoSync).toBe(false)
    await first.close()
    const second = await begin()
    await eventually(() => started(second.repo, TWENTY), 60_000)
    expect(most()).toBe(CAP)
    const { created, started: turns } = await orders(remote)
    expect(created).toHaveLength(20)
    expect(turns).toEqual(created.slice(20 - turns.length))
    expect(turns.length).toBeGreaterThanOrEqual(waiting.length)
  })

  it('keep the cap when two servers take turns, and pushed stores wait unrendered', async () => {
    const { remote, begin, most } = await servers()
    const [one, two] = [await begin(), await begin()]
    const mine = TWENTY.slice(0, 8)
    const pushed = TWENTY.slice(8, 14)
    await Promise.all(
      mine.map((name, n) => createStore([one, two][n % 2]!.deps, { name }, asker())),
    )
    await remote.commit(
      Object.fromEntries(
        pushed.map((name) => [`${folder('default', name)}/store.yaml`, intent('default', name)]),
      ),
    )
    await eventually(() => started(one.repo, [...mine, ...pushed]), 60_000)
    expect(most()).toBeLessThanOrEqual(CAP)
    expect(record(one.repo, pushed[0]!)?.intent).not.toHaveProperty('queued')
  })

  it('wait for nobody when the status source is silent', async () => {
    const { begin, silence } = await servers()
    const server = await begin()
    await Promise.all(TWENTY.map((name) => createStore(server.deps, { name }, asker())))
    silence()
    await eventually(() => started(server.repo, TWENTY), 10_000)
  })
})

it('part of S2-40: says in which place a store waits, and lets it start after kill -9 of the server', async () => {
  const { remote, serve } = await harness({
    platform: PLATFORM_YAML.replace('provisioning: 0', 'provisioning: 2'),
  })
  const served = await serve()
  const environment = { STORES_REPO_URL: served.url }
  const dataDir = join(remote.scratch, 'data')
  const first = await startApi(dataDir, environment)
  const read = async (url: string, name: string) =>
    (await (await fetch(`${url}/api/v1/stores/${name}`)).json()) as Store
  for (const name of ['a', 'b', 'c', 'd']) {
    const reply = await fetch(`${first.url}/api/v1/stores`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    expect(reply.status).toBe(201)
  }
  await eventually(async () => (await read(first.url, 'd')).reason === 'Queued')
  expect(await read(first.url, 'd')).toMatchObject({
    phase: 'Committed',
    status: 'Provisioning',
    message: expect.stringContaining('number 2 in the queue'),
  })
  await first.kill(true)
  const second = await startApi(dataDir, environment)
  expect((await read(second.url, 'c')).message).toContain('number 1 in the queue')
  const phases = async () =>
    (await Promise.all(['a', 'b', 'c', 'd'].map((name) => read(second.url, name)))).map(
      ({ phase }) => phase,
    )
  await eventually(async () => (await phases()).every((phase) => phase === 'Ready'), 60_000)
  await second.kill()
}, 120_000)
