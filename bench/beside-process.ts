import { once } from 'node:events'
import { openBareRemote, serveBareRemote } from '../src/testing/bare-remote.ts'
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

/** Commits to the repository from outside the server, with a pause between commits. */
async function person({ path, pauseMs }: PersonAsk): Promise<void> {
  const repository = openBareRemote(path, '')
  const end = once(process, 'message')
  let going = true
  void end.then(() => (going = false))
  tell({ url: '' })
  let commits = 0
  while (going) {
    const landed = await repository.commit({ 'README.md': `note ${commits}` }).then(
      () => true,
      () => false,
    )
    if (landed) commits += 1
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  tell({ commits })
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
