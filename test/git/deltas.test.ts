import { cp, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import { openBareRemote } from '../../src/testing/bare-remote.ts'
import { requester } from '../../src/testing/writes.ts'
import { harness, over } from './harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Create decisions of a real store under `count` names. */
async function creates(count: number) {
  const { value: store } = parseStoreFile(await readFile(`${ROOT}/examples/small.yaml`, 'utf8'))
  const text = await readFile(`${ROOT}/gitops-repo-template/platform.yaml`, 'utf8')
  const { value: platform } = parsePlatformFile(text)
  if (store === null || platform === null) throw new Error('an input does not parse')
  return Array.from({ length: count }, (_, n) => {
    const named = { ...store, name: `shop-${n}` }
    const files = renderStore(named, platform)
    return () =>
      ({ team: store.team, name: named.name, action: 'create', facts: [], files }) as const
  })
}

async function packed(repository: string): Promise<{ packs: number; bytes: number }> {
  const folder = join(repository, 'objects/pack')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.pack'))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return { packs: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

describe('packed size of similar stores', () => {
  it.each(['http', 'embedded'] as const)(
    'is close to the optimum after an ordinary git repack of the %s remote',
    async (kind) => {
      const { remote, open, serve } = await harness()
      const repo = await open(kind === 'http' ? { remote: over(await serve()) } : {})
      for (const decide of await creates(20)) await repo.change(requester(), decide)
      expect((await packed(remote.path)).packs).toBeGreaterThanOrEqual(20)
      const best = openBareRemote(`${remote.path}.best`, remote.scratch)
      await cp(remote.path, best.path, { recursive: true })
      await best.git(['repack', '-a', '-d', '-f', '--quiet'])
      await remote.git(['repack', '-a', '-d', '--quiet'])
      const [host, anew] = [await packed(remote.path), await packed(best.path)]
      expect([host.packs, anew.packs]).toEqual([1, 1])
      expect(host.bytes / anew.bytes).toBeLessThan(1.3)
      expect(await remote.git(['fsck', '--full', '--strict', '--no-dangling'])).toBe('')
    },
  )
})
