import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleGit } from 'simple-git'
import { ulid } from 'ulid'
import { processEnvironment } from '../src/adapters/git/process/environment.ts'
import { openLocalRemote } from '../src/adapters/git/served/local-remote.ts'
import { startUpkeep } from '../src/adapters/git/served/upkeep.ts'
import { openStoresRepo } from '../src/adapters/git/stores-repo.ts'
import { importCommits } from '../src/adapters/git/write/fast-import.ts'
import { openKeyRing } from '../src/adapters/secrets/key-ring.ts'
import type { Platform } from '../src/contract/platform-file.ts'
import type { StoreFile } from '../src/contract/store-file.ts'
import { GENERATOR } from '../src/contract/version.ts'
import type { StoresRepo } from '../src/domain/ports.ts'
import { renderStore } from '../src/operations/rendering/render-store.ts'
import { parseStoreFile } from '../src/repo-files/store-file.ts'
import type { BareRemote } from '../src/testing/bare-remote.ts'
import { TEST_KEYS } from '../src/testing/keys.ts'
import { memoryLog } from '../src/testing/writes.ts'
import { fleetBeside } from './beside.ts'
import { AUTHOR, fleetPlatform, fleetRemote, fleetStores } from './fleet.ts'
import { atMost, concurrently, ms, percentile, type Row, timed } from './measure.ts'

/** Number of queued changes: below the writer's limit and enough for full batches. */
const WAITING = 400

/** P10, P15, P16, P17: costs of the repository without an HTTP server. */
export async function repositoryRows(stores: number, repeats: number): Promise<readonly Row[]> {
  const remote = await fleetBeside(stores)
  const repo = await openRepo(remote.path, join(remote.scratch, 'data'))
  try {
    const { value: platform } = await fleetPlatform()
    const [store] = await fleetStores(1)
    if (store === undefined) throw new Error('the fleet is empty')
    const before = await retitleAll(repo, store, platform, repeats)
    return [
      await revertRow(repo, remote, store, platform, before, repeats),
      await historyRow(repo, store, stores, repeats),
      ...(await growthRows(platform, repeats)),
      await fleetRow(repo, platform, stores),
    ]
  } finally {
    await repo.close(5000)
    await remote.remove()
  }
}

function openRepo(path: string, dataDir: string): Promise<StoresRepo> {
  return openStoresRepo({
    remote: { kind: 'embedded', path },
    dataDir,
    author: AUTHOR,
    generator: GENERATOR,
    keys: openKeyRing(TEST_KEYS),
    fetchIntervalMs: 0,
    log: memoryLog(),
    clock: { now: () => Date.now() },
  })
}

/** Changes one store `repeats` times. Returns the commit before the first change. */
async function retitleAll(
  repo: StoresRepo,
  store: StoreFile,
  platform: Platform,
  repeats: number,
): Promise<string> {
  const before = repo.snapshot().head
  for (let n = 0; n < repeats; n += 1)
    await change(repo, { ...store, title: `Title ${n}` }, platform)
  return before
}

function change(repo: StoresRepo, store: StoreFile, platform: Platform) {
  const by = { subject: 'local', auth: 'local', source: 'api', requestId: ulid() } as const
  const { team, name } = store
  return repo.change(by, () => ({
    team,
    name,
    action: 'update',
    facts: [],
    files: renderStore(store, platform),
  }))
}

/**
 * Ours reads and renders the older intent and imports it as a commit. Theirs is `git revert` in a
 * clone with a work tree.
 */
