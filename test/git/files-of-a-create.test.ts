import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createBareRemote, serveBareRemote } from '../../src/testing/bare-remote.ts'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'

const PROBE = fileURLToPath(new URL('../../src/testing/executed-files.ts', import.meta.url))
const MOST = 20
const FOLDER = new URL('../../src/adapters/git/', import.meta.url).href

it('an idle create runs at most 20 files of the Git adapter until its push is sent', async () => {
  const remote = await createBareRemote({})
  const served = await serveBareRemote(remote.path)
  const output = join(await scratch(), 'files.json')
  const server = await startServer(await scratch(), {
    STORES_REPO_URL: served.url,
    GIT_FETCH_INTERVAL: '10m',
    NODE_OPTIONS: `--import ${PROBE}`,
    EXECUTED_FILES: output,
  })
  onTestFinished(async () => {
    await server.end('SIGTERM')
    await served.close()
    await remote.remove()
  })
  /** The files of the Git adapter that ran since the last signal. */
  const ran = async () => {
    await vi.waitFor(() => expect(existsSync(output)).toBe(true), { timeout: 20_000 })
    const files = JSON.parse(await readFile(output, 'utf8')) as string[]
    await rm(output)
    return files.filter((url) => url.startsWith(FOLDER)).map((url) => url.slice(FOLDER.length))
  }
  const create = (name: string) => post(server.url, '/api/v1/stores', { name })
  for (const name of ['first', 'second']) await create(name)
  let fewest: readonly string[] | null = null
  // Work on a timer may run beside one create, but not beside each of three.
  for (const name of ['third', 'fourth', 'fifth']) {
    // The cache is tidied within three seconds of a push.
    await sleep(3500)
    process.kill(server.pid, 'SIGUSR2')
    await ran()
    served.intercept = ({ method, url = '' }) => {
      const isPush = method === 'POST' && url.endsWith('/git-receive-pack')
      if (isPush) process.kill(server.pid, 'SIGUSR2')
      return false
    }
    expect((await create(name)).status).toBe(201)
    const files = await ran()
    if (fewest === null || files.length < fewest.length) fewest = files
    if (files.length <= MOST) break
  }
  expect(fewest).toContain('write/writer.ts')
  expect(fewest?.length, fewest?.toSorted().join('\n')).toBeLessThanOrEqual(MOST)
})
