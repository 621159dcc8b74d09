import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { roomyPlatform, startApi } from './api-process.ts'
import { skippedGoal } from './goals.ts'
import { harness } from './harness.ts'
import { checkHistory } from './history-checker.ts'

const faketime = spawnSync('faketime', ['--version']).error === undefined
if (!faketime) skippedGoal('F21', 'needs faketime: apt-get install -y faketime')

it.skipIf(!faketime)(
  'F21 keeps the order of commits and loses or repeats no request with a clock ten minutes off, stepped or in 1970',
  async () => {
    const { remote, serve } = await harness({ platform: await roomyPlatform() })
    const served = await serve()
    const dataDir = join(remote.scratch, 'data')
    const environment = { STORES_REPO_URL: served.url, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    const clocks = ['+10m', '-10m', '@1970-01-02 00:00:00', '+0']
    for (const [n, clock] of clocks.entries()) {
      const api = await startApi(dataDir, environment, ['faketime', '-f', clock])
      expect(await create(api.url, `shop-${n}`, `key-shop-${n}`), clock).toBe(201)
      expect(await create(api.url, `shop-${n}`, `key-shop-${n}`), clock).toBe(201)
      expect(await create(api.url, 'shop-0', 'key-other-1'), clock).toBe(409)
      const replayed = await fetch(`${api.url}/api/v1/stores/shop-0/history`)
      expect(((await replayed.json()) as unknown[]).length, clock).toBe(1)
      await api.kill()
    }
    const subjects = await remote.git(['log', '--topo-order', '--reverse', '--format=%s', 'main'])
    expect(subjects.match(/shop-\d/g)).toEqual(clocks.map((_, n) => `shop-${n}`))
    await checkHistory(remote, [])
  },
)

async function create(url: string, name: string, key: string): Promise<number> {
  const reply = await fetch(`${url}/api/v1/stores`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ name, team: 'team-1' }),
  })
  await reply.arrayBuffer()
  return reply.status
}
