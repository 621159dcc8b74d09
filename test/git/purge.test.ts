import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Operation } from '../../src/contract/operation.ts'
import type { Store } from '../../src/contract/store.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { restoreStore } from '../../src/operations/restore-store.ts'
import { revertChange } from '../../src/operations/revert-change.ts'
import { startPurges } from '../../src/reconcile/purge.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import {
  git,
  keepDeleted,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, messages, record } from './reconciler-fixture.ts'

const STORECTL = fileURLToPath(new URL('../../src/cli/storectl.ts', import.meta.url))

describe('purge with a simulated Argo CD', () => {
  let data = ''
  let server: ServerProcess
  beforeEach(async () => {
    data = await scratch()
    server = await startServer(data)
  })
  afterEach(async () => {
    await server.end('SIGKILL')
    await rm(data, { recursive: true, force: true })
  })

  const main = (...words: string[]) => git(join(data, 'stores.git'), ...words)
  const phaseOf = async (name: string) => {
    const reply = await fetch(`${server.url}/api/v1/stores/${name}`)
    return reply.ok ? ((await reply.json()) as Store).phase : reply.status
  }
  const storectl = (...words: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = {
        ...nodeEnvironment,
        STORECTL_SERVER: server.url,
      }
      execFile(process.execPath, [STORECTL, ...words], { env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err })
      })
    })

  it('S2-16 S2-25 runs from create to removal in one commit per step, and the name is free afterwards', async () => {
    const made = await post(server.url, '/api/v1/stores', { name: 'shop' })
    expect(made.status).toBe(201)
    await post(server.url, '/api/v1/stores/shop/suspend', {})
    const { err } = await storectl('delete', 'shop', '--yes')
    expect(err).toContain('its retention is 0 days, so it is purged now')
    const seen = new Set<unknown>()
    await eventually(async () => {
      seen.add(await phaseOf('shop'))
      return seen.has(404)
    }, 60_000)
    expect([...seen]).toContain('Deleting')
    expect([...seen]).not.toContain('Detached')
    expect((await main('log', '--format=%s', '-5', 'main')).split('\n')).toEqual([
      'store(default/shop): remove (purged)',
      'store(default/shop): purge (retention over)',
      expect.stringMatching(/^store\(default\/shop\): delete \(data kept until /),
      expect.stringMatching(/^store\(default\/shop\): suspend/),
      'store(default/shop): create (woo, small)',
    ])
    expect(await main('ls-tree', '-r', '--name-only', 'main', 'stores/')).toBe('stores/.gitkeep')
    expect((await post(server.url, '/api/v1/stores', { name: 'shop' })).status).toBe(201)
  })

  it('shows each gate and that it is simulated in storectl purge', async () => {
    await keepDeleted(server)
    await post(server.url, '/api/v1/stores', { name: 'shop' })
    expect((await storectl('purge', 'shop', '--yes', '--accept-data-loss')).code).toBe(4)
    expect((await storectl('delete', 'shop', '--yes')).err).toContain('storectl restore shop')
    expect((await storectl('purge', 'shop')).code).toBe(2)
    expect(await storectl('purge', 'shop', '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('its data would be gone for good'),
    })
    const purge = ['purge', 'shop', '--yes', '--accept-data-loss', '--reason', 'asked for']
    const { code, out, err } = await storectl(...purge, '--wait', '-o', 'json')
    expect([code, JSON.parse(out) as Operation[]]).toEqual([
      ...[0, [expect.objectContaining({ kind: 'purge', state: 'Live', simulated: true })]],
    ])
    expect(err).toMatch(/^\[ \] applied   .* \(simulated\)$/m)
    expect(err).toMatch(/^\[x\] retention .* \(simulated\)$/m)
    const { out: table } = await storectl('operations', '--store', 'shop')
    expect(table).toMatch(/^\S{26} {2}remove +Live \(simulated\) +shop +system /m)
    expect((await storectl('operations', 'nobody')).code).toBe(3)
  })
})

