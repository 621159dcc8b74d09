import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Change } from '../../src/contract/store.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { eventually } from './harness.ts'

const STORES = [
  { name: 'one' },
  { name: 'two', plan: 'medium' },
  { name: 'three', plan: 'large' },
  { name: 'asleep' },
  { name: 'by-itself', autoSync: false },
]

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

it('S2-31 a plain git revert of a change of platform.yaml restores all stores byte for byte, and a new server changes nothing', async () => {
  for (const store of STORES) {
    const { status } = await post(server.url, '/api/v1/stores', { plan: 'small', ...store })
    expect(status).toBe(201)
  }
  await post(server.url, '/api/v1/stores/asleep/suspend', {})
  const clone = join(data, 'clone')
  await git(data, 'clone', '-q', join(data, 'stores.git'), clone)
  const person = (...words: string[]) => git(clone, ...words)
  const pull = () => person('pull', '-q', '--rebase')
  const read = (path: string) => readFile(join(clone, path), 'utf8')
  const stores = () => person('rev-parse', 'HEAD:stores')
  const before = await stores()

  const platform = await read('platform.yaml')
  const changed = platform
    .replace(/^baseDomain: .*$/m, 'baseDomain: shops.example.com')
    .concat('egress: {https: deny}\nbackup: {destination: pvc}\n')
  await writeFile(join(clone, 'platform.yaml'), changed)
  await person('commit', '-qam', 'another domain, no way out, backups')
  const commit = await person('rev-parse', 'HEAD')
  await person('push', '-q')
  await eventually(async () => {
    await pull()
    const hosts = STORES.map(async ({ name }) => read(`stores/default/${name}/app.json`))
    return (await Promise.all(hosts)).every((text) => text.includes('.shops.example.com'))
  }, 60_000)
  const during = await person('diff', '--name-only', commit, 'HEAD')
  expect(new Set(during.split('\n').map((path) => path.split('/')[2])).size).toBe(STORES.length)
  expect(await stores()).not.toBe(before)

  await person('revert', '--no-edit', commit)
  const revert = await person('rev-parse', 'HEAD')
  await person('push', '-q')
  await eventually(async () => {
    await pull()
    return (await stores()) === before
  }, 60_000)
  expect(await read('platform.yaml')).toBe(platform)
  const bodies = await person('log', '--format=%s', `${revert}..HEAD`)
  expect(bodies.split('\n').toSorted()).toEqual(
    STORES.map(({ name }) => `store(default/${name}): render`).toSorted(),
  )
  const audit = (await (await fetch(`${server.url}/api/v1/audit`)).json()) as Change[]
  expect(audit.find((change) => change.commit === commit)?.revertedBy).toBe(revert)

  // A newly started server finds nothing to do.
  const head = await person('rev-parse', 'HEAD')
  await server.end('SIGTERM')
  server = await startServer(data)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  await pull()
  expect(await person('rev-parse', 'HEAD')).toBe(head)
})
