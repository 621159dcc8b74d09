import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { StoreError } from '../../src/domain/errors.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import { createBareRemote, serveBareRemote } from '../../src/testing/bare-remote.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { startServer } from '../../src/testing/server-process.ts'
import { create } from '../../src/testing/writes.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, intent, record, rendered } from './reconciler-fixture.ts'

const names = Array.from({ length: 70 }, (_, n) => `shop-${n}`)
const fleet = (title: string) =>
  Object.fromEntries(
    names.map((name) => [
      `${folder('default', name)}/store.yaml`,
      intent('default', name, `${title} ${name}`),
    ]),
  )

it('renders a pushed fleet on threads to the same bytes as on one thread, in fewer than 10 pushes', async () => {
  const { remote, repo } = await fixture()
  const { pushes } = repo.state().figures
  await remote.commit(fleet('A'))
  await eventually(() => names.every((name) => rendered(repo, name)), 90_000)
  expect(repo.state().figures.pushes - pushes).toBeLessThan(10)
  const { value: platform } = parsePlatformFile(PLATFORM_YAML)
  for (const name of names) {
    const { files } = await repo.files('default', name, repo.snapshot().head)
    const { value } = parseStoreFile(intent('default', name, `A ${name}`))
    if (value === null || platform === null) throw new Error('a fixture does not parse')
    const here = Array.from(renderStore(value, platform), ([path, bytes]) => [
      path,
      new TextDecoder().decode(bytes),
    ])
    const made = files.filter(({ path }) => path !== 'store.yaml')
    expect(Object.fromEntries(made.map(({ path, content }) => [path, content]))).toEqual(
      Object.fromEntries(here.filter(([path]) => path !== 'store.yaml')),
    )
  }
})

it('marks a store whose render fails, lands the others, and lands that store once its render works', async () => {
  let broken = true
  const { remote, repo, refusals, log } = await fixture(PLATFORM_YAML, {
    render: async (...input) => {
      if (broken && input[0].name === 'bad') {
        throw new StoreError('internal', 'stores/default/bad could not be rendered: it ended')
      }
      return renderStore(...input)
    },
  })
  await remote.commit(
    Object.fromEntries(
      ['a', 'bad', 'c'].map((name) => [
        `${folder('default', name)}/store.yaml`,
        intent('default', name),
      ]),
    ),
  )
  await eventually(() => rendered(repo, 'a') && rendered(repo, 'c') && refusals.size === 1)
  expect(refusals.get('bad')).toEqual([
    { pointer: '#', detail: expect.stringContaining('a fault of Storewright') },
  ])
  expect(record(repo, 'bad')?.app).toBeNull()
  expect(log.lines).toContainEqual({
    level: 'error',
    message: 'a store could not be rendered',
    detail: 'stores/default/bad could not be rendered: it ended',
  })
  broken = false
  await eventually(() => rendered(repo, 'bad') && refusals.size === 0)
})

/** Number of threads of `src/threads` in a process, counted by thread name. */
async function threadsOf(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`)
  const called = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/comm`, 'utf8').catch(() => '')),
  )
  return called.filter((name) => name === 'store-work\n').length
}

it.skipIf(process.platform !== 'linux')(
  'answers requests while it renders a fleet, exits cleanly during the render and finishes after a restart',
  async () => {
    const remote = await createBareRemote({ platform: PLATFORM_YAML })
    const served = await serveBareRemote(remote.path)
    onTestFinished(async () => {
      await served.close()
      await remote.remove()
    })
    await remote.commit(fleet('A'))
    const dataDir = join(remote.scratch, 'data')
    const first = await startServer(dataDir, { STORES_REPO_URL: served.url })
    await eventually(async () => (await threadsOf(first.pid)) > 0, 90_000)
    expect((await fetch(`${first.url}/api/v1/stores?limit=1`)).status).toBe(200)
    expect(await first.end('SIGTERM')).toBe(0)
    const second = await startServer(dataDir, { STORES_REPO_URL: served.url })
    const left = async () => {
      const paths = await remote.git(['ls-tree', '-r', '--name-only', 'main', 'stores/'])
      return names.length - [...paths.matchAll(/\/app\.json$/gm)].length
    }
    await eventually(async () => (await left()) === 0, 90_000)
    // An idle server has no such thread.
    await eventually(async () => (await threadsOf(second.pid)) === 0, 90_000)
    expect(await second.end('SIGTERM')).toBe(0)
  },
)

it('completes a pass over a fleet while requests continue to land', async () => {
  const { remote, repo, join } = await fixture()
  const many = Array.from({ length: 120 }, (_, n) => `ours-${n}`)
  await Promise.all(many.map((name) => repo.change(by(), create('default', name))))
  await remote.commit(fleet('A'))
  // A starting server checks all stores, in two or more chunks.
  const other = await join()
  let n = 0
  let over = false
  const asking = (async () => {
    for (; !over; n += 1) await other.repo.change(by(), create('default', `asked-${n}`))
  })()
  await eventually(() => [...names, ...many].every((name) => rendered(other.repo, name)), 90_000)
  over = true
  await asking
  expect(n).toBeGreaterThan(0)
})
