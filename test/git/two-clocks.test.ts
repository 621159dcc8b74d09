import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Check } from '../../src/contract/detail.ts'
import type { StoreWithGates } from '../../src/contract/operation.ts'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Store } from '../../src/contract/store.ts'
import {
  git,
  keepDeleted,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { roomyPlatform } from './api-process.ts'
import { isShort } from './goals.ts'
import { eventually, harness, pause } from './harness.ts'

const PRELOAD = fileURLToPath(new URL('shift-date.js', import.meta.url))
const DAY = 86_400_000
/**
 * Time for many runs of the purge loop. Without the clock check both purge steps would be complete
 * by then.
 */
const LOOKS_MS = 6_000

let data = ''
let shift = ''
let server: ServerProcess

const moveClock = (ms: number) => writeFile(shift, String(ms))
async function start(movedMs = 0, environment: Record<string, string> = {}) {
  await moveClock(movedMs)
  const preload = { NODE_OPTIONS: `--import=${PRELOAD}`, SHIFT_DATE: shift }
  server = await startServer(data, { ...preload, ...environment })
}
async function restart(movedMs: number) {
  expect(await server.end('SIGTERM')).toBe(0)
  await start(movedMs)
}

beforeEach(async () => {
  data = await scratch()
  shift = join(data, 'shift')
})
afterEach(async () => {
  await server.end('SIGKILL')
  await rm(data, { recursive: true, force: true })
})

async function get<Reply>(path: string): Promise<Reply> {
  const reply = await fetch(`${server.url}/api/v1/${path}`)
  expect(reply.status, path).toBe(200)
  return (await reply.json()) as Reply
}
const banner = async () =>
  (await get<PlatformView>('platform')).banners.find(({ code }) => code === 'clock')?.message ?? ''
const check = async () => (await get<Check[]>('checks')).find(({ name }) => name === 'clock')
const lifecycleOf = async (name: string) => (await get<Store>(`stores/${name}`)).lifecycle
const subjects = async (repository = join(data, 'stores.git')) =>
  (await git(repository, 'log', '--format=%s', 'main')).split('\n')
const ends = async () => (await subjects()).filter((line) => /: (?:purge|remove)/.test(line))
const remove = async (name: string) => {
  const reply = await fetch(`${server.url}/api/v1/stores/${name}`, { method: 'DELETE' })
  expect(reply.status).toBe(204)
}
const release = (count: number) =>
  post(server.url, '/api/v1/repository/release-deletions', {
    count,
    heldBy: 'clock',
    reason: 'a week has passed',
  })

/** A store that was just deleted, with a retention of seven days. */
async function deletedStore() {
  await start()
  await keepDeleted(server)
  expect((await post(server.url, '/api/v1/stores', { name: 'shop' })).status).toBe(201)
  await remove('shop')
}

describe('S3 a server without a second clock, with a retention of 7 days', () => {
  it('purges nothing with a clock nine days ahead, reports the reason and the fix, and allows a restore', async () => {
    await deletedStore()
    await restart(9 * DAY)
    await pause(LOOKS_MS)
    expect(await ends()).toEqual([])
    expect(await banner()).toMatch(
      /^1 deletion is held \(default\/shop\): it fell due while this server was not running.*storectl release-deletions --held-by clock --count 1/,
    )
    expect(await check()).toMatchObject({ ok: false, fix: expect.stringContaining('--count 1') })
    const { gates } = await get<StoreWithGates>('stores/shop')
    expect(gates).toEqual([
      expect.objectContaining({ gate: 'retention', met: true }),
      expect.objectContaining({ gate: 'clock', met: false }),
    ])
    await restart(0)
    expect([await banner(), (await check())?.ok]).toEqual(['', true])
    expect((await post(server.url, '/api/v1/stores/shop/restore', {})).status).toBe(200)
    expect(await lifecycleOf('shop')).toBe('active')
    expect(await ends()).toEqual([])
  }, 120_000)

  it.skipIf(isShort)(
    'purges nothing with a clock ten years behind or after its correction at run time',
    async () => {
      await deletedStore()
      await restart(-3650 * DAY)
      await pause(2_000)
      expect(await banner()).toBe('')
      await moveClock(9 * DAY)
      await eventually(async () => (await banner()) !== '')
      await pause(LOOKS_MS)
      expect(await banner()).toContain('was set forward by 10 years')
      expect([await ends(), await lifecycleOf('shop')]).toEqual([[], 'deleted'])
    },
    120_000,
  )

  it('purges nothing after its clock stepped nine days ahead at run time, until an admin releases the deletion', async () => {
    await deletedStore()
    await moveClock(9 * DAY)
    await eventually(async () => (await banner()) !== '')
    await pause(LOOKS_MS)
    expect(await ends()).toEqual([])
    expect(await banner()).toContain("this server's clock was set forward by 9 days")
    expect((await release(2)).status).toBe(409)
    expect(await ends()).toEqual([])
    expect((await release(1)).status).toBe(200)
    await eventually(async () => (await ends()).length === 2, 60_000)
    expect(await ends()).toEqual([
      'store(default/shop): remove (purged)',
      'store(default/shop): purge (retention confirmed)',
    ])
    const [message] = [await git(join(data, 'stores.git'), 'log', '-1', '--format=%B', 'main~1')]
    expect(message).toContain('Reason: a week has passed')
    expect(message).toContain('Requested-By: local')
  }, 120_000)
})

it('S3 F21 a different Date of the Git host holds every deletion until an admin releases it', async () => {
  const platform = (await roomyPlatform()).replaceAll('retentionDays: 7', 'retentionDays: 0')
  const { remote, serve } = await harness({ platform })
  const served = await serve()
  const date = (ms: number) => new Date(Date.now() + ms).toUTCString()
  let behindMs = 9 * DAY
  served.intercept = (_request, response) => {
    response.setHeader('Date', date(-behindMs))
    return false
  }
  await start(0, { STORES_REPO_URL: served.url })
  for (const name of ['shop', 'other']) await post(server.url, '/api/v1/stores', { name })
  await remove('shop')
  await eventually(async () => (await banner()).includes('default/shop'))
  await pause(LOOKS_MS)
  const onMain = async () =>
    (await subjects(remote.path)).filter((line) => line.includes(': purge'))
  expect(await onMain()).toEqual([])
  expect(await banner()).toMatch(
    /^The clocks disagree: this server's clock is 9 days ahead of the Git host \(20\S+Z here, 20\S+Z there\)\. Deletions are held\. 1 deletion is held \(default\/shop\)\./,
  )
  expect(await check()).toMatchObject({ ok: false })
  expect((await release(1)).status).toBe(200)
  expect(await onMain()).toEqual(['store(default/shop): purge (retention confirmed)'])
  await server.end('SIGTERM')
  behindMs = 0
  await start(0, { STORES_REPO_URL: served.url })
  expect((await check())?.detail).toContain('and the Git host agree')
  await remove('other')
  await eventually(async () => (await onMain()).length === 2)
  expect((await onMain())[0]).toBe('store(default/other): purge (retention over)')
}, 120_000)
