import { rm } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Store } from '../../src/contract/store.ts'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'

const README = '127.0.0.1.nip.io'

it('S1-33 BASE_DOMAIN sets the domain of a new stores repo and only causes a warning afterwards', async () => {
  const folder = await scratch()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const first = await startServer(folder, { BASE_DOMAIN: README })
  const made = await post(first.url, '/api/v1/stores', { name: 'shop' })
  expect([made.status, ((await made.json()) as Store).host]).toEqual([201, `shop.${README}`])
  expect(first.log()).not.toContain('BASE_DOMAIN')
  expect(await first.end('SIGTERM')).toBe(0)

  const second = await startServer(folder, { BASE_DOMAIN: 'shops.example.com' })
  const platform = (await (await fetch(`${second.url}/api/v1/platform`)).json()) as PlatformView
  expect(platform.baseDomain).toBe(README)
  const store = (await (await fetch(`${second.url}/api/v1/stores/shop`)).json()) as Store
  expect(store.host).toBe(`shop.${README}`)
  const warnings = second
    .log()
    .split('\n')
    .filter((line) => line.includes('platform.yaml #/'))
  expect(warnings.join('\n')).toContain('BASE_DOMAIN=shops.example.com is ignored')
  // The dotted form is accepted with a warning that names the better form.
  expect(warnings.join('\n')).toContain('use 127-0-0-1.nip.io')
  expect(await second.end('SIGTERM')).toBe(0)
}, 60_000)
