import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApi, roomyPlatform } from './api-process.ts'
import { Clients } from './clients.ts'
import { chance, goal, long } from './goals.ts'
import { eventually, harness, pause } from './harness.ts'
import { checkHistory } from './history-checker.ts'
import { listStores } from './list-stores.ts'

const CREATORS = 16
/** Each kill happens at a random time within this period after the server is ready. */
const WINDOW_MS = long(900, 1200)
/** Kills per remote. A new remote after that keeps the checked history small. */
const ROUND = 50
const KILLS = long(2 * ROUND, 20 * ROUND)

interface Tally {
  kills: number
  acked: number
  commits: number
  repeated: number
  readonly recoveries: number[]
}

it(
  `G1 G6 F11 recovers from ${KILLS} kill -9 of the API under the load of ${CREATORS} clients`,
  async () => {
    const random = chance('G1')
    const tally: Tally = { kills: 0, acked: 0, commits: 0, repeated: 0, recoveries: [] }
    await goal('G1', async () => {
      while (tally.kills < KILLS) await killRound(`r${tally.kills}`, random, tally)
      const sorted = tally.recoveries.toSorted((a, b) => a - b)
      const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
      return `${tally.kills} kills, ${tally.acked} acknowledged, ${tally.repeated} sent again: 0 lost, 0 doubled, 0 half, 0 repaired by hand; ready again p99 ${(p99 / 1000).toFixed(1)} s`
    })
    await goal('G6', () =>
      Promise.resolve(`history checked after each kill; ${tally.commits} commits of ours`),
    )
    expect(tally.acked).toBeGreaterThan(KILLS)
  },
  long(420_000, 7_200_000),
)

async function killRound(prefix: string, random: () => number, tally: Tally): Promise<void> {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  const environment = { STORES_REPO_URL: served.url }
  const dataDir = join(remote.scratch, 'killed')
  const clients = new Clients(prefix)
  for (let kill = 0; kill < ROUND; kill += 1) {
    const began = performance.now()
    const api = await startApi(dataDir, environment)
    tally.recoveries.push(performance.now() - began)
    const stop = new AbortController()
    const running = clients.run([api.url], CREATORS, stop.signal, 4500)
    await pause(random() * WINDOW_MS)
    await api.kill(random() < 0.5)
    stop.abort()
    await running
    await checkHistory(remote, clients.acked)
    tally.kills += 1
  }
  const api = await startApi(dataDir, environment)
  tally.repeated += clients.pending
  await clients.run([api.url], CREATORS, AbortSignal.timeout(60_000), 0)
  expect(clients.pending).toBe(0)
  await api.kill()
  const main = await checkHistory(remote, clients.acked)
  await remote.git(['fsck', '--strict'])
  await served.close()
  tally.acked += clients.acked.length
  tally.commits += main.commits.size
  console.info(`G1: ${tally.kills} of ${KILLS} kills, ${tally.acked} acknowledged, none lost`)
}

it('S2-11 lists the same stores from Git after a kill at a random time, none Failed, and keeps no database file', async () => {
  const random = chance('S2-11')
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  const environment = { STORES_REPO_URL: served.url }
  const dataDir = join(remote.scratch, 'data')
  const clients = new Clients('list')
  for (let kill = 0; kill < 4; kill += 1) {
    const api = await startApi(dataDir, environment)
    const stop = new AbortController()
    const before = clients.acked.length
    const running = clients.run([api.url], CREATORS, stop.signal, 400)
    // The first kill may happen before the first answer. The later ones happen after at least one
    // acknowledged change.
    if (kill > 0) await eventually(() => clients.acked.length > before, 60_000)
    await pause(random() * 1_000)
    await api.kill(true)
    stop.abort()
    await running
    const again = await startApi(dataDir, environment)
    const listed = await listStores(again.url)
    const { folders } = await checkHistory(remote, clients.acked)
    expect(listed.map(({ name }) => name).toSorted()).toEqual([...folders.keys()].toSorted())
    expect(listed.filter(({ status }) => status === 'Failed')).toEqual([])
    await again.kill()
  }
  expect(clients.acked.length).toBeGreaterThanOrEqual(3)
  const files = await readdir(dataDir, { recursive: true })
  expect(files.filter((file) => !file.startsWith('cache.git'))).toEqual([])
}, 120_000)

it('S2-37 N-12 answers a repeated key with the same commit after a restart, also if the first answer was lost', async () => {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  const environment = { STORES_REPO_URL: served.url }
  const dataDir = join(remote.scratch, 'data')
  const first = await startApi(dataDir, environment)
  const made = await create(first.url, 'told', 'key-told-1')
  served.loseAnswers = true
  const untold = create(first.url, 'untold', 'key-untold-1').catch(() => null)
  while (served.seen.pushes < 2) await pause(5)
  await first.kill()
  await untold
  served.loseAnswers = false
  const second = await startApi(dataDir, environment)
  const again = await create(second.url, 'told', 'key-told-1')
  expect([again.status, again.revision]).toEqual([201, made.revision])
  expect((await create(second.url, 'untold', 'key-untold-1')).status).toBe(201)
  expect((await create(second.url, 'told', 'key-told-2')).status).toBe(409)
  expect((await create(second.url, 'other', 'key-told-1')).status).toBe(422)
  await second.kill()
  const log = await remote.git(['log', '--format=%s', 'main'])
  expect(log.match(/: create/g)).toHaveLength(2)
}, 60_000)

async function create(url: string, name: string, key: string) {
  const reply = await fetch(`${url}/api/v1/stores`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ name, team: 'team-1' }),
  })
  const { revision } = (await reply.json()) as { revision?: string }
  return { status: reply.status, revision }
}