async function revertRow(
  repo: StoresRepo,
  remote: BareRemote,
  store: StoreFile,
  platform: Platform,
  before: string,
  repeats: number,
): Promise<Row> {
  const cache = join(remote.scratch, 'data', 'cache.git')
  const profile = {
    directory: cache,
    environment: { ...processEnvironment(), GIT_DIR: cache },
    branch: 'main',
  }
  const ours: number[] = []
  for (let n = 0; n < repeats; n += 1) {
    ours.push(
      await timed(async () => {
        const { files } = await repo.files(store.team, store.name, before)
        const text = files.find(({ path }) => path === 'store.yaml')?.content ?? ''
        const { value } = parseStoreFile(text, store)
        if (value === null) throw new Error('the older intent does not parse')
        const change = {
          team: store.team,
          name: store.name,
          action: 'revert',
          facts: [],
          files: renderStore(value, platform),
        } as const
        await importCommits(
          profile,
          repo.snapshot().head,
          [{ change, message: 'revert\n' }],
          AUTHOR,
          1_700_000_000,
        )
      }),
    )
  }
  const clone = join(remote.scratch, 'work-tree')
  await simpleGit().clone(remote.path, clone)
  const git = simpleGit(clone)
  await git.addConfig('user.name', 'naive')
  await git.addConfig('user.email', 'naive@localhost')
  const theirs: number[] = []
  for (let n = 0; n < Math.min(3, repeats); n += 1) {
    theirs.push(await timed(() => git.raw(['revert', '--no-edit', 'HEAD'])))
  }
  const [mine, naive] = [percentile(ours, 50), percentile(theirs, 50)]
  return {
    id: 'P15',
    what: 'revert of one store without the push, against git revert in a work tree',
    figure: ms(mine),
    baseline: ms(naive),
    value: mine / naive,
    target: atMost(0.1),
  }
}

async function historyRow(
  repo: StoresRepo,
  store: StoreFile,
  stores: number,
  repeats: number,
): Promise<Row> {
  const each: number[] = []
  for (let n = 0; n < repeats; n += 1) {
    each.push(await timed(() => repo.history(store.team, store.name, { limit: 50 })))
  }
  const value = percentile(each, 50)
  return {
    id: 'P16',
    what: `history of one store among ${stores} commits, p50`,
    figure: ms(value),
    baseline: '',
    value,
    target: atMost(25, 'ms'),
  }
}

/**
 * Changes, renders and lands every store of the fleet, one commit each, like a change of
 * platform.yaml.
 */
async function fleetRow(repo: StoresRepo, platform: Platform, stores: number): Promise<Row> {
  const jobs = (await fleetStores(stores)).map(
    (store) => () => change(repo, { ...store, title: 'Changed with the fleet' }, platform),
  )
  const pushes = repo.state().figures.pushes
  const { totalMs } = await concurrently(jobs, WAITING)
  const value = (totalMs / 1000) * (10_000 / stores)
  return {
    id: 'P10',
    what: `change of ${stores} stores, one commit each, ${repo.state().figures.pushes - pushes} pushes, per 10,000`,
    figure: `${(totalMs / 1000).toFixed(1)} s`,
    baseline: '',
    value,
    target: atMost(40, 's'),
  }
}

/** Growth of the embedded repository over single-store commits, after its own maintenance. */
async function growthRows(platform: Platform, repeats: number): Promise<Row[]> {
  const scratch = await fleetRemote(0)
  try {
    const { path } = await openLocalRemote({
      dataDir: join(scratch.scratch, 'embedded'),
      branch: 'main',
      baseDomain: '127-0-0-1.nip.io',
      log: memoryLog(),
    })
    const repo = await openRepo(path, join(scratch.scratch, 'growth'))
    const before = await bytesBelow(path)
    const stores = (await fleetStores(repeats * 4)).map((store) => ({ ...store, team: 'default' }))
    for (const store of stores) await change(repo, store, platform)
    await repo.close(5000)
    const upkeep = await startUpkeep({ repositoryPath: path, log: memoryLog(), pushes: 1 })
    upkeep.landed({ head: '', files: [] })
    await upkeep.idle()
    const growth = ((await bytesBelow(path)) - before) / stores.length / 1000
    const objects = await readdir(join(path, 'objects'), { recursive: true })
    const packs = objects.filter((file) => file.endsWith('.pack')).length
    const loose = objects.filter((file) => /^[0-9a-f]{2}\/[0-9a-f]{38}/.test(file)).length
    const row = (what: string, value: number, bound: number, unit: string): Row => ({
      id: 'P17',
      what,
      figure: `${value.toFixed(1)} ${unit}`,
      baseline: '',
      value,
      target: atMost(bound, unit),
    })
    return [
      row(`growth per commit after housekeeping, ${stores.length} commits`, growth, 8, 'KB'),
      row('packs after housekeeping', packs, 50, 'packs'),
      row('loose objects after housekeeping', loose, 2000, 'objects'),
    ]
  } finally {
    await scratch.remove()
  }
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
