import { join } from 'node:path'
import { monotonicFactory } from 'ulid'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { openRefusals } from '../../src/observe/refusals.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { startQueue } from '../../src/reconcile/queue.ts'
import { startReconciler } from '../../src/reconcile/reconciler.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { startApi } from './api-process.ts'
import { eventually, harness, pause } from './harness.ts'
import { by, folder, intent, messages, record } from './reconciler-fixture.ts'

const CAP = 3
const PLATFORM = PLATFORM_YAML.replace('provisioning: 0', `provisioning: ${CAP}`)
const TWENTY = Array.from({ length: 20 }, (_, n) => `shop-${n}`)
/** Longer than a server below the limit needs to start another store. */
const SETTLES_MS = 250
const clock = { now: () => Date.now() }
/** Monotonic ids like those of the server, ordered even within one millisecond. */
const newRequestId = monotonicFactory()
const asker = () => ({ ...by(), requestId: newRequestId() })
const views = { all: () => [], get: () => null, present: () => ({}) as never }

/**
 * Simulated status of stores. A store starts with the commit that enables automated sync of its
 * Application, read from `main` with plain git, and becomes Ready by `finishOne`.
 */
function statusOf(remote: BareRemote) {
  const ready = new Set<string>()
  let speaking = true
  let most = 0
  const started = async () => {
    const words = ['grep', '-l', '"autoSync": true', 'main', '--', 'stores/*/*/app.json']
    const paths = (await remote.git(words).catch(() => '')).trim().split('\n')
    return paths.flatMap((path) => path.split('/').at(-2) ?? [])
  }
  const underWay = async () => (await started()).filter((name) => !ready.has(name))
  return {
    provisioning: { wasReady: (name: string) => ready.has(name), speaks: () => speaking },
    started,
    /**
     * Waits until the allowed number of `all` is under way, gives the servers time to exceed it,
     * counts, and makes one Ready.
     * Nothing else ends a set-up, so no count in between is higher.
     */
    async finishOne(all: readonly string[]) {
      const expected = Math.min(CAP, all.length - ready.size)
      await eventually(async () => (await underWay()).length >= expected)
      await pause(SETTLES_MS)
      const names = await underWay()
      most = Math.max(most, names.length)
      const [first] = names
      if (first !== undefined) ready.add(first)
    },
    /** Maximum number of stores that were between commit and Ready at once. */
    most: () => most,
    silence: () => (speaking = false),
    ready,
  }
}

/** Servers on one remote with a simulated status. */
async function servers() {
  const git = await harness({ platform: PLATFORM })
  const status = statusOf(git.remote)
  const { provisioning } = status
  const begin = async () => {
    const repo = await git.open({ fetchIntervalMs: 50 })
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
  /** Makes stores Ready one by one until all are Ready. */
  const finish = async (all: readonly string[]) => {
    while (status.ready.size < all.length) await status.finishOne(all)
  }
  return { remote: git.remote, begin, finish, ...status }
}

/** Names of stores in order of creation, and of queued stores in order of their start. */
async function orders(remote: BareRemote) {
  const subjects = (await messages(remote)).toReversed()
  const named = (pattern: RegExp) => subjects.flatMap((subject) => pattern.exec(subject)?.[1] ?? [])
  return {
    created: named(/\/([a-z0-9-]+)\): create/),
    started: named(/\/([a-z0-9-]+)\): update \(its turn\)/),
  }
}

describe('20 concurrent creates with a limit of three set-ups', () => {
  it('S2-40 never have more than three stores between commit and Ready, start in order and stay queued across a restart', async () => {
    const { remote, begin, finish, finishOne, started, most } = await servers()
    const first = await begin()
    await Promise.all(TWENTY.map((name) => createStore(first.deps, { name }, asker())))
    // While none is Ready, no store beyond the limit starts.
    await pause(2 * SETTLES_MS)
    expect(await started()).toHaveLength(CAP)
    await finishOne(TWENTY)
    await eventually(async () => (await started()).length > CAP)
    const waiting = TWENTY.filter((name) => record(first.repo, name)?.intent?.queued === true)
    expect(waiting.length).toBe(TWENTY.length - CAP - 1)
    const [queued = ''] = waiting
    expect(await remote.git(['show', `main:${folder('default', queued)}/store.yaml`])).toContain(
      'queued: true',
    )
    expect(record(first.repo, queued)?.app?.autoSync).toBe(false)
    await first.close()
    const second = await begin()
    await finish(TWENTY)
    expect(record(second.repo, queued)?.app?.autoSync).toBe(true)
    expect(most()).toBe(CAP)
    const { created, started: turns } = await orders(remote)
    expect(created).toHaveLength(20)
    expect(turns).toEqual(created.slice(20 - turns.length))
    expect(turns).toHaveLength(TWENTY.length - CAP)
  })

  it('keep the limit with two servers, and pushed stores are not rendered until they start', async () => {
    const { remote, begin, finish, most } = await servers()
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
    await finish([...mine, ...pushed])
    expect(most()).toBe(CAP)
    expect(record(one.repo, pushed[0]!)?.intent).not.toHaveProperty('queued')
  })

  it('start all stores if the status source is silent', async () => {
    const { begin, silence, started } = await servers()
    const server = await begin()
    await Promise.all(TWENTY.map((name) => createStore(server.deps, { name }, asker())))
    silence()
    await eventually(async () => (await started()).length === TWENTY.length)
  })
})

it('S2-40 reports the queue position of a store and starts it after kill -9 of the server', async () => {
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