describe('purge by two servers of one repository', () => {
  const week = { now: () => Date.now() }
  const loop = (
    repo: StoresRepo,
    deps: Awaited<ReturnType<typeof fixture>>['deps'],
    log: never,
  ) => {
    const applications = fakeApplications(week.now)
    const purge = { ...deps.purge, simulatedIsEnough: false }
    const loops = startPurges({
      repo,
      sealer: deps.sealer,
      clock: week,
      applications,
      purge,
      log,
      time: deps.time,
      newRequestId: () => ulid(),
      intervalMs: 20,
    })
    onTestFinished(() => loops.close())
    return (syncRevision: string) => {
      const past = new Date(Date.now() - 10_000).toISOString()
      const now = new Date().toISOString()
      const operationState = { ...healthyApplication().operationState!, finishedAt: past }
      const seen = { cascades: true, syncRevision, healthSince: past, reconciledAt: now }
      applications.set('store-shop', healthyApplication({ ...seen, operationState }))
    }
  }
  const begin = async () => {
    const one = await fixture()
    const two = await one.join()
    await createStore(one.deps, { name: 'shop' }, by())
    await createStore(one.deps, { name: 'other' }, by())
    return { one, two, log: one.log as never }
  }

  it('purges a store once, with one commit per step, and changes no other store', async () => {
    const { one, two, log } = await begin()
    const observe = [loop(one.repo, one.deps, log), loop(two.repo, two.deps, log)]
    await deleteStore(one.deps, { name: 'shop' }, by())
    await eventually(() => record(one.repo, 'shop')?.app?.lifecycle === 'purge')
    const purged = record(one.repo, 'shop')!.last.commit
    for (const tell of observe) tell(purged)
    await eventually(() => record(one.repo, 'shop') === undefined)
    await eventually(() => record(two.repo, 'shop') === undefined)
    expect((await messages(one.remote)).slice(0, 3)).toEqual([
      'store(default/shop): remove (purged)',
      'store(default/shop): purge (retention over)',
      expect.stringContaining('store(default/shop): delete'),
    ])
    const left = await one.remote.git(['show', '--format=', '--name-status', 'main'])
    expect(
      left
        .trim()
        .split('\n')
        .every((line) => line.startsWith(`D\t${folder('default', 'shop')}/`)),
    ).toBe(true)
    expect(record(one.repo, 'other')?.app?.lifecycle).toBe('active')
    expect([one.repo, two.repo].map((repo) => repo.state().lost)).toEqual([[], []])
  })

  it('removes no store whose purge was canceled at the last moment by restore, revert or plain git', async () => {
    for (const how of ['restore', 'request', 'git']) {
      const { one, log } = await begin()
      const observe = loop(one.repo, one.deps, log)
      await deleteStore(one.deps, { name: 'shop' }, by())
      await eventually(() => record(one.repo, 'shop')?.app?.lifecycle === 'purge')
      const { commit } = record(one.repo, 'shop')!.last
      // With a retention of 0 the store would be purged again at once.
      await one.remote.commit({
        'platform.yaml': (await one.remote.git(['show', 'main:platform.yaml'])).concat(
          'deletion: {autoPurge: false}\n',
        ),
      })
      await eventually(() => !one.repo.snapshot().platform.autoPurge)
      if (how === 'restore') await restoreStore(one.deps, { name: 'shop' }, by())
      else if (how === 'request') {
        const request = { commit, mode: 'undo', reason: 'not this shop', dryRun: false } as const
        await revertChange(one.deps, { name: 'shop' }, request, by())
      } else {
        const tree = `${commit}~1:${folder('default', 'shop')}`
        const paths = (await one.remote.git(['ls-tree', '-r', '--name-only', tree]))
          .trim()
          .split('\n')
        const files = await Promise.all(
          paths.map(
            async (path) =>
              [
                `${folder('default', 'shop')}/${path}`,
                await one.remote.git(['show', `${tree}/${path}`]),
              ] as const,
          ),
        )
        await one.remote.commit(Object.fromEntries(files), 'Revert "purge"')
        await eventually(() => record(one.repo, 'shop')?.app?.lifecycle === 'deleted')
      }
      observe(commit)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const state = how === 'restore' ? 'active' : 'deleted'
      expect(record(one.repo, 'shop')?.app?.lifecycle).toBe(state)
      expect((await messages(one.remote)).filter((line) => line.includes('remove'))).toEqual([])
    }
  })
})
