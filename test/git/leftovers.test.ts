import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { eventually, harness } from './harness.ts'

const ULID = '01JZZZZZZZZZZZZZZZZZZZZZZ'

it('deletes refs of a killed process from the cache soon after the next start, except locked ones', async () => {
  const { remote, open, dataDir } = await harness()
  const first = await open()
  await first.change(requester(), create('acme', 'shop-1'))
  await first.close(0)
  const refs = join(dataDir(0), 'cache.git/refs/storewright')
  const head = await remote.head()
  for (const kind of ['tx', 'rx']) {
    await mkdir(join(refs, kind), { recursive: true })
    for (const n of [0, 1, 2]) await writeFile(join(refs, kind, `${ULID}${n}`), `${head}\n`)
  }
  await writeFile(join(refs, 'tx', `${ULID}1.lock`), '')
  const again = await open({ dataDir: dataDir(0) })
  // git removes the folder together with its last ref.
  const filesOf = (kind: string) => readdir(join(refs, kind)).catch(() => [])
  const left = async () => [...(await filesOf('tx')), ...(await filesOf('rx'))]
  await eventually(async () => (await left()).length <= 2)
  expect((await left()).toSorted()).toEqual([`${ULID}1`, `${ULID}1.lock`])
  expect((await again.change(requester(), create('acme', 'shop-2'))).outcome).toBe('landed')
  expect(again.state().figures.cacheRebuilds).toBe(0)
})
