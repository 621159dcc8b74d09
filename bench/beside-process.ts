import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleGit, type SimpleGit } from 'simple-git'
import { sleep } from '../src/domain/sleep.ts'
import { serveBareRemote } from '../src/testing/bare-remote.ts'
import type { Ask, NaiveAsk, PersonAsk, Told } from './beside.ts'
import { fleetPlatform, fleetRemote, fleetStores } from './fleet.ts'
import { concurrently, timed } from './measure.ts'
import { openNaiveWriter } from './naive-writer.ts'

/**
 * The program of each process that `beside.ts` starts. It runs its role until the channel closes.
 */
const ask = JSON.parse(process.argv[2] ?? '{}') as Ask
const tell = (told: Told) => process.send?.(told)
process.once('disconnect', () => process.exit(0))
await begin()

function begin(): Promise<void> {
  switch (ask.role) {
    case 'fleet':
      return fleet(ask.stores)
    case 'remote':
      return remote(ask.path)
    case 'person':
      return person(ask)
    case 'naive':
      return naive(ask)
  }
}

async function fleet(count: number): Promise<void> {
  const { path, scratch } = await fleetRemote(count)
  tell({ path, scratch })
}

async function remote(path: string): Promise<void> {
  const served = await serveBareRemote(path)
  let ms = { refs: [] as number[], fetch: [] as number[], push: [] as number[] }
  served.intercept = ({ method, url = '' }, response) => {
    const began = performance.now()
    const kind = method === 'GET' ? 'refs' : url.endsWith('/git-upload-pack') ? 'fetch' : 'push'
    response.once('finish', () => ms[kind].push(performance.now() - began))
    return false
  }
  process.on('message', () => {
    tell({ ms })
    ms = { refs: [], fetch: [], push: [] }
  })
  tell({ url: served.url })
}

/** Pushes a change of one file each `everyMs`, and again after a rebase if others were first. */
async function person({ path, url, everyMs }: PersonAsk): Promise<void> {
  await simpleGit().clone(url, path)
  const git = simpleGit(path)
  await git.addConfig('user.name', 'person')
  await git.addConfig('user.email', 'person@localhost')
  let going = true
  void once(process, 'message').then(() => (going = false))
  tell({ url: '' })
  const tries: number[] = []
  while (going) {
    const began = performance.now()
    await writeFile(join(path, 'README.md'), `note ${tries.length}\n`)
    await git.add('README.md')
    await git.commit(`note ${tries.length}`)
    let pushes = 1
    while (!(await landed(git))) {
      await git.pull(['--rebase', '--quiet'])
      pushes += 1
    }
    tries.push(pushes)
    await sleep(began + everyMs - performance.now())
  }
  tell({ tries })
}

/** @throws Error the push failed for another reason than a lost race */
async function landed(git: SimpleGit): Promise<boolean> {
  try {
    await git.push('origin', 'main')
    return true
  } catch (error) {
    if (/fetch first|non-fast-forward|cannot lock ref|incorrect old value/.test(String(error)))
      return false
    throw error
  }
}

async function naive({ path, url, idle, busy, width }: NaiveAsk): Promise<void> {
  const { value: platform } = await fleetPlatform()
  const stores = (await fleetStores(idle + busy)).map((store) => ({
    ...store,
    name: `naive-${store.name}`,
  }))
  const writer = await openNaiveWriter(url, path, platform)
  const alone: number[] = []
  for (const store of stores.slice(0, idle)) alone.push(await timed(() => writer.create(store)))
  const jobs = stores.slice(idle).map((store) => () => writer.create(store))
  const { each, totalMs } = await concurrently(jobs, width)
  tell({ idle: alone, busy: each, busyMs: totalMs })
}
